"""The registry of what stands beside the suites: one line for each."""

from collections.abc import Callable, Mapping, Sequence

from bench.reports import tables
from bench.reports.records import as_csv, as_json
from bench.reports.rendering import PAGE, render
from bench.resources.readings import Resources
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import Kept


def page(kept: Kept, comparisons: Sequence[Comparison], resources: Resources | None = None) -> str:
    """The report as a page."""
    return render(tables.document(kept, comparisons, resources), PAGE)


FILES: Mapping[str, Callable[[Kept, Sequence[Comparison], Resources | None], str]] = {
    "report.md": page,
    "table.csv": as_csv,
    "comparisons.json": as_json,
}
