"""Records for other programs: JSON, and comparisons as CSV with a column for each number."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from bench.reports.reasons import line

if TYPE_CHECKING:  # scipy comes with them, and `doctor` and `lifecycle` need none of it
    from bench.statistics.comparisons import Comparison
    from bench.store.outcomes import Kept

BOUNDS = ("value", "low", "high")


def indented(record: object) -> str:
    """JSON of whatever msgspec can encode."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1).decode() + "\n"


def as_json(kept: "Kept", comparisons: "Sequence[Comparison]", *_: object) -> str:
    """A list of objects; absent numbers are null. Totals of workloads with a server have `figures` too."""
    return indented(_objects(kept, comparisons))


def everything(kept: "Kept", comparisons: "Sequence[Comparison]") -> str:
    """The comparisons, and what a program needs beside them: what was measured, where, and what is missing."""
    about = kept.about
    return indented({
        "plan": about.plan, "facts": about.facts, "measured": about.started, "method": about.method,
        "disturbances": about.disturbances, "skips": about.skips, "complete": kept.complete, "notes": kept.notes,
        "comparisons": _objects(kept, comparisons),
    })  # fmt: skip


def as_csv(_kept: "Kept", comparisons: "Sequence[Comparison]", *_: object) -> str:
    """A row for each comparison; `seconds` and `ratio` have three columns each; absent is empty."""
    rows = [_flat(_fields(comparison)) for comparison in comparisons]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _objects(kept: "Kept", comparisons: "Sequence[Comparison]") -> list[dict[str, object]]:
    from bench.statistics.figures import figures

    said = {cell: found for group in kept.about.groups for cell, found in figures(kept, group.name).items() if found}
    return [
        _fields(row) | ({"figures": said[row.cell]} if row.stage == "total" and row.cell in said else {})
        for row in comparisons
    ]


def _fields(row: "Comparison") -> dict[str, object]:
    return {
        "scenario": row.cell.scenario, "loop": row.cell.loop, "python": row.python, "stage": row.stage,
        "role": row.cell.role, "baseline": row.baseline, "thread": row.cell.thread, "rounds": row.rounds,
        "seconds": row.seconds, "ratio": row.ratio, "confidence": row.confidence, "verdict": row.verdict,
        "reason": line(row.reasons), "workload": row.cell.workload,
        "interpreter": row.cell.interpreter,
    }  # fmt: skip


def _flat(fields: Mapping[str, object]) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in fields.items():
        if name in {"seconds", "ratio"}:
            row |= {f"{name}_{bound}": getattr(value, bound, None) for bound in BOUNDS}
        else:
            row[name] = value
    return row
