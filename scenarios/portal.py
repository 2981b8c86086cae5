"""A thread with a loop that waits for calls from outside: one call of get_data, then it ends.

This is anyio's `start_blocking_portal`: `anyio/from_thread.py`, line 607 of 4.16.0. Starlette 1.10.0 starts one for
each request of a TestClient that is not used as a context manager (`starlette/testclient.py`, line 406).
`backend_options={"loop_factory": …}` chooses another loop.
"""

import asyncio
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeAlias

from scenarios._workload import GetData, LoopFactory, Records

BY_DEFAULT = False
NEEDS = ("result_or_exception", "other_thread", "threadsafe_wakes_up")
IN_TURN = True

Portal: TypeAlias = Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]


async def serve(portal: Portal) -> None:
    """Tell who waits for it where to call, and wait until the last call was made."""
    stop = asyncio.Event()
    portal.set_result((asyncio.get_running_loop(), stop))
    await stop.wait()


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Start the loop in another thread, call it, and stop it."""

    def run(portal: Portal) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(serve(portal))

    with ThreadPoolExecutor(1) as thread:
        portal: Portal = Future()
        ended = thread.submit(run, portal)
        wait([portal, ended], return_when=FIRST_COMPLETED)  # type: ignore[arg-type]  # futures of two types
        if ended.done():
            ended.result()  # raises: the loop did not start
        loop, stop = portal.result()
        try:
            return asyncio.run_coroutine_threadsafe(get_data(), loop).result()
        finally:
            loop.call_soon_threadsafe(stop.set)


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
