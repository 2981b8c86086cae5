"""Whether a worker's clock agrees with the harness's: both have timed the same turns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

CLOCKS_DIFFER = 1.01  # by this factor two clocks may differ, of which only one is adjusted to true time
SLOW = 0.1  # part of a turn that a clock may miss
LEAST_TURNS = 20  # with fewer, a busy machine can delay the hand-over of every turn: seen with 10


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of each turn of one worker, by the harness's clock and by the worker's own.

    The harness's are longer by the hand-over: until the worker runs, and until the harness reads its answer.
    """

    harness: Sequence[float]
    worker: Sequence[float]

    @property
    def handed_over(self) -> list[float]:
        """Seconds of each turn that the worker's clock has not seen."""
        return [ours - theirs for ours, theirs in zip(self.harness, self.worker, strict=True)]


def disagreement(turns: Turns, others: Iterable[Turns]) -> str | None:
    """Say how a clock disagrees, if it runs too fast or too slow.

    It is too slow if it misses more than a tenth of every single turn, beyond what the hand-over usually takes with
    `others` in the same round. A busy machine delays many turns of a worker, but not all of them.
    """
    ours, theirs = sum(turns.harness), sum(turns.worker)
    usual = [median(other.handed_over) for other in others]
    missed = [handed - SLOW * seconds for handed, seconds in zip(turns.handed_over, turns.worker, strict=True)]
    too_slow = usual and len(missed) >= LEAST_TURNS and min(missed) > max(usual)
    if theirs > ours * CLOCKS_DIFFER or too_slow:
        return f"its turns took {ours:.3g} s, by its own clock {theirs:.3g} s: its clock is wrong"
    return None
