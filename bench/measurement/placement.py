"""Decides which processors the workers of a round run on, and keeps the harness off them meanwhile.

All workers of a round share the same processors, so no loop gets a busier one than the others. Only one worker runs at
any moment, so one processor is enough, unless a loop has threads of its own. This works on Linux; elsewhere, and where
the harness would have no processor left, workers run where the system puts them.
"""

import itertools
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from bench.errors import NotMeasuredError
from bench.machine import settings
from bench.machine.place import UnknownError, cpu_list
from bench.plan.cells import AUTO

PRIORITY = -20  # nice value of workers, where it is permitted: other processes then hardly ever interrupt a value
SPIN_TURNS = 20_000  # of an empty loop, some 0.3 ms: long enough to notice who shares the processor
SPINS, PAUSE_S = 8, 0.002  # on each processor, and between them
CANDIDATES = 4  # processors to try by spinning: those that were used least
WATCH_S = 0.03  # to find those among more; /proc/stat counts in hundredths of a second

Processors: TypeAlias = frozenset[int]
NONE: Processors = frozenset()


class Site:
    """The processors of one round; `processors` is empty where workers run where the system puts them."""

    def __init__(self, processors: Processors, allowed: Processors, near: Processors) -> None:
        """`allowed`: what the harness may use; `near`: those of them with the same memory."""
        self.processors = processors
        self.name = ",".join(map(str, sorted(processors)))
        self._allowed, self._near = allowed, near
        self._rest = allowed - processors if processors else NONE

    def start(self, process: int) -> None:
        """Let a new process load where there is room, but near the memory that it will use later."""
        if self._near and self._near < self._allowed:
            _move([process], self._near)

    def take(self, process: int) -> int:
        """Move a process, with all its threads, to the processors, and raise its priority; returns its nice value."""
        threads = threads_of(process)
        _move(threads, self.processors or self._allowed)
        return _raise(process, threads) if os.name == "posix" else 0

    def leave(self, process: int) -> None:
        """Let a process that will be timed no more run anywhere, so that several can end at once."""
        if self.processors:
            _move(threads_of(process), self._allowed)

    def keep_off(self, *others: int) -> None:
        """Move the harness, and other processes that it has started, away from the processors."""
        if self._rest:
            _move([*threads_of(os.getpid()), *others], self._rest)

    def beside(self, process: int) -> None:
        """Let what the workers talk to run at their priority, but away from their processors."""
        threads = threads_of(process)
        _move(threads, self._rest)
        if os.name == "posix":
            _raise(process, threads)

    def release(self) -> None:
        """Let the harness run anywhere again, unless somebody else has moved it meanwhile."""
        if self._rest and os.sched_getaffinity(0) == self._rest:
            _move(threads_of(os.getpid()), self._allowed)


@contextmanager
def site(asked: str | None, needed: int = 1, root: Path = Path("/")) -> Iterator[Site]:
    """Choose processors for a round, and leave them after the block.

    `asked`: `auto` for the `needed` processors that are quietest now, a list such as `1` or `2-3,5`, None for none.
    Raises NotMeasuredError if the listed processors can't be used any more.
    """
    allowed = Processors(os.sched_getaffinity(0)) if sys.platform == "linux" and asked else NONE
    if asked == AUTO:
        processors = _quietest(allowed, needed, root) if len(allowed) > needed else NONE
    else:
        processors = (cpu_list(asked) if asked and allowed else None) or NONE
        _refuse_lost(processors, allowed)
    chosen = Site(processors, allowed, _near(processors, root) & allowed)
    try:
        yield chosen
    finally:
        chosen.release()


def shields() -> bool:
    """Whether workers can get the priority that keeps other processes off their processor."""
    with suppress(OSError, UnknownError):
        return settings.may_raise_priority(lambda path: Path("/", path).read_text("utf-8"))
    return False


def threads_of(process: int) -> list[int]:
    """Ids of the threads of a process; where they can't be seen, its own."""
    with suppress(OSError):
        return [int(name) for name in os.listdir(f"/proc/{process}/task")]  # noqa: PTH208  (names are what is asked for)
    return [process]


def _refuse_lost(processors: Processors, allowed: Processors) -> None:
    """Raise NotMeasuredError if one of the processors is offline, or the cgroup no longer allows it."""
    if processors:
        _move([0], processors)
        possible = Processors(os.sched_getaffinity(0)) & processors
        _move([0], allowed)
        if lost := sorted(processors - possible):
            names = ", ".join(map(str, lost))
            raise NotMeasuredError(
                f"this process can no longer use processor {names}, which --affinity names\n"
                "see which it can use: python -c 'import os; print(os.sched_getaffinity(0))'"
            )


def _raise(process: int, threads: Iterable[int]) -> int:
    """Raise the priority of a process, and return its nice value: 0 where that is not permitted."""
    try:
        for thread in threads:
            os.setpriority(os.PRIO_PROCESS, thread, PRIORITY)
        # Where Linux groups processes by session, a priority counts only within the worker's own session.
        with suppress(FileNotFoundError):
            Path(f"/proc/{process}/autogroup").write_text(str(PRIORITY), "ascii")
    except OSError:
        return 0
    return PRIORITY


def _quietest(allowed: Processors, needed: int, root: Path) -> Processors:
    """The processors that others disturb least, by the kernel's count and by how long a known work takes there."""
    candidates = sorted(allowed)
    if len(candidates) > max(CANDIDATES, needed):
        before = _used(root)
        time.sleep(WATCH_S)
        used = _used(root, before)
        candidates = sorted(candidates, key=lambda cpu: _of_core(cpu, used, root))[: max(CANDIDATES, needed)]
    before, spun = _used(root), dict.fromkeys(candidates, 0.0)
    for _ in range(SPINS):
        for cpu in candidates:
            spun[cpu] += _spin(cpu)
        _move([0], allowed)
        time.sleep(PAUSE_S)
    used = _used(root, before)
    return Processors(sorted(candidates, key=lambda cpu: spun[cpu] * (1 + _of_core(cpu, used, root)))[:needed])


def _spin(cpu: int) -> float:
    """Seconds until this thread has done a known work on a processor."""
    began = time.perf_counter()
    _move([0], Processors({cpu}))
    for _ in itertools.repeat(None, SPIN_TURNS):
        pass
    return time.perf_counter() - began


def _used(root: Path, before: Mapping[int, int] | None = None) -> Mapping[int, int]:
    """Hundredths of a second that each processor was used since it was started, or since `before`.

    Empty where the kernel does not tell.
    """
    try:
        lines = [line.split() for line in (root / "proc/stat").read_text("ascii").splitlines()]
    except (OSError, ValueError):
        return {}
    times = {int(name[3:]): map(int, spent) for name, *spent in lines if name[:3] == "cpu" and name[3:].isdecimal()}
    used = {}
    for cpu, (user, nice, system, _idle, _iowait, *others) in times.items():
        used[cpu] = user + nice + system + sum(others[:3]) - (before or {}).get(cpu, 0)
    return used


def _of_core(cpu: int, used: Mapping[int, int], root: Path) -> int:
    """How much the core of a processor was used: by all its hyper-threads."""
    siblings = Processors({cpu})
    with suppress(OSError, ValueError):
        path = root / f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
        siblings = cpu_list(path.read_text("ascii").strip()) or siblings
    return sum(used.get(sibling, 0) for sibling in siblings)


def _near(processors: Processors, root: Path) -> Processors:
    """All processors that share their memory with one of these."""
    near = set[int]()
    for path in (root / "sys/devices/system/node").glob("node[0-9]*/cpulist"):
        with suppress(OSError, ValueError):
            node = cpu_list(path.read_text("ascii").strip()) or NONE
            near |= node if node & processors else NONE
    return Processors(near)


def _move(threads: Iterable[int], processors: Processors) -> None:
    """Let these threads run on these processors only; one that has ended, or may not be moved, stays as it is."""
    for thread in threads if processors else ():
        with suppress(OSError):
            os.sched_setaffinity(thread, processors)
