"""Four threads at once, each with ten lifecycles of a Runner: 40 lifecycles, which are timed as one.

This is what servers and task queues do that give each thread a loop of its own. Free-threaded builds of CPython run the
threads at the same time, others one by one.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from scenarios._workload import GetData, LoopFactory, Records

BY_DEFAULT = False
NEEDS = ("result_or_exception", "other_thread")
THREADS, EACH = 4, 10
LIFECYCLES = THREADS * EACH


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Start all threads, let them begin together, and wait for all."""
    together = threading.Barrier(THREADS)

    def run() -> Records:
        records: Records = []
        together.wait()
        for _ in range(EACH):
            with asyncio.Runner(loop_factory=new_loop) as runner:
                records = runner.run(get_data())
        return records

    with ThreadPoolExecutor(THREADS) as threads:
        runs = [threads.submit(run) for _ in range(THREADS)]
    return [run.result() for run in runs][-1]


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
