"""Looks at what loops hold in this process, or marks their lifecycles for a tracer: one kind of figure, one process.

`survey` starts it. Standard library, the scenario and the loop, and nothing that would add to what is counted.
"""

import argparse
import asyncio
import gc
import os
import signal
import tracemalloc
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.subjects import loops, scenarios
from bench.worker.pipe import Turns, conclude, die_with_parent, in_words
from scenarios._workload import LoopFactory, Records, get_data

MARK = "evloop-bench "  # and a stage: the path that a mark asks for, seen by a tracer
IDLE = "idle"
FIELDS = ("loops", "descriptors", "threads", "resident", "objects", "traced")


class Readings:
    """A table of readings, allocated beforehand: what is kept of one must not be found by the next."""

    def __init__(self, rows: int, *, traced: bool) -> None:
        self._cells = array("q", bytes(8 * rows * len(FIELDS)))
        self._rows = 0
        self._traced = traced
        self._rollup = Path("/proc/self/smaps_rollup")  # exact, where statm is off by some pages for each processor

    def take(self, count: int) -> None:
        """Note what the process holds, after so many loops. What garbage is due is collected before."""
        gc.collect()
        descriptors, threads = len(os.listdir("/dev/fd")) - 1, len(os.listdir("/proc/self/task"))  # noqa: PTH208  (light)
        resident = objects = traced = 0
        if self._traced:
            statistics = tracemalloc.take_snapshot().statistics("filename")
            objects, traced = sum(one.count for one in statistics), sum(one.size for one in statistics)
        else:
            resident = _resident(self._rollup)
        for column, number in enumerate((count, descriptors, threads, resident, objects, traced)):
            self._cells[self._rows * len(FIELDS) + column] = number
        self._rows += 1

    def rows(self) -> list[dict[str, int]]:
        """All of them, each by the names of its fields."""
        width = len(FIELDS)
        rows = (self._cells[row * width : row * width + width] for row in range(self._rows))
        return [dict(zip(FIELDS, row, strict=True)) for row in rows]


def _resident(rollup: Path) -> int:
    """Bytes of this process that are in memory."""
    try:
        line = next(line for line in rollup.read_text("ascii").splitlines() if line.startswith("Rss:"))
        return int(line.split()[1]) * 1024
    except OSError:  # a kernel without it
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def opened(options: argparse.Namespace, factory: LoopFactory) -> dict[str, object]:
    """Open loops beside each other, each having run once; read every `step`; close all, drop them, and read again."""
    for _ in range(2):  # imports and caches are no cost of a loop
        _run_once(factory()).close()
    readings = Readings(options.count // options.step + 2, traced=options.traced)
    held: list[asyncio.AbstractEventLoop] = [None] * options.count  # type: ignore[list-item]  # until they are open
    with _reported() as report:
        readings.take(0)
        for index in range(options.count):
            held[index] = _run_once(factory())
            if (index + 1) % options.step == 0:
                readings.take(index + 1)
        while held:
            held.pop().close()
        readings.take(options.count)
    return {"readings": readings.rows(), **report}


def _run_once(loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
    scenarios.check_records(loop.run_until_complete(get_data()))
    return loop


def lived(options: argparse.Namespace, factory: LoopFactory) -> dict[str, object]:
    """Run lifecycles one after another, and read every `step`."""
    scenario, loop = scenarios.named(options.scenario), loops.named(options.loop)
    readings = Readings(options.count // options.step + 1, traced=options.traced)
    with _reported() as report, scenarios.prepared(scenario, loop, factory) as once:
        readings.take(0)
        for done in range(1, options.count + 1):
            scenarios.check_records(once(get_data))
            if done % options.step == 0:
                readings.take(done)
    return {"readings": readings.rows(), **report}


@contextmanager
def _reported() -> Iterator[dict[str, str]]:
    """Keep what has been read, where a loop can't go on: one that leaks ends so."""
    report: dict[str, str] = {}
    try:
        yield report
    except Exception as error:  # noqa: BLE001  (whatever other people's code raises)
        report["ending"] = in_words(error)


def marked(options: argparse.Namespace, factory: LoopFactory) -> dict[str, object]:
    """Run lifecycles with a mark at each border of a stage; garbage belongs to the lifecycle that made it."""
    scenario, loop = scenarios.named(options.scenario), loops.named(options.loop)

    async def marked_get_data() -> Records:
        mark("work")
        records = await get_data()
        mark("finish")
        return records

    with scenarios.prepared(scenario, loop, factory if scenario.given == "policy" else marking(factory)) as once:
        if scenario.given == "policy":
            policy = scenarios.policy()
            policy.new_event_loop = marking(policy.new_event_loop)  # type: ignore[method-assign]  # of this process, for ever
        gc.collect()
        gc.disable()
        for _ in range(options.count):
            mark("start")
            scenarios.check_records(once(marked_get_data))
            gc.collect()
            mark(IDLE)
    return {}


def mark(stage: str) -> None:
    """A system call that nobody else makes."""
    os.access(MARK + stage, os.F_OK)


def marking(factory: LoopFactory) -> LoopFactory:
    """A loop factory between two marks."""

    def new_loop() -> asyncio.AbstractEventLoop:
        mark("create")
        loop = factory()
        mark("start")
        return loop

    return new_loop


KINDS: dict[str, Callable[[argparse.Namespace, LoopFactory], dict[str, object]]] = {
    "opened": opened,
    "lived": lived,
    "marked": marked,
}


def gauge(_turns: Turns) -> dict[str, object]:
    """Do what the command line says, and return what to deliver."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--loop", required=True)
    parser.add_argument("--scenario")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--traced", action="store_true")
    parser.add_argument("--parent", type=int)
    options = parser.parse_args()
    die_with_parent(options.parent or os.getppid())  # a tracer is a parent whose number nobody knew
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits it ignored
    factory = loops.load_factory(loops.named(options.loop))
    if options.traced:
        tracemalloc.start()
    return KINDS[options.kind](options, factory)


if __name__ == "__main__":
    conclude(gauge)
