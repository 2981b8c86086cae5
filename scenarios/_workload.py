"""The one workload of all scenarios: two records, after a sleep."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import NamedTuple, TypeAlias


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
    """Run the scenario in `file` once, as its `--loop` and `--delay` say, and print the records."""
    import argparse
    import functools
    import sys
    from pathlib import Path

    from bench import catalog, loops  # the example itself needs no harness; finding a loop by name does
    from bench.errors import BenchError

    scenario = catalog.named(Path(file).stem)
    parser = argparse.ArgumentParser(prog=f"python -m scenarios.{scenario.name}", description=scenario.title)
    parser.add_argument("--loop", default="asyncio", metavar="NAME", help="default: asyncio")
    parser.add_argument("--delay", type=float, default=0, metavar="S", help="seconds, default: 0")
    options = parser.parse_args(words)
    try:
        loop = loops.named(options.loop)
        reason = loop.unavailable or scenario.skip_reason(loop, sys.version_info[:2])
    except BenchError as error:
        reason = str(error)
    if reason:
        sys.exit(f"{scenario.name} can't be run with {options.loop} here: {reason}")
    with catalog.prepared(scenario, loop, loops.load_factory(loop)) as once:
        for record in once(functools.partial(get_data, options.delay)):
            print(record.name, record.age)
