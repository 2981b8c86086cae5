"""Reads what loops hold in this process, or marks their lifecycles for a tracer: one kind of figure per process.

`survey` starts it. It imports the standard library, the scenario and the loop: all else would be counted.
"""

import argparse
import asyncio
import gc
import os
import resource
import signal
import tracemalloc
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.subjects import loops, scenarios
from bench.worker.pipe import Turns, conclude, die_with_parent, in_words
from scenarios._workload import LoopFactory, Records, check_records, get_data

MARK = "evloop-bench "  # followed by a stage: a path that does not exist, which the tracer sees
IDLE = "idle"
FIELDS = ("loops", "descriptors", "threads", "resident", "objects", "traced")


class ReadingTable:
    """A table of readings, allocated beforehand: a reading must not count the memory of earlier ones."""

    def __init__(self, rows: int, *, traced: bool) -> None:
        self._cells = array("q", bytes(8 * rows * len(FIELDS)))
        self._rows = 0
        self._traced = traced
        self._rollup = Path("/proc/self/smaps_rollup")  # exact; statm is off by some pages for each processor

    def take(self, count: int) -> None:
        """Collect garbage, then read what the process holds after `count` loops."""
        gc.collect()
        descriptors, threads = len(os.listdir("/dev/fd")) - 1, len(os.listdir("/proc/self/task"))  # noqa: PTH208  (light)
        resident = objects = traced = 0
        if self._traced:
            statistics = tracemalloc.take_snapshot().statistics("filename")
            objects, traced = sum(line.count for line in statistics), sum(line.size for line in statistics)
        else:
            resident = _resident(self._rollup)
        for column, figure in enumerate((count, descriptors, threads, resident, objects, traced)):
            self._cells[self._rows * len(FIELDS) + column] = figure
        self._rows += 1

    def rows(self) -> list[dict[str, int]]:
        """All readings, each by the names of its fields."""
        width = len(FIELDS)
        rows = (self._cells[row * width : row * width + width] for row in range(self._rows))
        return [dict(zip(FIELDS, row, strict=True)) for row in rows]


def _resident(rollup: Path) -> int:
    """Bytes of this process that are in memory (its resident set)."""
    try:
        line = next(line for line in rollup.read_text("ascii").splitlines() if line.startswith("Rss:"))
        return int(line.split()[1]) * 1024
    except OSError:  # a kernel that has no smaps_rollup
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def opened(options: argparse.Namespace, factory: LoopFactory) -> dict[str, object]:
    """Open loops and run each once, with a reading every `step` loops; read when all are closed, and when dropped."""
    for _ in range(2):  # imports and caches are not a cost of each loop
        _run_once(factory()).close()
    readings = ReadingTable(options.count // options.step + 3, traced=options.traced)
    held: list[asyncio.AbstractEventLoop] = [None] * options.count  # type: ignore[list-item]  # filled below
    with _reported() as report:
        readings.take(0)
        for index in range(options.count):
            held[index] = _run_once(factory())
            if (index + 1) % options.step == 0:
                readings.take(index + 1)
        for index in range(options.count):
            held[index].close()
        readings.take(options.count)
        held.clear()
        readings.take(options.count)
    rows = readings.rows()
    return {"closed": None if report else rows.pop(-2), "readings": rows, **report}


def abandoned(options: argparse.Namespace, factory: LoopFactory) -> dict[str, object]:
    """Open loops, run each once and drop it without closing it, with a reading every `step` loops."""
    _run_once(factory()).close()
    readings = ReadingTable(options.count // options.step + 1, traced=options.traced)
    with _reported() as report:
        readings.take(0)
        for done in range(1, options.count + 1):
            _run_once(factory())
            if done % options.step == 0:
                readings.take(done)
    return {"readings": readings.rows(), **report}


def _run_once(loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
    check_records(loop.run_until_complete(get_data()))
    return loop


def lived(options: argparse.Namespace, factory: LoopFactory) -> dict[str, object]:
    """Run lifecycles one after another, with a reading every `step`."""
    scenario, loop = scenarios.named(options.scenario), loops.named(options.loop)
    readings = ReadingTable(options.count // options.step + 1, traced=options.traced)
    with _reported() as report, scenarios.prepared(scenario, loop, factory) as once:
        readings.take(0)
        for done in range(1, options.count + 1):
            check_records(once(get_data))
            if done % options.step == 0:
                readings.take(done)
    return {"readings": readings.rows(), **report}


@contextmanager
def _reported() -> Iterator[dict[str, str]]:
    """Turn what a loop raises into the delivery's `ending`, so that earlier readings of a loop that leaks are kept."""
    report: dict[str, str] = {}
    try:
        yield report
    except Exception as error:  # noqa: BLE001  (whatever other people's code raises)
        report["ending"] = in_words(error)


def marked(options: argparse.Namespace, factory: LoopFactory) -> dict[str, object]:
    """Run lifecycles with a mark between stages; each lifecycle's garbage is collected before the next begins."""
    scenario, loop = scenarios.named(options.scenario), loops.named(options.loop)

    async def marked_get_data() -> Records:
        mark("work")
        records = await get_data()
        mark("finish")
        return records

    with scenarios.prepared(scenario, loop, factory if scenario.given == "policy" else marking(factory)) as once:
        if scenario.given == "policy":
            policy = scenarios.policy()
            policy.new_event_loop = marking(policy.new_event_loop)  # type: ignore[method-assign]  # never restored
        gc.collect()
        gc.disable()
        for _ in range(options.count):
            mark("start")
            check_records(once(marked_get_data))
            gc.collect()
            mark(IDLE)
    return {}


def mark(stage: str) -> None:
    """Make a system call that nothing else makes."""
    os.access(MARK + stage, os.F_OK)


def marking(factory: LoopFactory) -> LoopFactory:
    """Wrap a loop factory: a mark before it and a mark after it."""

    def new_loop() -> asyncio.AbstractEventLoop:
        mark("create")
        loop = factory()
        mark("start")
        return loop

    return new_loop


KINDS: dict[str, Callable[[argparse.Namespace, LoopFactory], dict[str, object]]] = {
    "opened": opened,
    "abandoned": abandoned,
    "lived": lived,
    "marked": marked,
}


def gauge(_turns: Turns) -> dict[str, object]:
    """Take the readings that the command line asks for, and return what to deliver."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--loop", required=True)
    parser.add_argument("--scenario")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--traced", action="store_true")
    parser.add_argument("--parent", type=int)
    options = parser.parse_args()
    die_with_parent(options.parent or os.getppid())  # a tracer's id was not known when it was started
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in a background job it is ignored
    limit = _limit_of_open_files()
    factory = loops.load_factory(loops.named(options.loop))
    if options.traced:
        tracemalloc.start()
    delivery = KINDS[options.kind](options, factory)
    return {**delivery, "limits": [limit, _limit_of_open_files()]}


def _limit_of_open_files() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


if __name__ == "__main__":
    conclude(gauge)
