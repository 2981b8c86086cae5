"""run_until_complete(get_data()) on a loop that is already open."""

import asyncio
import contextlib
from collections.abc import Iterator

from scenarios._workload import GetData, LoopFactory, Records, program

GIVEN = "open_loop"


@contextlib.contextmanager
def prepare(new_loop: LoopFactory) -> Iterator[asyncio.AbstractEventLoop]:
    """Open one loop for all calls, and close it after the last."""
    loop = new_loop()
    try:
        yield loop
    finally:
        loop.close()


def scenario(loop: asyncio.AbstractEventLoop, get_data: GetData) -> Records:
    """Start and stop a loop without paying for its creation and its close."""
    return loop.run_until_complete(get_data())


if __name__ == "__main__":
    program(__file__)
