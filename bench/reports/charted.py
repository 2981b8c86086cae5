"""A report with the charts of each scenario, as only a page in a browser shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bench.reports import stages, values
from bench.reports.document import Block, Chart, Document, Heading, Table
from bench.reports.scenes import Scene, scenes
from bench.statistics.comparisons import Comparison
from bench.statistics.spreads import Spread, spreads
from bench.store.outcomes import Kept

MOST_DOTS = 60_000  # on a page: about half a megabyte
LEAST_DOTS = 5  # of a round
READING = (
    "Table: seconds of one lifecycle, its ratio to the baseline's with the confidence interval, and the verdict. The "
    "verdict is faster or slower only if the whole interval lies more than 1 % beyond 1; same only if all of it lies "
    "within 1 %; otherwise inconclusive, which more rounds may settle. First chart: every value, so that you see what "
    "the interval stands for; what lies in the grey noise floor means nothing. Second chart: in which stage the time "
    "goes."
)


def charted(document: Document, kept: Kept, comparisons: Sequence[Comparison]) -> Document:
    """The document with its charts, each below the table of its scenario."""
    by_scenario = {scene.scenario: scene for scene in scenes(comparisons)}
    measured = {(cell.scenario, cell.label): rounds for cell, rounds in spreads(kept).items()}
    most = _most(measured)

    def charts(scenario: str) -> Iterator[Chart]:
        if scene := by_scenario.get(scenario):
            of_scene = {label: rounds for (name, label), rounds in measured.items() if name == scenario}
            yield from _charts(scene, of_scene, most)

    return replace(document, body=tuple(_between(document.body, {name: tuple(charts(name)) for name in by_scenario})))


def _most(measured: Mapping[tuple[str, str], Sequence[Spread]]) -> int:
    """How many values of a round are drawn, so that the page stays small."""
    number = sum(len(rounds) for rounds in measured.values())
    return max(LEAST_DOTS, MOST_DOTS // max(1, number))


def _charts(scene: Scene, spreads_: Mapping[str, Sequence[Spread]], most: int) -> Iterator[Chart]:
    yield from values.values(scene, spreads_, most)
    yield from stages.stages(scene)


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
