"""The registry of what stands beside the suites: one line for each."""

from collections.abc import Callable, Mapping, Sequence

from bench.reports.records import as_csv, as_json
from bench.reports.tables import as_markdown
from bench.resources.readings import Resources
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import Kept

FILES: Mapping[str, Callable[[Kept, Sequence[Comparison], Resources | None], str]] = {
    "report.md": as_markdown,
    "table.csv": as_csv,
    "comparisons.json": as_json,
}
