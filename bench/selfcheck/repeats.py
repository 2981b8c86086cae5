"""The same comparison again and again: how far its ratio moves, and whether the intervals had promised that."""

import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.errors import BenchError, NotMeasuredError
from bench.measurement.campaign import Measurer
from bench.measurement.meter import Meter
from bench.plan.cells import AUTO, Plan
from bench.selfcheck import comparing
from bench.selfcheck.scores import interval_of
from bench.statistics import estimates
from bench.statistics.estimates import CONFIDENCE, Estimate

LEAST = 3  # runs: of two, each would be held against the other alone


@dataclass(frozen=True, slots=True)
class Design:
    """What is compared and how often: `number` runs of `run_s` seconds, begun at equal distances over `max_time_s`.

    With `load`, every second run has this many busy processes beside it.
    """

    loops: tuple[str, ...]
    scenario: str
    number: int
    run_s: float
    max_time_s: float
    seed: int
    affinity: str | None = AUTO
    load: int = 0


@dataclass(frozen=True, slots=True)
class Repetition:
    """The ratio of one loop, or of the control, in one run. `began_s` is seconds since the first run began."""

    number: int
    label: str
    ratio: Estimate
    began_s: float
    beside: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """All runs of one loop: median, lowest and highest ratio, and `spread`, the standard deviation of their logs.

    `held` counts the runs whose interval holds the median of the *other* runs; `share` is its share. `half_width` is
    the median.
    """

    label: str
    runs: int
    ratio: float
    lowest: float
    highest: float
    spread: float
    held: int
    share: Estimate
    half_width: float


class Repeats:
    """The runs of one design, by number; gives the next when its time has come.

    `measurer` makes what measures a plan: the meter, or something made up in a test. `wait` waits for seconds.
    """

    def __init__(
        self, design: Design, measurer: Callable[[Plan], Measurer] = Meter, wait: Callable[[float], object] = time.sleep
    ) -> None:
        self.design = design
        self._measurer, self._wait = measurer, wait
        if design.number < LEAST:
            raise BenchError(f"{design.number} runs show no spread\ngive --repeat {LEAST} or more")
        if design.number * design.run_s > design.max_time_s:
            raise BenchError(
                f"{design.number} runs of {design.run_s:g} s do not fit into {design.max_time_s:g} s\n"
                f"give --max-time {math.ceil(design.number * design.run_s)}s or more, or a shorter --trial-time"
            )
        self._began = time.monotonic()

    @property
    def seconds_left(self) -> float:
        """Seconds until the last run should be over."""
        return self._began + self.design.max_time_s - time.monotonic()

    def __iter__(self) -> Iterator[int]:
        """The numbers of the runs, from 1 on."""
        distance_s = (self.design.max_time_s - self.design.run_s) / (self.design.number - 1)
        for number in range(self.design.number):
            self._wait(max(0.0, self._began + number * distance_s - time.monotonic()))
            yield number + 1

    def make(self, number: int) -> tuple[Repetition, ...]:
        """Measure one run; raises NotMeasuredError if a loop can't be measured."""
        design, began_s = self.design, time.monotonic() - self._began
        seed = random.Random(f"{design.seed}/run/{number}").randrange(2**32)
        plan = comparing.plan(design.loops, design.scenario, design.run_s, seed, design.affinity)
        beside = design.load * (number % 2)
        with comparing.beside(beside):
            rows = comparing.compared(plan, self._measurer).rows
        try:
            return tuple(
                Repetition(number, row.cell.label, interval_of(row), began_s, beside)
                for row in rows
                if row.cell.role != "baseline"
            )
        except ValueError as error:
            raise NotMeasuredError(f"a run in {design.scenario} measured nothing to compare: {error}") from None


def repeated(repetitions: Sequence[Repetition]) -> tuple[Repeated, ...]:
    """What became of each loop, in the order in which they were measured; a loop needs two runs at least."""
    labels = dict.fromkeys(each.label for each in repetitions)
    groups = ([each.ratio for each in repetitions if each.label == label] for label in labels)
    return tuple(_repeated(label, ratios) for label, ratios in zip(labels, groups, strict=True) if len(ratios) > 1)


def _repeated(label: str, ratios: Sequence[Estimate]) -> Repeated:
    values = [ratio.value for ratio in ratios]
    held = sum(_holds(ratio, values[:place] + values[place + 1 :]) for place, ratio in enumerate(ratios))
    return Repeated(
        label,
        len(ratios),
        statistics.median(values),
        min(values),
        max(values),
        statistics.stdev(map(math.log, values)),
        held,
        estimates.share_estimate(held, len(ratios), CONFIDENCE),
        statistics.median(ratio.half_width for ratio in ratios),
    )


def _holds(ratio: Estimate, others: Sequence[float]) -> bool:
    return (ratio.low or 0.0) <= statistics.median(others) <= (ratio.high or math.inf)
