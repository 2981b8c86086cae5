"""The chart that a page begins with: the ratio of each loop in each scenario."""

from collections.abc import Iterator, Sequence

from bench.plan.cells import CONTROL
from bench.reports.document import LOOP, SCENARIO, Chart, Column, Entry, Interval, Row, Table, Verdict
from bench.reports.numbers import unit_for
from bench.reports.pictures import Line, Picture, Subject
from bench.reports.scenes import SAME, Scene, bounds, estimate, extent, labels, ratio_axis, scenes, subject
from bench.statistics.comparisons import Comparison
from bench.statistics.places import BASELINE, places

OVERVIEW = "ratios"
OVERVIEW_FILE = f"{OVERVIEW}.svg"


def overview(comparisons: Sequence[Comparison]) -> tuple[Chart, ...]:
    """The ratio of each loop in each scenario, with its interval; nothing if there is none."""
    seen = [
        scene for scene in scenes(comparisons) if any(row.cell.role == "loop" and row.ratio for row in scene.totals)
    ]
    if not seen:
        return ()
    lines = [line for scene in seen for line in _ratio_lines(scene)]
    axis = ratio_axis(seen[0].divisor, bounds(row.ratio for scene in seen for row in scene.totals))
    about = (
        f"How many times as long as with {seen[0].divisor} a lifecycle takes, with its interval, for each loop in each "
        "scenario. The wide band is what is called the same, the grey block is the control's noise floor."
    )
    table = Table((SCENARIO, LOOP), ((Column("place"), Column("ratio"), Column("verdict")), (Column("total"),)),
                  tuple(row for scene in seen for row in _placed(scene)))  # fmt: skip
    return (Chart(OVERVIEW, "All scenarios", about, Picture(axis, tuple(lines), (SAME,)), table, OVERVIEW_FILE),)


def _ratio_lines(scene: Scene) -> Iterator[Line]:
    yield Line(subject=Subject(scenario=scene.scenario), title=scene.scenario)
    for row in scene.totals:
        if row.cell.role == "loop" and row.ratio:
            yield Line((*scene.floor, *estimate(row)), subject(row), "", *labels(row), extent(row.ratio))


def _placed(scene: Scene) -> Iterator[Row]:
    """Loops of which neither is certainly faster share a place."""
    ratios = {row.cell.label: row.ratio for row in scene.totals if row.cell.role == "loop" and row.ratio}
    known = places({scene.divisor: BASELINE, **ratios})
    for row in scene.totals:
        if row.cell.role != CONTROL and row.seconds:
            word = "baseline" if row.cell.role == "baseline" else row.verdict
            ratio: Entry = Interval(row.ratio) if row.ratio else 1
            total = Interval(row.seconds, unit_for(row.seconds.value))
            yield (scene.scenario, row.cell.label, known.get(row.cell.label), ratio, Verdict(word or ""), total)
