"""How busy the machine was with other programs during a run, and how far that alone can move a loop's ratio."""

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.machine.place import OTHERS
from bench.machine.sharing import STOLEN
from bench.store.outcomes import TOTAL, Kept, Run, Surroundings
from bench.store.placed import placed

OWN_LOAD, OF_A_WORKER = 0.9, 0.2  # of the harness itself: one works at a time, but all of a round start at once
OWN_THREADS = 2  # runnable besides the workers of a round: the harness, and the kernel
LEAST = 0.5  # fewer other programs than this are what an idle machine does now and then
# What load can still do to the ratio of a total, and to that of one stage, where workers share a processor and have the
# highest priority: uvloop's in `manual` took 7 % less beside four busy processes on two processors, its `finish` 15 %.
SHIELDED, SHIELDED_STAGE = 1.08, 1.2
MOST_DISTURBED = 0.5  # part of the rounds
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
    """How busy others kept the machine; no load where nothing is known.

    Where the harness looked what others used in each round, that says whether the machine was quiet. Otherwise it is
    told from what the workers saw when they ended, which counts a kernel that works on for a loop as another program.
    """
    cpus = kept.about.facts.get("cpus", "")
    workers = max((len(group.cells) for group in kept.about.measured), default=0)
    average = _median(_numbers(kept.runs, "load_avg_1min"))
    others = max(average - OWN_LOAD - OF_A_WORKER * workers, _median(others_by_round(kept.runs).values()))
    looked = [one for one in kept.outcomes if isinstance(one, Surroundings) and one.others is not None]
    if others < LEAST or (looked and not mostly_disturbed(looked)):
        others = 0.0
    known = cpus.isdecimal() and len(cpus) <= MOST_DIGITS
    where = placed(kept)
    return Load(average, others, max(1, int(cpus)) if known else 1, shielded=where is not None and where.shielded)


def is_disturbed(one: Surroundings) -> bool:
    """Whether others used or took more of a round than a quiet machine has."""
    return (one.others or 0) > OTHERS or (one.stolen or 0) > STOLEN


def mostly_disturbed(found: Sequence[Surroundings]) -> bool:
    """Whether that was so in most of these rounds."""
    return sum(map(is_disturbed, found)) > MOST_DISTURBED * len(found)


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
