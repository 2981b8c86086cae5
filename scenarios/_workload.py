"""The one workload of all scenarios: two records, after a sleep."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
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


def program(file: str) -> None:
    """Run the scenario in `file` once, as its `--loop` and `--delay` say, and print the records."""
    from bench.cli import scenario_program

    scenario_program(Path(file).stem)
