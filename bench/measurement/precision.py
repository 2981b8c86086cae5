"""Which rounds are still to be measured: the plan's, then more where the intervals are too wide.

It stops on the width of the intervals or on time, never on what they show: stopping once a difference is significant
finds one in every seventh comparison of a loop with itself, stopping on width finds no more than it should.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from bench.measurement.meter import STRIKES
from bench.plan import rounds, sampling
from bench.plan.cells import Group
from bench.plan.rounds import Round
from bench.statistics.comparisons import compare
from bench.store.outcomes import TOTAL, About, Done, Dropped, Failure, Kept, Outcome, Run


class Rounds:
    """The rounds of one run, given one by one; it is told each outcome, and has no clock of its own.

    Time is what the outcomes say that their rounds took, so that a resumed run has only the rest of its time.
    """

    def __init__(self, about: About, earlier: Iterable[Outcome] = ()) -> None:
        """`earlier`: what an interrupted run of the same plan has measured already."""
        self._about = about
        self._totals: dict[str, list[Outcome]] = defaultdict(list)
        self._seconds: dict[str, dict[int, float]] = defaultdict(dict)
        self._used: dict[str, int] = defaultdict(int)
        self._half_widths: dict[str, float] = {}
        for outcome in earlier:
            self.tell(outcome)
        self.planned = self._missing()

    def __iter__(self) -> Iterator[Round]:
        """All rounds of the plan, and once more those that were dropped.

        Then, turn about, one of each group that is too wide and fits into the time left.
        """
        yield from self.planned
        yield from self._missing()
        while batch := [group for group in self.wide() if self._fits(group)]:
            seed = self._about.plan.seed
            random.Random(f"{seed}/more/{sum(map(len, self._seconds.values()))}").shuffle(batch)
            for group in batch:
                if self._fits(group):
                    yield rounds.round_of(group, self._used[group.scenario.name], seed)

    def tell(self, outcome: Outcome) -> None:
        """Take in what was measured."""
        if isinstance(outcome, Done | Dropped):
            name = outcome.scenario
        elif isinstance(outcome, Run | Failure):
            name = outcome.cell.scenario
            self._totals[name].append(_total(outcome))
            self._half_widths.pop(name, None)
        else:
            return
        self._used[name] = max(self._used[name], outcome.round + 1)
        if isinstance(outcome, Done):
            self._seconds[name][outcome.round] = outcome.seconds

    def _missing(self) -> Sequence[Round]:
        """What the plan asks for and is not done."""
        done = {scenario: len(rounds) for scenario, rounds in self._seconds.items()}
        sampling, seed = self._about.plan.sampling, self._about.plan.seed
        return tuple(rounds.schedule(self._about.groups, sampling.rounds, seed, done, self._used))

    @property
    def seconds_left(self) -> float:
        """Of the time that the plan allows; endless where it allows any."""
        most = self._about.plan.sampling.max_time_s
        return math.inf if most is None else most - sum(sum(rounds.values()) for rounds in self._seconds.values())

    def wide(self) -> list[Group]:
        """The groups that have an interval wider than asked; none where no precision was asked for."""
        asked = self._about.plan.sampling.precision
        return [] if asked is None else [group for group in self._about.groups if self._half_width(group) > asked]

    def _half_width(self, group: Group) -> float:
        name = group.scenario.name
        if name not in self._half_widths:
            self._half_widths[name] = self._widest(group)
        return self._half_widths[name]

    def _widest(self, group: Group) -> float:
        """Half the widest interval among the totals, 0 if there is none; a cell that is given up narrows no more."""
        outcomes = self._totals[group.scenario.name]
        strikes = Counter(outcome.cell for outcome in outcomes if isinstance(outcome, Failure))
        kept = Kept(self._about, tuple(outcomes))
        given_up = {cell for cell, number in strikes.items() if number >= STRIKES}
        rows = [row for row in compare(kept) if row.ratio and row.cell not in given_up]
        return max((row.ratio.half_width for row in rows if row.ratio), default=0.0)

    def _fits(self, group: Group) -> bool:
        """Whether one more of its rounds, as long as they were so far, ends before the time does."""
        rounds, used = self._seconds[group.scenario.name].values(), self._used[group.scenario.name]
        return used < sampling.MOST_ROUNDS and sum(rounds) / max(1, len(rounds)) <= self.seconds_left


def _total(outcome: Run | Failure) -> Run | Failure:
    """A run without its stages: they say nothing about the width that was asked for."""
    return (
        msgspec.structs.replace(outcome, values={TOTAL: outcome.values[TOTAL]}) if isinstance(outcome, Run) else outcome
    )
