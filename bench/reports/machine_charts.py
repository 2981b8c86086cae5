"""The chart of one scenario over several machines: each machine's ratio, the average one's and the next one's."""

import re
from collections.abc import Iterator, Sequence

from bench.reports.document import LOOP, Chart, Column, Interval, Row, Table, Verdict
from bench.reports.looks import look_of
from bench.reports.numbers import interval
from bench.reports.pictures import Line, Mark, Picture, Point, Span, Subject
from bench.reports.scenes import SAME, bounds, extent, ratio_axis, shortened
from bench.statistics.estimates import Estimate
from bench.statistics.machines import Across


def ratios(group: str, cells: Sequence[Across]) -> tuple[Chart, ...]:
    """The ratio of each loop on each machine, with its interval."""
    shown = [line for cell in cells for line in _lines(cell)]
    known = [estimate for cell in cells for estimate in _estimates(cell)]
    axis = ratio_axis(cells[0].baseline.loop, bounds(estimate for _, estimate, _ in known))
    about = (
        "The ratio of each loop on each machine, with its interval. The band is what is called the same. "
        "Where machines are pooled, the last two lines are the average machine, and where the next one lies."
    )
    columns = ((Column("machine", side="left"), Column("ratio"), Column("verdict")),)
    table = Table((LOOP,), columns, tuple(row for cell in cells for row in _rows(cell)))
    baseline = cells[0].baseline
    name = re.sub(r"[^\w.]+", "-", f"machines-{group}-{baseline.loop}-{baseline.version}-{baseline.python}")
    return (Chart(name, "Machine by machine", about, Picture(axis, tuple(shown), (SAME,)), table),)


def _estimates(cell: Across) -> Iterator[tuple[str, Estimate, str]]:
    yield from ((one.machine, one.ratio, one.verdict or "") for one in cell.machines if one.ratio)
    if cell.pooled:
        yield "average machine", cell.pooled.ratio, cell.pooled.verdict
        yield "next machine", cell.pooled.next_machine, ""


def _lines(cell: Across) -> Iterator[Line]:
    about = Subject(cell.cell.label, cell.cell.group)
    yield Line(subject=about, title=cell.cell.label)
    for name, estimate, _ in _estimates(cell):
        ratio, _, more = interval(estimate).partition(" ")
        marks = tuple(_marks(cell, name, estimate))
        yield Line(marks, about, label=f"{shortened(name)} {ratio}", more=more, beside=extent(estimate))


def _marks(cell: Across, name: str, estimate: Estimate) -> Iterator[Mark]:
    look, says = look_of(cell.cell.loop), f"{cell.cell.label} on {name} {interval(estimate)}"
    if estimate.low is not None and estimate.high is not None:
        yield Span(estimate.low, estimate.high, "interval", look.paint, says)
    yield Point(estimate.value, look.paint, look.shape, says)


def _rows(cell: Across) -> Iterator[Row]:
    for name, estimate, verdict in _estimates(cell):
        yield (cell.cell.label, name, Interval(estimate), Verdict(verdict))
