"""Whether a worker's clock agrees with the harness's, and with the kernel's: all have timed the same turns."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.measurement.placement import threads_of

CLOCKS_DIFFER = 1.01  # by this factor two clocks may differ, of which only one is adjusted to true time
SLOW = 0.1  # part of a turn that a clock may miss
LEAST_S = 0.005  # on a processor beside the turns: reading what to do, answering
LEAST_TURNS = 8  # with fewer, a busy machine can delay the hand-over of every turn


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of each turn of one worker, by the harness's clock and by the worker's own.

    The harness's are longer by the hand-over: until the worker runs, and until the harness reads its answer.
    `cpu_s`: seconds that one of the worker's threads was on a processor in all turns but the first, in which pyperf
    begins; 0 where the kernel does not say. No right clock shows less.
    """

    harness: Sequence[float]
    worker: Sequence[float]
    cpu_s: float = 0.0

    @property
    def handed_over(self) -> list[float]:
        """Seconds of each turn that the worker's clock has not seen."""
        return [ours - theirs for ours, theirs in zip(self.harness, self.worker, strict=True)]


def disagreement(turns: Turns, others: Iterable[Turns]) -> str | None:
    """Say how a clock disagrees, if it runs too fast or too slow.

    It is too slow if it misses more than a tenth of the time that a thread was on a processor. Where the loop sleeps,
    it is too slow if it misses more than a tenth of every single turn, beyond what the hand-over usually takes with
    `others` in the same round. A busy machine delays many turns of a worker, but not all of them.
    """
    ours, theirs = sum(turns.harness), sum(turns.worker)
    usual = [median(other.handed_over) for other in others]
    missed = [handed - SLOW * seconds for handed, seconds in zip(turns.handed_over, turns.worker, strict=True)]
    misses_work = turns.cpu_s > sum(turns.worker[1:]) * (1 + SLOW) + LEAST_S
    misses_turns = usual and len(missed) >= LEAST_TURNS and min(missed) > max(usual)
    if theirs > ours * CLOCKS_DIFFER or misses_work or misses_turns:
        return f"its turns took {ours:.3g} s, by its own clock {theirs:.3g} s: its clock is wrong"
    return None


def thread_seconds(process: int) -> Mapping[int, float]:
    """Seconds that each thread of a process has been on a processor; empty where the kernel does not say."""
    seconds = {}
    for thread in threads_of(process):
        with suppress(OSError):  # a thread may end meanwhile
            schedule = Path(f"/proc/{process}/task/{thread}/schedstat").read_text("ascii")
            seconds[thread] = int(schedule.split()[0]) * 1e-9
    return seconds


def busiest(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Seconds that the busiest thread was on a processor between two readings."""
    return max((after[thread] - began for thread, began in before.items() if thread in after), default=0.0)
