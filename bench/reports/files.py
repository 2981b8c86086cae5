"""The registry of what stands beside the suites: one line for each."""

from collections.abc import Callable, Mapping, Sequence

from bench.reports import charts, drawing, tables
from bench.reports import page as browser
from bench.reports.besides import Besides
from bench.reports.charted import charted
from bench.reports.charts import OVERVIEW_FILE
from bench.reports.pictures import Axis, Picture
from bench.reports.records import as_csv, as_json
from bench.reports.rendering import PAGE, render
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import Kept


def page(kept: Kept, comparisons: Sequence[Comparison], besides: Besides | None = None) -> str:
    """The report as a page."""
    return render(tables.document(kept, comparisons, besides), PAGE)


def html(kept: Kept, comparisons: Sequence[Comparison], besides: Besides | None = None) -> str:
    """The report as one file for a browser."""
    return browser.text(charted(tables.document(kept, comparisons, besides), kept, comparisons, besides))


def picture(_kept: Kept, comparisons: Sequence[Comparison], _besides: Besides | None = None) -> str:
    """The chart that report.md shows; an empty one where nothing can be compared."""
    shown = charts.overview(comparisons)
    return drawing.svg(shown[0].picture if shown else NOTHING, shown[0].about if shown else "", alone=True) + "\n"


NOTHING = Picture(Axis("nothing was measured that could be compared", 1, 1), ())
FILES: Mapping[str, Callable[[Kept, Sequence[Comparison], Besides | None], str]] = {
    "report.md": page,
    "report.html": html,
    OVERVIEW_FILE: picture,
    "table.csv": as_csv,
    "comparisons.json": as_json,
}
