"""The registry of what stands beside the suites: one line for each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from bench.reports import charts, drawing, tables
from bench.reports import page as browser
from bench.reports.besides import Besides
from bench.reports.charted import charted
from bench.reports.charts import OVERVIEW_FILE
from bench.reports.document import Document
from bench.reports.pictures import Axis, Picture
from bench.reports.records import as_csv, as_json
from bench.reports.rendering import PAGE, render
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import Kept


class Maker(Protocol):
    """What makes the text of a file. Whoever makes several of them gives the document, which they share."""

    def __call__(
        self,
        kept: Kept,
        comparisons: Sequence[Comparison],
        besides: Besides | None = None,
        document: Document | None = None,
        /,
    ) -> str:
        """The text."""


def texts(
    kept: Kept, comparisons: Sequence[Comparison], besides: Besides | None = None, document: Document | None = None
) -> Iterator[tuple[str, str]]:
    """The name and the text of every file."""
    document = document or tables.document(kept, comparisons, besides)
    return ((name, made(kept, comparisons, besides, document)) for name, made in FILES.items())


def page(
    kept: Kept, comparisons: Sequence[Comparison], besides: Besides | None = None, document: Document | None = None
) -> str:
    """The report as a page."""
    return render(document or tables.document(kept, comparisons, besides), PAGE)


def html(
    kept: Kept, comparisons: Sequence[Comparison], besides: Besides | None = None, document: Document | None = None
) -> str:
    """The report as one file for a browser."""
    document = document or tables.document(kept, comparisons, besides)
    return browser.text(charted(document, kept, comparisons, besides))


def picture(_kept: Kept, comparisons: Sequence[Comparison], *_: object) -> str:
    """The chart that report.md shows; an empty one where nothing can be compared."""
    shown = charts.overview(comparisons)
    return drawing.svg(shown[0].picture if shown else NOTHING, shown[0].about if shown else "", alone=True) + "\n"


NOTHING = Picture(Axis("nothing was measured that could be compared", 1, 1), ())
FILES: Mapping[str, Maker] = {
    "report.md": page,
    "report.html": html,
    OVERVIEW_FILE: picture,
    "table.csv": as_csv,
    "comparisons.json": as_json,
}
