"""Times one cell in its own process: an ordinary pyperf worker that waits for its turns.

`bench.measurement.meter` starts it. It answers with an empty line when it is ready and after each value, and with one
line of JSON at the end. `bench.worker.pipe` holds the pipes.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyperf

from bench.subjects import loops, scenarios, workloads
from bench.worker.facts import class_of, facts_of, name_of, peak_memory, usable_processors
from bench.worker.pipe import Turns, conclude, die_with_parent
from scenarios._workload import GetData, LoopFactory, Records, WrongRunError, check_records

Once: TypeAlias = Callable[[GetData], Records]
Reference: TypeAlias = Callable[[], asyncio.AbstractEventLoop | None]
OPTIONS = (
    "--scenario", "--loop", "--thread", "--workload", "--port", "--delay", "--rehearsed", "--longest-rehearsal",
)  # fmt: skip
NANOSECOND = 1e-9
TIMERS_S = 0.001  # resolution of libuv's timers, which round to it

clock = time.perf_counter_ns


class Rehearsal(NamedTuple):
    """What runs untimed at the beginning of a turn: this many lifecycles, but no more after `longest_s`."""

    lifecycles: int
    longest_s: float

    def helps(self, delay_s: float) -> bool:
        """Whether it makes a difference: a lifecycle that sleeps for long starts cold in any case."""
        return delay_s <= self.longest_s


class Stopwatch:
    """Runs lifecycles of one cell and cuts them into stages, with clock readings around its calls.

    `spent[stage]` holds one number for each value so far: nanoseconds, summed over the value's iterations. The loop
    itself is left alone; its factory and the workload are wrapped.
    """

    def __init__(
        self, scenario: scenarios.Scenario, factory: LoopFactory, get_data: GetData, delay_s: float = 0
    ) -> None:
        """`delay_s`: how long the workload must take at least."""
        self.factory = factory
        self.get_data = get_data
        self.delay_s = delay_s
        self.loop_class: type = type(None)
        self.spent: dict[str, list[int]] = {stage: [] for stage in scenario.stages}
        self.called = self.created = self.first = self.last = 0
        self.records: Records = []
        self.lifecycles = scenario.lifecycles
        self.made: list[Records] = []
        self.running: Reference = _nothing
        self.closed: list[Reference] = []  # loops of rehearsals that still exist; this keeps none alive

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """The loop factory, between two clock readings."""
        self.called = clock()
        loop = self.factory()
        self.created = clock()
        return loop

    async def timed_get_data(self) -> Records:
        """The workload, between two clock readings."""
        self.first = clock()
        records = await self.get_data()
        self.last = clock()
        self.records = records
        return records

    async def watched_get_data(self) -> Records:
        """The workload; notes the running loop and its class."""
        loop = asyncio.get_running_loop()
        self.loop_class, self.running = type(loop), _reference(loop)
        return await self.get_data()

    async def kept_get_data(self) -> Records:
        """The workload; several of them may run at once, in threads."""
        records = await self.get_data()
        self.made.append(records)
        return records

    def rehearse(self, once: Once, expected: type, rehearsal: Rehearsal) -> float:
        """Run lifecycles untimed, as the first ones after a hand-over are slow; check which loop runs the first.

        Returns the seconds of the first.
        """
        began = clock()
        self.loop_class = type(None)
        check_records(once(self.watched_get_data))
        first_s = (clock() - began) * NANOSECOND
        if self.loop_class is not expected:
            raise WrongRunError(f"the loop that ran is {name_of(self.loop_class)}, not {name_of(expected)}")
        self.refuse_closed_loop()
        ends = began + rehearsal.longest_s / NANOSECOND
        for _ in range(rehearsal.lifecycles - 1):
            if clock() > ends:
                break
            check_records(once(self.get_data))
        return first_s

    def refuse_closed_loop(self) -> None:
        """Raise WrongRunError if the loop that ran is one that was closed in an earlier rehearsal."""
        loop = self.running()
        if loop is not None and any(closed() is loop for closed in self.closed):
            raise WrongRunError("the loop that ran was closed in an earlier lifecycle, and returned again")
        self.closed = [closed for closed in (*self.closed, self.running) if _is_closed(closed())]

    def value(self, once: Once, iterations: int) -> float:
        """Seconds that `iterations` lifecycles take. The checks between two lifecycles are not timed."""
        if self.lifecycles > 1:
            return self._whole(once, iterations)
        create = start = work = finish = 0
        for _ in range(iterations):
            began = clock()
            records = once(self.timed_get_data)
            ended = clock()
            if "create" not in self.spent:
                self.called = self.created = began
            if not began <= self.called <= self.created <= self.first <= self.last <= ended:
                raise WrongRunError("the loop factory and the workload did not run inside the call")
            check_records(records)
            if records is not self.records:
                raise WrongRunError("it returned other records than the workload just made")
            if (self.last - self.first) * NANOSECOND < self.delay_s / 2 - TIMERS_S:
                raise WrongRunError(f"the workload slept much less than the {self.delay_s:g} s it was asked to")
            create += self.created - self.called
            start += self.first - began - (self.created - self.called)
            work += self.last - self.first
            finish += ended - self.last
        stages = dict(zip(scenarios.STAGES, (create, start, work, finish), strict=True))
        for stage, nanoseconds in self.spent.items():
            nanoseconds.append(stages[stage])
        return sum(stages.values()) * NANOSECOND

    def _whole(self, once: Once, iterations: int) -> float:
        """The same, for calls that run several lifecycles at once: they are not cut into stages."""
        spent = 0
        for _ in range(iterations):
            self.made.clear()
            began = clock()
            records = once(self.kept_get_data)
            spent += clock() - began
            check_records(records)
            if len(self.made) != self.lifecycles or not any(records is made for made in self.made):
                raise WrongRunError(f"it ran the workload {len(self.made)} times, not {self.lifecycles}")
        return spent * NANOSECOND


def measure(turns: Turns) -> dict[str, object]:
    """Time the cell that the first turn names, in the thread it names; the result is what to deliver.

    Until then nothing of the cell is known here: the worker loads while the server that it will talk to does.
    """
    parent = int(sys.argv.pop())
    die_with_parent(parent)
    sys.argv += json.loads(turns.wait())
    runner = pyperf.Runner()
    runner._display_result = _quiet  # noqa: SLF001  (it prints even when quiet, to what a loop may have closed)
    for option in OPTIONS:
        runner.argparser.add_argument(option, required=True)
    options = runner.parse_args()
    # A background job inherits SIGINT ignored, and asyncio.run then installs no handler of its own.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if options.thread == "main":
        return time_cell(runner, options, turns)
    with ThreadPoolExecutor(1, "worker thread; the main thread waits and uses no CPU") as beside:
        return beside.submit(time_cell, runner, options, turns).result()


class Timing:
    """pyperf's time function for one cell: it gives one value after another, and waits for the next turn in between."""

    def __init__(self, watch: Stopwatch, once: Once, expected: type, rehearsal: Rehearsal, turns: Turns) -> None:
        self.turns_s: list[float] = []  # of each turn so far
        self.in_a_turn = 1
        self._watch, self._once, self._turns = watch, once, turns
        self._expected, self._rehearsal = expected, rehearsal
        self._rehearsing, self._rehearsed = rehearsal.helps(watch.delay_s), False
        self._due = self._began = 0  # values of this turn that are still to come, and when it began

    def calibrating(self, iterations: int) -> float:
        """Seconds of a value. The first follows a rehearsal; the others come right after it, and need none."""
        first_s = 0.0 if self._rehearsed else self._watch.rehearse(self._once, self._expected, self._rehearsal)
        self._rehearsed = self._rehearsing
        return self._watch.value(self._once, iterations) if self._rehearsing else first_s

    def __call__(self, iterations: int) -> float:
        """Seconds of a value. The first of a turn follows a rehearsal; after the last, the next turn is awaited."""
        if not self._due:
            self._began, self._due = clock(), self.in_a_turn
            if self._rehearsing:
                self._watch.rehearse(self._once, self._expected, self._rehearsal)
        seconds = self._watch.value(self._once, iterations)
        self._due -= 1
        if not self._due:
            self.turns_s.append((clock() - self._began) * NANOSECOND)
            self._turns.wait()
        return seconds


def time_cell(runner: pyperf.Runner, options: argparse.Namespace, turns: Turns) -> dict[str, object]:
    """Let pyperf collect the values of one cell, some in each turn."""
    loop, scenario = loops.named(options.loop), scenarios.named(options.scenario)
    factory = loops.load_factory(loop)
    expected = class_of(factory, loop)
    delay_s = float(options.delay)
    workload, port = workloads.named(options.workload), int(options.port)
    watch = Stopwatch(scenario, factory, workload.get_data(delay_s, port), delay_s)
    rehearsal = Rehearsal(int(options.rehearsed), float(options.longest_rehearsal))
    # asyncio's policy gets the plain factory: what the policy does with it is what is timed.
    new_loop = factory if scenario.given == "policy" else watch.new_loop
    with scenarios.prepared(scenario, loop, new_loop) as once:
        if scenario.given == "policy":
            _watch_policy(watch)
        timing = Timing(watch, once, expected, rehearsal, turns)
        found = calibrated(turns, timing.calibrating, in_turn=scenario.in_turn or workload.in_turn)
        options.loops, options.values, timing.in_a_turn = found
        run = runner.bench_time_func(f"{scenario.name}.total", timing).get_runs()[0]
    metadata = run.get_metadata() | facts_of(loop, expected) | peak_memory(Path("/proc/self/status"))
    metadata |= workload.figures(port)
    values = {
        stage: [spent * NANOSECOND / options.loops for spent in nanoseconds[-len(run.values) :]]
        for stage, nanoseconds in watch.spent.items()
    }
    return {"values": {"total": run.values, **values}, "turns": timing.turns_s, "metadata": metadata}


def calibrated(turns: Turns, value: Callable[[int], float], *, in_turn: bool) -> tuple[int, int, int]:
    """Iterations of a value, number of values, and of those in a turn: the harness decides after calibrating turns.

    Such a turn asks for one value of some iterations. Its answer is the seconds that they took, and how many processors
    the threads could use: one if they work `in_turn`. The turn that also has the other numbers is the first of those
    that count.
    """
    answer = ""
    while True:
        iterations, *numbers = map(int, turns.wait(answer).split())
        if numbers:
            values, in_a_turn = numbers
            return iterations, values, in_a_turn
        own, all_threads = time.thread_time(), time.process_time()
        seconds = value(iterations)
        # in this order, so that what an interrupted reading costs is never taken for another thread's work
        all_threads = time.process_time() - all_threads
        own = time.thread_time() - own
        answer = f"[{seconds!r},{1 if in_turn else usable_processors(own, all_threads - own)}]"


def _watch_policy(watch: Stopwatch) -> None:
    """Time what the current policy creates loops with."""
    policy = scenarios.policy()
    watch.factory = policy.new_event_loop
    policy.new_event_loop = watch.new_loop  # type: ignore[method-assign]  # stays until this process ends


def _nothing() -> None:
    """Refer to no loop."""


def _reference(loop: asyncio.AbstractEventLoop) -> Reference:
    """Refer to the loop as long as it exists; to none of a type that has no weak references."""
    try:
        return weakref.ref(loop)
    except TypeError:
        return _nothing


def _is_closed(loop: asyncio.AbstractEventLoop | None) -> bool:
    return loop is not None and loop.is_closed()


def _quiet(*_: object, **__: object) -> None:
    """Print nothing: pyperf's result is delivered instead."""


def main() -> None:
    """Deliver what was measured, or the error."""
    conclude(measure)


if __name__ == "__main__":
    main()
