"""How busy the machine was with other programs during a run, and how far that alone can move a loop's ratio."""

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bench.store.outcomes import TOTAL, Kept, Run
from bench.store.placed import placed

OWN_LOAD, OF_A_WORKER = 0.9, 0.2  # of the harness itself: one works at a time, but all of a round start at once
OWN_THREADS = 2  # runnable besides the workers of a round: the harness, and the kernel
LEAST = 0.5  # fewer other programs than this are what an idle machine does now and then
# What load can still do to the ratio of a total, and to that of one stage, where workers share a processor and have the
# highest priority: uvloop's in `manual` took 7 % less beside four busy processes on two processors, its `finish` 15 %.
SHIELDED, SHIELDED_STAGE = 1.08, 1.2
MOST_DIGITS = 6  # of a number of processors; a longer one is not believed


@dataclass(frozen=True, slots=True)
class Load:
    """The load average during a run, and how many other programs wanted a processor at a time.

    `shielded` is whether the workers shared a processor and had the highest priority on it.
    """

    average: float
    others: float
    cpus: int
    shielded: bool = False

    def stretch(self, stage: str = TOTAL) -> float:
        """How many times as long the load can make the ratio of a stage: 1 on an idle machine.

        Where `others` share the processors with a worker, its fair part of them is 1 / (1 + others / cpus). A value
        that is long enough to be interrupted takes that much longer. A shorter one may take no longer at all, and the
        values of two loops differ in length. What is shielded gets its processor at once, but not its caches.
        """
        if self.shielded and self.others:
            return SHIELDED if stage == TOTAL else SHIELDED_STAGE
        return 1 if self.shielded else 1 + self.others / self.cpus


def load_of(kept: Kept) -> Load:
    """What the workers of a run saw when they ended; no load where nothing is known."""
    cpus = kept.about.facts.get("cpus", "")
    workers = max((len(group.cells) for group in kept.about.measured), default=0)
    average = _median(_numbers(kept.runs, "load_avg_1min"))
    others = max(average - OWN_LOAD - OF_A_WORKER * workers, _median(others_by_round(kept.runs).values()))
    others = others if others >= LEAST else 0.0
    known = cpus.isdecimal() and len(cpus) <= MOST_DIGITS
    where = placed(kept)
    return Load(average, others, max(1, int(cpus)) if known else 1, shielded=where is not None and where.shielded)


def allowance(old: Load, new: Load, stage: str = TOTAL) -> float:
    """How far load alone can move the logarithm of a stage's change; 0 where both runs had no other load."""
    return math.log(max(old.stretch(stage), new.stretch(stage)))


def others_by_round(runs: Iterable[Run]) -> Mapping[tuple[str, int], float]:
    """For each group and round, how many threads could run when its first worker ended, without the harness's own.

    The load average lags by a minute, and a run can be shorter. This count is of the moment.
    """
    rounds: dict[tuple[str, int], list[Run]] = {}
    for run in runs:
        rounds.setdefault((run.cell.group, run.round), []).append(run)
    runnable = {key: [*_numbers(workers, "runnable_threads")] for key, workers in rounds.items()}
    return {key: max(seen) - len(rounds[key]) - OWN_THREADS for key, seen in runnable.items() if seen}


def _numbers(runs: Iterable[Run], name: str) -> Iterator[float]:
    found = (run.metadata.get(name) for run in runs)
    return (number for number in found if isinstance(number, float | int) and math.isfinite(number))


def _median(numbers: Iterable[float]) -> float:
    return statistics.median([*numbers] or [0.0])
