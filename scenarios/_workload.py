"""The one workload of all scenarios: two records, after a sleep."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from bench.subjects.loops import Loop
    from bench.subjects.scenarios import Scenario


class Record(NamedTuple):
    """One person of the data that `get_data` gets."""

    name: str
    age: int


Records: TypeAlias = list[Record]
LoopFactory: TypeAlias = Callable[[], asyncio.AbstractEventLoop]
GetData: TypeAlias = Callable[[], Coroutine[None, None, Records]]
OwnRun: TypeAlias = Callable[[Coroutine[None, None, Records]], Records]


async def get_data(delay: float = 0) -> Records:
    """Get the two records after `delay` seconds: 0 lets the loop turn once and hides nothing."""
    await asyncio.sleep(delay)
    return [Record("Jane", 19), Record("John", 24)]


def program(file: str, words: Sequence[str] | None = None) -> None:
    """Run the scenario in `file` as its options say, once if they say nothing, and print the records.

    It is what `bench` measures, less the measuring: a loop that dies or hangs there does so here, where it can be seen.
    """
    import argparse
    import sys
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    from bench.errors import BenchError
    from bench.subjects import loops, scenarios  # the example itself needs no harness; finding a loop by name does

    scenario = scenarios.named(Path(file).stem)
    parser = argparse.ArgumentParser(prog=f"python -m scenarios.{scenario.name}", description=scenario.title)
    parser.add_argument("--loop", default="asyncio", metavar="NAME", help="default: asyncio")
    parser.add_argument("--delay", type=float, default=0, metavar="S", help="seconds, default: 0")
    parser.add_argument("--thread", choices=["main", "worker"], default="main", help="default: main")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="lifecycles, default: 1")
    options = parser.parse_args(words)
    try:
        loop = loops.named(options.loop)
        reason = loop.unavailable or scenario.skip_reason(loop, sys.version_info[:2])
    except BenchError as error:
        reason = str(error)
    if reason:
        sys.exit(f"{scenario.name} can't be run with {options.loop} here: {reason}")
    lifecycles = scenario, loop, options.delay, options.times
    try:
        if options.thread == "main":
            records = _last_of(*lifecycles)
        else:
            with ThreadPoolExecutor(1) as beside:
                records = beside.submit(_last_of, *lifecycles).result()
    except scenarios.WrongRunError as error:
        sys.exit(f"wrong: {error}")
    for record in records:
        print(record.name, record.age, flush=True)  # a loop may die when this ends


def _last_of(scenario: "Scenario", loop: "Loop", delay: float, times: int) -> Records:
    """Run so many lifecycles; the records of the last, or the first that are wrong."""
    import functools

    from bench.subjects import loops, scenarios

    records: Records = []
    with scenarios.prepared(scenario, loop, loops.load_factory(loop)) as once:
        for _ in range(times):
            records = once(functools.partial(get_data, delay))
            scenarios.check_records(records)
    return records
