"""Start and stop of a loop that stays open, not a server's speed: run_until_complete(get_data())."""

import asyncio
import contextlib
from collections.abc import Iterator

from scenarios._workload import GetData, LoopFactory, Records

GIVEN = "open_loop"
NEEDS = ("result_or_exception",)
USED_IN = ("service", "tests")


@contextlib.contextmanager
def prepare(new_loop: LoopFactory) -> Iterator[asyncio.AbstractEventLoop]:
    """Open one loop for all calls, and close it after the last call."""
    loop = new_loop()
    try:
        yield loop
    finally:
        loop.close()


def scenario(loop: asyncio.AbstractEventLoop, get_data: GetData) -> Records:
    """Start and stop a loop, without creating or closing it."""
    return loop.run_until_complete(get_data())


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
