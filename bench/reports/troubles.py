"""What was skipped, failed, or is not to be trusted, and why: one table, as visible as the results."""

from collections.abc import Collection, Iterator, Sequence

from bench.plan.cells import CONTROL, Cell
from bench.reports.document import LOOP, SCENARIO, Block, Column, Heading, Paragraph, Row, Table
from bench.reports.numbers import interval
from bench.reports.reasons import sentence
from bench.statistics import comparisons as compared
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import TOTAL, Kept

KEY = "troubles"
READING = (
    "Skipped: the loop or the interpreter can't do it. Failed: it was tried, and gave no values. Not measured: the run "
    "ended before. No interval, fewer rounds, unusual: there is a ratio, but read the reason before you rely on it. "
    "Not to be trusted: the control, the baseline against itself, shows a difference that can't be there, so that "
    "other differences of the scenario may not be there either."
)


def section(kept: Kept, comparisons: Sequence[Comparison]) -> tuple[Block, ...]:
    """A row for each of them; a sentence if there is none."""
    rows = tuple(_rows(comparisons, {skip.cell for skip in kept.about.skips}))
    columns = (Column("what", side="left"), Column("why", side="left", if_narrow="wrap"))
    table = Table((SCENARIO, LOOP), (columns,), rows)
    content: tuple[Block, ...] = (table,) if rows else (Paragraph("Nothing was skipped, and nothing failed."),)
    heading = Heading("What is missing or not to be trusted", 2, KEY, READING)
    return (heading, *content)


def _rows(comparisons: Sequence[Comparison], skipped: Collection[Cell]) -> Iterator[Row]:
    for row in comparisons:
        if row.stage == TOTAL and compared.distrusted(row):
            why = f"{row.baseline} against itself came out at {interval(row.ratio)}"
            yield (row.cell.group, CONTROL, "not to be trusted", why)
        if row.stage == TOTAL and row.reasons:
            yield (row.cell.group, row.cell.label, _what(row, skipped), sentence(row.reasons))


def _what(row: Comparison, skipped: Collection[Cell]) -> str:
    if row.cell in skipped:
        return "skipped"
    lost = any(reason.kept for reason in row.reasons)
    if row.seconds is None:
        return "failed" if lost else "not measured"
    if row.ratio and row.ratio.low is None:
        return "no interval"
    return "fewer rounds" if lost else "unusual"
