"""Looks at the machine before and after each round: which rounds were disturbed, also after the start of a run."""

import os
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass

import psutil

from bench.machine.place import ask, shares
from bench.plan.rounds import Round
from bench.store.outcomes import Outcome, Surroundings

if os.name == "posix":
    import resource


@dataclass(frozen=True, slots=True)
class Look:
    """What the kernel has counted so far: seconds of all processors by use, and what this process's own used.

    `switches`: how often a worker that has ended was interrupted for another program. None is unknown.
    """

    cpu_s: Mapping[str, float] | None
    own_s: float
    switches: int | None
    load: float | None


def look() -> Look:
    """Look at this machine; it takes less than a millisecond."""
    cpu_s = ask(lambda: psutil.cpu_times()._asdict())
    if os.name != "posix":
        return Look(cpu_s, time.process_time(), None, None)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    own_s = time.process_time() + ended.ru_utime + ended.ru_stime
    return Look(cpu_s, own_s, ended.ru_nivcsw, ask(lambda: psutil.getloadavg()[0]))


def watched(
    rounds: Iterable[Round], tell: Callable[[Outcome], object], looking: Callable[[], Look] = look
) -> Generator[Round]:
    """The same rounds; after each of them `tell` gets what surrounded it."""
    for round_ in rounds:
        before = looking()
        yield round_
        tell(between(round_, before, looking()))


def between(round_: Round, before: Look, after: Look) -> Surroundings:
    """What happened on the machine from one look to the next, beside the round itself."""
    parts: tuple[float | None, float | None] = (None, None)
    if before.cpu_s and after.cpu_s:
        parts = shares(before.cpu_s, after.cpu_s, after.own_s - before.own_s)
    others, stolen = (None if part is None else round(min(1.0, part), 4) for part in parts)
    switches = None
    if before.switches is not None and after.switches is not None:
        switches = max(0, after.switches - before.switches)
    where = (round_.group.scenario.name, round_.index)
    return Surroundings(*where, others, stolen, after.load, switches, round_.group.workload)
