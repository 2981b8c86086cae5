"""Comparisons for other programs: JSON as they are, and CSV with a column for each number."""

import csv
import io
from collections.abc import Mapping, Sequence

from bench.reports.layout import indented
from bench.reports.reasons import line
from bench.resources.readings import Resources
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import Kept

BOUNDS = ("value", "low", "high")


def as_json(_kept: Kept, comparisons: Sequence[Comparison], _resources: Resources | None = None) -> str:
    """A list of objects; absent numbers are null."""
    return indented([_fields(row) for row in comparisons])


def as_csv(_kept: Kept, comparisons: Sequence[Comparison], _resources: Resources | None = None) -> str:
    """A row for each comparison; `seconds` and `ratio` have three columns each; absent is empty."""
    rows = [_flat(_fields(comparison)) for comparison in comparisons]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _fields(row: Comparison) -> dict[str, object]:
    return {
        "scenario": row.cell.scenario, "loop": row.cell.loop, "python": row.python, "stage": row.stage,
        "role": row.cell.role, "baseline": row.baseline, "thread": row.cell.thread, "rounds": row.rounds,
        "seconds": row.seconds, "ratio": row.ratio, "confidence": row.confidence, "verdict": row.verdict,
        "reason": line(row.reasons),
    }  # fmt: skip


def _flat(fields: Mapping[str, object]) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in fields.items():
        if name in {"seconds", "ratio"}:
            row |= {f"{name}_{bound}": getattr(value, bound, None) for bound in BOUNDS}
        else:
            row[name] = value
    return row
