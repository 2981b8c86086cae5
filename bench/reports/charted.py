"""A report with the charts of each scenario, as only a page in a browser shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bench.contract.findings import promised as kept_of_tried
from bench.reports import meaning, paying, promised, stages, values
from bench.reports.besides import Besides
from bench.reports.document import Block, Chart, Document, Heading, Table
from bench.reports.scenes import Scene, scenes
from bench.statistics.comparisons import Comparison
from bench.statistics.spreads import Spread, spreads, together
from bench.store.outcomes import TOTAL, Kept

MOST_DOTS = 40_000  # on a page: about 0.3 MB
LEAST_DOTS = 5  # of a row
MOST_ROWS = 1500  # of dots on a page: of more, the rounds of a loop are drawn together
READING = (
    "Table: seconds of one lifecycle, its ratio to the baseline's with the confidence interval, and the verdict. The "
    "verdict is faster or slower only if the whole interval lies more than 1 % beyond 1; same only if all of it lies "
    "within 1 %; otherwise inconclusive, which more rounds may settle. First chart: every value, so that you see what "
    "the interval stands for; what lies in the grey noise floor means nothing. Second chart: in which stage the time "
    "goes."
)


def charted(
    document: Document, kept: Kept, comparisons: Sequence[Comparison], besides: Besides | None = None
) -> Document:
    """The document with its charts, each below the table of its scenario."""
    measured = _measured(kept)
    promises = kept_of_tried(besides.checks) if besides else {}
    totals = [row for row in comparisons if row.stage == TOTAL and row.seconds]
    in_one = meaning.example(kept, totals)[0].name if totals else ""
    work = paying.of_run(kept)
    most = max(LEAST_DOTS, MOST_DOTS // max(1, sum(map(len, measured.values()))))

    def charts(scene: Scene) -> Iterator[Chart]:
        of_scene = {label: rounds for (name, label), rounds in measured.items() if name == scene.scenario}
        yield from values.values(scene, of_scene, most)
        yield from stages.stages(scene)
        yield from (chart for group, chart in work.items() if group == scene.scenario)
        if scene.scenario == in_one:
            yield from promised.promised(scene, promises)

    by_scenario = {scene.scenario: tuple(charts(scene)) for scene in scenes(comparisons)}
    return replace(document, body=tuple(_between(document.body, by_scenario)))


def _measured(kept: Kept) -> Mapping[tuple[str, str], Sequence[Spread]]:
    """What there is to draw of each scenario and label: its rounds, or all of them together where there are many."""
    measured = {(cell.group, cell.label): rounds for cell, rounds in spreads(kept).items()}
    if sum(map(len, measured.values())) <= MOST_ROWS:
        return measured
    return {key: (together(rounds),) for key, rounds in measured.items()}


def _between(blocks: Sequence[Block], charts: Mapping[str, Sequence[Chart]]) -> Iterator[Block]:
    """The blocks, with the charts of a section below its table."""
    waiting: Sequence[Chart] = ()
    for block in blocks:
        if isinstance(block, Heading):
            yield from waiting
            waiting = charts.get(block.key, ())
            block = replace(block, reading=READING if block.key in charts else block.reading)  # noqa: PLW2901  (the same heading)
        yield block
        if isinstance(block, Table):
            yield from waiting
            waiting = ()
    yield from waiting
