"""What loops spend on a start and on each operation, round by round, from lifecycles with few operations and with many.

Both kinds of lifecycles are measured in the same rounds. Within a sweep, the loop and the baseline take their turns
within milliseconds, so what they differ by is taken sweep by sweep, and a round's number is the median over its sweeps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from bench.plan.cells import Cell, Group
from bench.statistics.break_even import BreakEven, break_even
from bench.statistics.estimates import Array, Estimate, mean_estimate, median_estimate
from bench.store.outcomes import TOTAL, Kept, Run
from bench.subjects import workloads


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Seconds that a loop spends, beside those of the baseline; each array has one number for each round.

    After n operations the loop has spent `starts` + n·`eaches`, `behinds` - n·`savings` more than the baseline, which
    has spent `others` + n·`others_each`.
    """

    starts: Array
    eaches: Array
    behinds: Array
    savings: Array
    others: Array
    others_each: Array

    @property
    def rounds(self) -> int:
        """How many observations there are."""
        return len(self.starts)

    def total(self, operations: float, level: float) -> Estimate:
        """Seconds that the loop spends, in all."""
        return median_estimate(self.starts + operations * self.eaches, level)

    def difference(self, operations: float, level: float) -> Estimate:
        """Seconds that the loop spends more than the baseline; below 0 it is faster."""
        return median_estimate(self.behinds - operations * self.savings, level)

    def parts(self, operations: float, program_s: float | None, level: float) -> tuple[Estimate, Estimate]:
        """That difference as a part of a program: by the median and the sign interval, and by the mean and Student's.

        `program_s`: seconds of the program with the baseline; None: all that the baseline spends.
        """
        whole = program_s or self.others + operations * self.others_each
        parts = (self.behinds - operations * self.savings) / whole
        return median_estimate(parts, level), mean_estimate(parts, level)

    def start_excess(self, level: float) -> Estimate:
        """Seconds by which the loop starts slower."""
        return median_estimate(self.behinds, level)

    def saving(self, level: float) -> Estimate:
        """Seconds that each operation saves."""
        return median_estimate(self.savings, level)

    def break_even(self, level: float) -> BreakEven:
        """From how many operations on the loop is ahead."""
        return break_even(self.behinds, self.savings, level)

    def of_operations(self, number: float) -> Self:
        """The same, where one operation is this many of these, each number of them with a start of its own."""
        nothing = np.zeros(self.rounds)
        return type(self)(
            nothing,
            self.starts + number * self.eaches,
            nothing,
            number * self.savings - self.behinds,
            nothing,
            self.others + number * self.others_each,
        )

    def without_start(self) -> Self:
        """The same, for a loop that has started long ago."""
        nothing = np.zeros(self.rounds)
        return type(self)(nothing, self.eaches, nothing, self.savings, nothing, self.others_each)

    def times(self, factor: float) -> Self:
        """All of it, this many times."""
        return type(self)(*(factor * numbers for numbers in self._arrays()))

    def plus(self, more: Self) -> Self:
        """This and more, measured in rounds of its own: the first rounds of both together, then the second ones.

        Rounds are independent, so joining them by their number is as good as in any other way.
        """
        rounds = min(self.rounds, more.rounds)
        pairs = zip(self._arrays(), more._arrays(), strict=True)
        return type(self)(*(one[:rounds] + other[:rounds] for one, other in pairs))

    def _arrays(self) -> tuple[Array, ...]:
        return (self.starts, self.eaches, self.behinds, self.savings, self.others, self.others_each)


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What one loop spends in one scenario with one workload; the control's are what is noise.

    `cell` is the one with many `operations`. `share`: the part of its lifecycle, at least, that its operations took.
    """

    cell: Cell
    operations: int
    spending: Spending

    @property
    def share(self) -> float:
        """The part of the seconds of its lifecycle that operations took, the median over all rounds."""
        operations_s = self.operations * self.spending.eaches
        return float(np.median(operations_s / (self.spending.starts + operations_s)))


def costs(kept: Kept) -> tuple[Costs, ...]:
    """The costs of the baseline, the control and every loop, for each workload that was measured in two sizes."""
    runs: dict[tuple[Cell, int], Run] = {(run.cell, run.round): run for run in kept.runs}
    groups = kept.about.measured if kept.about.plan.together else ()
    return tuple(found for group in groups for found in _of_group(group, runs))


def _of_group(group: Group, runs: Mapping[tuple[Cell, int], Run]) -> Iterator[Costs]:
    texts = sorted({cell.workload for cell in group.cells}, key=size_of)
    if len({*map(size_of, texts)}) < 2:  # noqa: PLR2004  (few operations, and many)
        return
    sizes = size_of(texts[0]), size_of(texts[-1])
    few, many = (_by_label(group, text) for text in (texts[0], texts[-1]))
    baseline = next((cell.label for cell in group.cells if cell.role == "baseline"), "")
    rounds = sorted({index for cell, index in runs if cell in group.cells})
    for label in many:
        cells = [side.get(name) for name in (label, baseline) for side in (few, many)]
        found = [_round([runs.get((cell, index)) for cell in cells if cell], sizes) for index in rounds]
        if numbers := [one for one in found if one]:
            arrays = map(np.array, zip(*numbers, strict=True))
            yield Costs(many[label], sizes[1], Spending(*arrays))


def _by_label(group: Group, workload: str) -> dict[str, Cell]:
    return {cell.label: cell for cell in group.cells if cell.workload == workload}


def _round(runs: Sequence[Run | None], sizes: tuple[int, int]) -> tuple[float, ...] | None:
    """The six numbers of one round; None where one of the four runs is missing."""
    measured = [np.array(run.values[TOTAL]) for run in runs if run]
    if len(measured) < 4:  # noqa: PLR2004  (few and many, of the loop and of the baseline)
        return None
    values = min(map(len, measured))
    few, many, other_few, other_many = (numbers[:values] for numbers in measured)
    fewest, most = sizes
    each, other_each = (many - few) / (most - fewest), (other_many - other_few) / (most - fewest)
    start, other = few - fewest * each, other_few - fewest * other_each
    numbers = (start, each, start - other, other_each - each, other, other_each)
    return tuple(float(np.median(number)) for number in numbers)


def size_of(workload: str) -> int:
    """How many operations a workload has."""
    return workloads.named(workload).operations


def beside(these: Sequence[float], those: Sequence[float]) -> Spending:
    """What is spent once, without any operations: these seconds by a loop, those by the baseline in the same sweeps."""
    loop, baseline = np.array(these, np.float64), np.array(those, np.float64)
    nothing = np.zeros(len(loop))
    return Spending(loop, nothing, loop - baseline, nothing, baseline, nothing)


def quotient(these: Sequence[float], those: Array, level: float) -> Estimate:
    """How many times those seconds go into these, one after the other."""
    number = min(len(these), len(those))
    return median_estimate(np.array(these[:number], np.float64) / those[:number], level)
