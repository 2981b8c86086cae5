"""The chart of every value of a scenario: each loop, round by round."""

from collections.abc import Mapping, Sequence

from bench.reports.document import LOOP, Chart, Column, Number, Row, Table
from bench.reports.numbers import number
from bench.reports.pictures import Axis, Cloud, Line, Picture
from bench.reports.scenes import SAME, Scene, bounds, estimate, extent, labels, look_of_row, ratio_axis, subject
from bench.statistics.comparisons import Comparison
from bench.statistics.spreads import Spread

ABOUT = (
    "Each dot is a value divided by the baseline's in the same sweep. Each row of dots is a round of fresh processes, "
    "or all rounds of a loop where there are many, its median marked. Above them stands the estimate with its interval."
)


def values(scene: Scene, spreads: Mapping[str, Sequence[Spread]], most: int) -> tuple[Chart, ...]:
    """Every value of a scenario, divided by the baseline's in the same sweep; up to `most` of a loop in a round."""
    rows = [row for row in scene.totals if row.ratio and spreads.get(row.cell.label)]
    if not rows:
        return ()
    shown = {row.cell.label: spreads[row.cell.label] for row in rows}
    inner = sorted(ratio for rounds in shown.values() for spread in rounds for ratio in spread.thinned(most))
    cut = len(inner) // 200
    ends = [inner[cut], inner[-1 - cut], *bounds(row.ratio for row in rows)]
    axis = ratio_axis(scene.divisor, ends)
    lines = tuple(_value_line(row, shown[row.cell.label], most) for row in rows)
    thinned = any(len(spread.ratios) > most for rounds in shown.values() for spread in rounds)
    fewer = f" Of each row only {most} values are drawn, evenly by rank." if thinned else ""
    about = f"{ABOUT}{_outside(axis, inner)}{fewer}"
    picture = Picture(axis, lines, (SAME, *scene.floor))
    return (Chart(f"values-{scene.scenario}", "Every value", about, picture, _value_table(rows, shown)),)


def _outside(axis: Axis, ordered: Sequence[float]) -> str:
    """How many dots stand at an end because they lie beyond it."""
    outside = sum(not axis.low <= ratio <= axis.high for ratio in ordered)
    ends = f"from {number(ordered[0])} to {number(ordered[-1])}"
    return f" {outside} of {len(ordered)} dots lie beyond an end and stand at it: {ends}." if outside else ""


def _value_line(row: Comparison, rounds: Sequence[Spread], most: int) -> Line:
    paint = look_of_row(row).paint
    clouds = [
        Cloud(spread.thinned(most), spread.median, place, paint, f"{row.cell.label}, {_says(spread)}")
        for place, spread in enumerate(rounds)
    ]
    return Line((*estimate(row), *clouds), subject(row), "", *labels(row), extent(row.ratio))


def _says(spread: Spread) -> str:
    name = "all rounds" if spread.round is None else f"round {spread.round + 1}"
    return f"{name}: {len(spread.ratios)} values, median {number(spread.median)}"


def _measures(spread: Spread) -> Row:
    name = "all" if spread.round is None else spread.round + 1
    numbers = (spread.median, min(spread.ratios), max(spread.ratios))
    return (name, len(spread.ratios), *map(Number, numbers))


def _value_table(rows: Sequence[Comparison], shown: Mapping[str, Sequence[Spread]]) -> Table:
    columns = (Column("round"), Column("values"), Column("median"), Column("least"), Column("greatest"))
    entries = tuple((row.cell.label, *_measures(spread)) for row in rows for spread in shown[row.cell.label])
    return Table((LOOP,), (columns,), entries)
