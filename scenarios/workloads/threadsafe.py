"""n round trips from a thread through call_soon_threadsafe, and n from the loop through asyncio.to_thread."""

import asyncio
import queue
import threading

from scenarios._workload import Records, WrongRunError, records

EACH_S = 1e-4
IN_TURN = True


async def get_data(trips: int = 10) -> Records:
    """Let a thread call the loop this many times, then let the loop call threads as often."""
    loop, here = asyncio.get_running_loop(), threading.get_ident()

    def call_the_loop() -> list[int]:
        answers = queue.SimpleQueue[int]()
        heard = []
        for _ in range(trips):
            loop.call_soon_threadsafe(lambda: answers.put(threading.get_ident()))
            heard.append(answers.get())
        return heard

    if await asyncio.to_thread(call_the_loop) != [here] * trips:
        raise WrongRunError("call_soon_threadsafe ran its callback in another thread than the loop's")
    for _ in range(trips):
        if await asyncio.to_thread(threading.get_ident) == here:
            raise WrongRunError("to_thread ran its function in the loop's own thread")
    return records()
