"""From synchronous code: a new thread, a Runner in it that runs get_data, the thread joined.

This is asgiref's `async_to_sync`, called where no loop runs: `asgiref/sync.py`, line 365 of 3.13.0. It calls
asyncio.run, so that only the event loop policy can choose another loop. Django 6.1.3 does it for each async view under
WSGI (`django/core/handlers/base.py`, line 197), Flask 3.1.3 as well (`flask/app.py`, line 1001).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from scenarios._workload import GetData, LoopFactory, Records

BY_DEFAULT = False
NEEDS = ("result_or_exception", "other_thread")
IN_TURN = True


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Wait for another thread to do everything, as it may have no running loop."""

    def run() -> Records:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(get_data())

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
