"""Which rounds are still to be measured: the plan's, then more where the intervals are too wide.

It stops on the width of the intervals or on time, never on what they show. Stopping once a difference is significant
reports one in seven comparisons of a loop with itself as different; stopping on width reports no more than it should.
"""

import math
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.plan import rounds, sampling
from bench.plan.cells import Group
from bench.plan.rounds import Round
from bench.store.outcomes import About, Done, Dropped, Failure, Kept, Outcome, Run

# From what was measured of one group: half the width of its widest interval, as a part of the value (0.02: ± 2 %).
HalfWidth: TypeAlias = Callable[[Kept], float]


@dataclass(frozen=True, slots=True)
class Held:
    """A time limit that planned rounds keep to: no round is begun that does not fit.

    `spent_s`: seconds that were gone before any round. `least_rounds`: of each scenario, measured even if they don't
    fit.
    """

    spent_s: float
    least_rounds: int = 0


class Rounds:
    """The rounds of one run, given one by one; it is told each outcome, and has no clock of its own.

    Time is what the outcomes say that their rounds took, so that a resumed run has only the rest of its time.
    """

    def __init__(
        self, about: About, half_width: HalfWidth, earlier: Iterable[Outcome] = (), held: Held | None = None
    ) -> None:
        """`earlier`: what an interrupted run of the same plan has measured already.

        `held`: how the time limit holds for planned rounds too. None: they are measured, whatever they take.
        """
        self._about = about
        self._half_width = half_width
        self._held = held
        self._names = {cell.group: group.name for group in about.measured for cell in group.cells}
        self._outcomes: dict[str, list[Run | Failure]] = defaultdict(list)
        self._seconds: dict[str, dict[int, float]] = defaultdict(dict)
        self._used: dict[str, int] = defaultdict(int)
        self._half_widths: dict[str, float] = {}
        for outcome in earlier:
            self.tell(outcome)
        self.planned = self._missing()

    def __iter__(self) -> Iterator[Round]:
        """All rounds of the plan, and once more those that were dropped.

        Then one more round of each group that is too wide and fits into the time left, again and again.
        """
        yield from filter(self._may_begin, self.planned)
        yield from filter(self._may_begin, self._missing())
        while batch := [group for group in self.wide() if self._fits(group)]:
            seed = self._about.plan.seed
            random.Random(f"{seed}/more/{sum(map(len, self._seconds.values()))}").shuffle(batch)
            for group in batch:
                if self._fits(group):
                    yield rounds.round_of(group, self._used[group.name], seed)

    def tell(self, outcome: Outcome) -> None:
        """Take in what was measured."""
        if isinstance(outcome, Done | Dropped):
            name = outcome.group
        elif isinstance(outcome, Run | Failure):
            name = self._names.get(outcome.cell.group, outcome.cell.group)
            self._outcomes[name].append(outcome)
            self._half_widths.pop(name, None)
        else:
            return
        self._used[name] = max(self._used[name], outcome.round + 1)
        if isinstance(outcome, Done):
            self._seconds[name][outcome.round] = outcome.seconds

    def _missing(self) -> Sequence[Round]:
        """Rounds that the plan asks for and that are not done yet."""
        done = {group: len(rounds) for group, rounds in self._seconds.items()}
        sampling, seed = self._about.plan.sampling, self._about.plan.seed
        return tuple(rounds.schedule(self._about.measured, sampling.rounds, seed, done, self._used))

    @property
    def seconds_left(self) -> float:
        """Of the time that the plan allows; infinite where the plan has no limit."""
        most = self._about.plan.sampling.max_time_s
        taken = sum(sum(rounds.values()) for rounds in self._seconds.values())
        return math.inf if most is None else most - taken - (self._held.spent_s if self._held else 0.0)

    @property
    def planned_seconds_left(self) -> float:
        """Seconds that the planned rounds still take, each as long as the median round of its group so far.

        Those that do not fit into the time are not measured, unless they are needed. A group that has no round yet
        takes as long as the average of the others.
        """
        planned_s = sum(number * self._usual_s(name) for name, number in self.planned_left.items())
        if self._held is None:
            return planned_s
        least = {name: self._held.least_rounds - len(self._seconds[name]) for name in self.planned_left}
        certain_s = sum(max(0, number) * self._usual_s(name) for name, number in least.items())
        return max(certain_s, min(planned_s, self.seconds_left), 0.0)

    @property
    def planned_left(self) -> Mapping[str, int]:
        """How many planned rounds of each scenario are not done yet."""
        return Counter(turn.group.name for turn in self.planned if turn.index not in self._done(turn))

    def last_s(self, name: str) -> float:
        """Seconds of the last round of this scenario; 0 before the first."""
        return next(reversed(self._seconds[name].values()), 0.0)

    @property
    def rounds_of_all(self) -> int:
        """How many rounds every scenario has at least."""
        return min((len(self._seconds[group.name]) for group in self._about.measured if group.cells), default=0)

    def _usual_s(self, name: str) -> float:
        """Seconds of one round of this scenario, as far as that is known."""
        medians = {name: statistics.median(rounds.values()) for name, rounds in self._seconds.items() if rounds}
        return medians.get(name, statistics.fmean(medians.values()) if medians else 0.0)

    def _may_begin(self, turn: Round) -> bool:
        """Whether a planned round fits into the time that is left, where that is a limit for planned rounds too."""
        name = turn.group.name
        if self._held is None or len(self._seconds[name]) < self._held.least_rounds:
            return True
        return self._usual_s(name) <= self.seconds_left

    def _done(self, turn: Round) -> Mapping[int, float]:
        return self._seconds.get(turn.group.name, {})

    def wide(self) -> list[Group]:
        """The groups that have an interval wider than asked; none where no precision was asked for."""
        asked = self._about.plan.sampling.precision
        return [] if asked is None else [group for group in self._about.measured if self._width_of(group) > asked]

    def _width_of(self, group: Group) -> float:
        name = group.name
        if name not in self._half_widths:
            self._half_widths[name] = self._half_width(Kept(self._about, tuple(self._outcomes[name])))
        return self._half_widths[name]

    def _fits(self, group: Group) -> bool:
        """Whether one more round of the group, as long as its rounds were so far, ends in time."""
        rounds, used = self._seconds[group.name].values(), self._used[group.name]
        return used < sampling.MOST_ROUNDS and sum(rounds) / max(1, len(rounds)) <= self.seconds_left
