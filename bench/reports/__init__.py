"""Comparisons to text: one file per kind; none of them reads, writes or prints.

`FILES` is the registry of what stands beside the suites: one line for each.
"""

from collections.abc import Callable, Mapping, Sequence

from bench.analysis import Comparison
from bench.reports.records import as_csv, as_json
from bench.reports.tables import as_markdown, as_text
from bench.store import Kept

__all__ = ["FILES", "as_text"]

FILES: Mapping[str, Callable[[Kept, Sequence[Comparison]], str]] = {
    "report.md": as_markdown,
    "table.csv": as_csv,
    "comparisons.json": as_json,
}
