"""What is compared in one scenario, and the marks that its charts share: estimates, "the same", the noise floor."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.plan.cells import CONTROL
from bench.reports import scales
from bench.reports.looks import PLAIN, Look, look_of
from bench.reports.numbers import interval, percent
from bench.reports.pictures import Axis, Mark, Point, Span, Subject
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import THRESHOLD, Estimate
from bench.store.outcomes import TOTAL

SAME = Span(1 / (1 + THRESHOLD), 1 + THRESHOLD, "same", says=f"the same: within {percent(THRESHOLD)} of the baseline")
LONGEST = 22  # characters of a name in a picture


@dataclass(frozen=True, slots=True)
class Scene:
    """What is compared in one scenario: rows of all stages, of the baseline, the control and the loops."""

    scenario: str
    rows: tuple[Comparison, ...]

    @property
    def totals(self) -> tuple[Comparison, ...]:
        """The rows of whole lifecycles."""
        return tuple(row for row in self.rows if row.stage == TOTAL and row.seconds)

    @property
    def baseline(self) -> Comparison | None:
        """The row that the others are divided by, if it was measured."""
        return next((row for row in self.totals if row.cell.role == "baseline"), None)

    @property
    def divisor(self) -> str:
        """The name of the baseline."""
        return self.rows[0].baseline

    @property
    def floor(self) -> tuple[Span, ...]:
        """The noise floor, if there is one."""
        ratios = [row.ratio for row in self.totals if row.cell.role == CONTROL and row.ratio]
        return tuple(
            Span(ratio.low, ratio.high, "floor", says=f"noise floor: {self.divisor} against itself {interval(ratio)}")
            for ratio in ratios
            if ratio.low is not None and ratio.high is not None
        )


def scenes(comparisons: Sequence[Comparison]) -> tuple[Scene, ...]:
    """The comparisons, scenario by scenario."""
    names = dict.fromkeys(row.cell.group for row in comparisons)
    return tuple(Scene(name, tuple(row for row in comparisons if row.cell.group == name)) for name in names)


def estimate(row: Comparison) -> Iterator[Mark]:
    """A ratio and its interval."""
    for ratio in filter(None, [row.ratio]):
        look, says = look_of_row(row), f"{label(row)} in {row.cell.group}, {row.verdict}"
        if ratio.low is not None and ratio.high is not None:
            yield Span(ratio.low, ratio.high, "interval", look.paint, says)
        yield Point(ratio.value, look.paint, look.shape, says)


def look_of_row(row: Comparison) -> Look:
    """The control has no colour."""
    return PLAIN if row.cell.role != "loop" else look_of(row.cell.loop)


def subject(row: Comparison) -> Subject:
    """What can be hidden: loops; the baseline and the control always stay."""
    loop = row.cell.label if row.cell.role == "loop" else ""
    return Subject(loop, row.cell.group, (row.verdict or "") if loop else "")


def label(row: Comparison) -> str:
    """The name of a loop, and its ratio in digits."""
    return f"{row.cell.label} {interval(row.ratio)}"


def labels(row: Comparison) -> tuple[str, str]:
    """What stands beside a ratio: name and digits, and the interval where there is room for it."""
    ratio, _, rest = interval(row.ratio).partition(" ")
    return f"{shortened(row.cell.label)} {ratio}", rest


def shortened(name: str) -> str:
    """A name that fits on a phone, beside a number; the whole name stands in the table."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def extent(ratio: Estimate | None) -> tuple[float, float] | None:
    """From where to where a ratio reaches with its interval: its label stands beside that."""
    if ratio is None or ratio.low is None or ratio.high is None:
        return (ratio.value, ratio.value) if ratio else None
    return (ratio.low, ratio.high)


def bounds(ratios: Iterable[Estimate | None]) -> list[float]:
    """All numbers of some estimates, and 1."""
    known = [(ratio.value, ratio.low, ratio.high) for ratio in ratios if ratio]
    return [1.0, *(number for numbers in known for number in numbers if number is not None)]


def ratio_axis(baseline: str, numbers: Iterable[float]) -> Axis:
    """An axis for ratios: twice as long is as far from 1 as half as long."""
    low, high = scales.around(numbers)
    return Axis(f"times as long as {baseline}; to the left of 1 is faster", low, high, logarithmic=True, one=1.0)
