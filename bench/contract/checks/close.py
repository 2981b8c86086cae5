"""Closing a loop, and what may happen after that."""

import asyncio
import gc
import threading
import warnings
from collections.abc import AsyncGenerator

from bench.contract.promises import Subject, check, expect, opened, refused

WAIT_S = 2.0


@check()
def close_twice(subject: Subject) -> None:
    """loop.close: This method is idempotent and irreversible."""
    loop = subject.new_loop()
    expect(not loop.is_closed(), "is_closed() of an open loop is true")
    loop.run_until_complete(asyncio.sleep(0))
    for _ in range(2):
        loop.close()
        expect(loop.is_closed(), "is_closed() of a closed loop is false")


@check()
def close_while_running(subject: Subject) -> None:
    """loop.close: The loop must not be running when this function is called."""

    async def main() -> None:
        with refused(RuntimeError, "a running loop could be closed"):
            asyncio.get_running_loop().close()

    with opened(subject) as loop:
        loop.run_until_complete(main())


@check()
def close_discards(subject: Subject) -> None:
    """loop.close: Any pending callbacks will be discarded."""
    called: list[str] = []
    loop = subject.new_loop()
    loop.call_soon(called.append, "soon")
    loop.call_later(0, called.append, "later")
    loop.close()
    expect(not called, f"close() called these callbacks: {called}")


@check()
def closed_for_good(subject: Subject) -> None:
    """loop.close: No other methods should be called after the event loop is closed."""
    loop = subject.new_loop()
    loop.close()
    with refused(RuntimeError, "run_forever() of a closed loop raised no RuntimeError"):
        loop.call_soon(loop.stop)
        loop.run_forever()
    coroutine = asyncio.sleep(0)
    with refused(RuntimeError, "run_until_complete() of a closed loop raised no RuntimeError"):
        try:
            loop.run_until_complete(coroutine)
        finally:
            coroutine.close()


@check()
def close_executor(subject: Subject) -> None:
    """loop.close: This method clears all queues and shuts down the executor, but does not wait for it to finish."""
    release, ended = threading.Event(), threading.Event()

    def waits() -> None:
        release.wait(WAIT_S)
        ended.set()

    loop = subject.new_loop()
    loop.run_in_executor(None, waits)
    loop.run_until_complete(loop.run_in_executor(None, bool))
    loop.close()
    waited = ended.is_set()
    release.set()
    expect(not waited, "it waited for a function that still ran")


@check()
def unclosed_loop(subject: Subject) -> None:
    """Close transports and event loops: If one is not closed explicitly, a ResourceWarning is emitted (3.6's docs)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loop = subject.new_loop()
        loop.run_until_complete(asyncio.sleep(0))
        del loop
        gc.collect()
    expect(
        [one for one in caught if one.category is ResourceWarning],
        "a loop that was dropped without being closed gave no ResourceWarning",
    )


async def _counting(closed: list[str]) -> AsyncGenerator[int, None]:
    try:
        yield 1
    finally:
        await asyncio.sleep(0)
        closed.append("closed")


@check()
def shutdown_asyncgens(subject: Subject) -> None:
    """loop.shutdown_asyncgens: Schedule all currently open asynchronous generator objects to close with aclose()."""
    closed: list[str] = []
    generator = _counting(closed)

    async def main() -> None:
        await anext(generator)

    with opened(subject) as loop:
        loop.run_until_complete(main())
        loop.run_until_complete(loop.shutdown_asyncgens())
    expect(closed, "a generator that was open was not closed")


@check()
def dropped_asyncgen(subject: Subject) -> None:
    """PEP 525: If an asynchronous generator is dropped, the event loop's finaliser schedules its aclose()."""
    closed: list[str] = []

    async def main() -> None:
        generator = _counting(closed)
        await anext(generator)
        del generator
        gc.collect()
        await asyncio.sleep(0.02)

    with opened(subject) as loop:
        loop.run_until_complete(main())
    expect(closed, "a generator that was dropped was not closed")
