"""Comparisons for other programs: JSON as they are, and CSV with a column for each number."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bench.reports.layout import indented
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import Kept

BOUNDS = ("value", "low", "high")


def as_json(_kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """A list of objects; absent numbers are null."""
    return indented(comparisons)


def as_csv(_kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """A row for each comparison; `seconds` and `ratio` have three columns each; absent is empty."""
    rows = [_flat(asdict(comparison)) for comparison in comparisons]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _flat(fields: Mapping[str, object]) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in fields.items():
        if name in {"seconds", "ratio"}:
            numbers = value if isinstance(value, dict) else {}
            row |= {f"{name}_{bound}": numbers.get(bound) for bound in BOUNDS}
        else:
            row[name] = value
    return row
