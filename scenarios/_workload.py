"""The workload that every scenario runs: sleep, then return two records."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeAlias, TypedDict


class Record(TypedDict):
    """One person, as `get_data` returns it."""

    name: str
    age: int


Records: TypeAlias = list[Record]
LoopFactory: TypeAlias = Callable[[], asyncio.AbstractEventLoop]
GetData: TypeAlias = Callable[[], Coroutine[None, None, Records]]
OwnRun: TypeAlias = Callable[[Coroutine[None, None, Records]], Records]

EXPECTED: Records = [{"name": "Jane", "age": 19}, {"name": "John", "age": 24}]


async def get_data(delay: float = 0) -> Records:
    """Return the two records after `delay` seconds; with 0 the loop runs one iteration and nothing waits."""
    await asyncio.sleep(delay)
    return [{"name": "Jane", "age": 19}, {"name": "John", "age": 24}]


def records() -> Records:
    """The two records, made new each time: what a workload returns that fetches nothing."""
    return [{"name": "Jane", "age": 19}, {"name": "John", "age": 24}]


class WrongRunError(Exception):
    """The scenario did not run what it is measured for."""


def check_records(records: Records) -> None:
    """Raise WrongRunError unless these are the records that `get_data` returns."""
    if records != EXPECTED:
        raise WrongRunError(f"it returned {str(records)[:200]}, not the two records of get_data")
