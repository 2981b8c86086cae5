"""How many operations the longer lifecycles have, so that operations are most of what is measured. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, repeat
from operator import mul

from bench.errors import BenchError
from bench.plan.sampling import Sampling
from bench.statistics.operations import Costs, size_of
from bench.subjects import workloads

AIM = 2 / 3  # of the longer lifecycle; at least half is needed, and a calibration is rough
LEAST, MOST = 5, 100_000
CALIBRATION = Sampling(rounds=1, sweeps=3, in_a_turn=3, warmups=2, rehearsed=20)
FIRST_S = 1e-3  # that the operations of a calibration take, roughly


def tried(texts: Iterable[str]) -> tuple[str, ...]:
    """Few operations of each workload, and a first guess at many; raises BenchError for one that has no size."""
    return tuple(text for asked in texts for text in _pair(asked, _guess(asked)))


def calibrated(texts: Iterable[str], found: Sequence[Costs]) -> tuple[str, ...]:
    """Few operations of each workload, and as many as every loop needs in every scenario; the guess where unknown."""
    needed = {name: max(numbers) for name, numbers in _needed(found).items()}
    names = ((asked, workloads.name_of(asked)) for asked in texts)
    return tuple(text for asked, name in names for text in _pair(asked, needed.get(name, _guess(asked))))


def _needed(found: Sequence[Costs]) -> Mapping[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for one in found:
        start, each = one.spending.total(0, 0.95).value, one.spending.total(1, 0.95).value
        if each > start:
            needed = start / (each - start) * AIM / (1 - AIM)
            numbers.setdefault(workloads.name_of(one.cell.workload), []).append(rounded(needed))
    return numbers


def rounded(number: float) -> int:
    """The next number up that begins with 1, 2 or 5 and is otherwise zeros, so that runs often have the same one."""
    steps = (step * powers for powers in accumulate(repeat(10), mul, initial=1) for step in (1, 2, 5))
    return next(step for step in steps if step >= min(max(number, LEAST), MOST))


def _pair(asked: str, many: int) -> tuple[str, str]:
    few = workloads.resized(asked, 1)
    return few, workloads.resized(asked, max(many, LEAST * size_of(few)))


def _guess(asked: str) -> int:
    workload = workloads.named(asked)
    if not workload.sizes:
        raise BenchError(
            f"--workload {asked}: advice needs a workload with a number of operations\n"
            f"such as {', '.join(name for name in workloads.names() if workloads.named(name).sizes)}"
        )
    return rounded(FIRST_S * size_of(asked) / workload.seconds)
