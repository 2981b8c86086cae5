"""Calls from other threads, and calls into other threads."""

import asyncio
import contextvars
import threading
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import cast

from bench.contract.promises import Subject, check, completed, expect, opened, refused

IDLE_S = 0.05
LONG_S = 30.0
WORD: contextvars.ContextVar[str] = contextvars.ContextVar("WORD", default="none")


@check()
def threadsafe_wakes_up(subject: Subject) -> None:
    """loop.call_soon_threadsafe: Must be used to schedule callbacks from another thread."""
    threads: list[int] = []
    with opened(subject) as loop:

        def called() -> None:
            threads.append(threading.get_ident())
            loop.stop()

        def other() -> None:
            time.sleep(IDLE_S)  # the loop has nothing to do, and waits
            loop.call_soon_threadsafe(called)

        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        loop.call_later(LONG_S, loop.stop)
        loop.run_forever()
        thread.join()
    expect(threads == [threading.get_ident()], "the callback was not called in the loop's thread")


@check()
def threadsafe_after_close(subject: Subject) -> None:
    """loop.call_soon_threadsafe: Raises RuntimeError if called on a loop that has been closed."""
    loop = subject.new_loop()
    loop.close()
    with refused(RuntimeError, "it accepted a callback"):
        loop.call_soon_threadsafe(print)


@check()
def executor(subject: Subject) -> None:
    """loop.run_in_executor: Arrange for func to be called in the executor, by default in the default executor."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        expect(await loop.run_in_executor(None, divmod, 47, 5) == (9, 2), "the result is not the function's")
        expect(await loop.run_in_executor(None, threading.get_ident) != threading.get_ident(), "it ran in this thread")
        with ThreadPoolExecutor(1, "mine") as mine:
            name = await loop.run_in_executor(mine, lambda: threading.current_thread().name)
        expect(name.startswith("mine"), f"with an executor of its own, the function ran in {name}")
        with refused(ZeroDivisionError, "the exception of the function was not raised"):
            await loop.run_in_executor(None, divmod, 1, 0)

    completed(subject, main)


@check()
def to_thread(subject: Subject) -> None:
    """asyncio.to_thread: The current contextvars.Context is propagated, so that the other thread has its variables."""

    async def main() -> str:
        WORD.set("mine")
        return await asyncio.to_thread(WORD.get)

    word = completed(subject, main)
    expect(word == "mine", f"the other thread saw {word}")


@check()
def default_executor(subject: Subject) -> None:
    """loop.set_default_executor: Executor must be an instance of ThreadPoolExecutor."""

    async def main() -> str:
        return await asyncio.get_running_loop().run_in_executor(None, lambda: threading.current_thread().name)

    with opened(subject) as loop, ThreadPoolExecutor(1, "mine") as mine:
        with refused(TypeError, "it accepted something else"):
            loop.set_default_executor(cast("ThreadPoolExecutor", Executor()))
        loop.set_default_executor(mine)
        name = loop.run_until_complete(main())
    expect(name.startswith("mine"), f"the function ran in {name}")


@check()
def shutdown_default_executor(subject: Subject) -> None:
    """loop.shutdown_default_executor: Wait for it to join all threads; run_in_executor then raises RuntimeError."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        ended = threading.Event()

        def slow() -> None:
            time.sleep(IDLE_S)
            ended.set()

        loop.run_in_executor(None, slow)
        await loop.run_in_executor(None, bool)
        await loop.shutdown_default_executor()
        expect(ended.is_set(), "it did not wait for a function that still ran")
        with refused(RuntimeError, "run_in_executor() still accepted a function"):
            await loop.run_in_executor(None, print)

    completed(subject, main)


@check()
def other_thread(subject: Subject) -> None:
    """asyncio.new_event_loop: Create and return a new event loop object; also in a thread that is not the main one."""

    async def main() -> int:
        await asyncio.sleep(0.001)
        return threading.get_ident()

    with ThreadPoolExecutor(1) as thread:
        expect(thread.submit(threading.get_ident).result() == thread.submit(completed, subject, main).result(LONG_S),
               "it ran elsewhere")  # fmt: skip


@check()
def wrong_thread(subject: Subject) -> None:
    """Debug mode: loop.call_soon() and loop.call_at() raise an exception if they are called from a wrong thread."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        for name, schedule in (("call_soon", loop.call_soon), ("call_later", lambda call: loop.call_later(1, call))):
            with refused(RuntimeError, f"{name}() from another thread was accepted"):
                await asyncio.to_thread(schedule, print)

    completed(subject, main)
