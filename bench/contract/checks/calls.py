"""Callbacks, timers, tasks and futures: their order, their time, their context."""

import asyncio
import contextvars
import logging
import time
from collections.abc import Coroutine
from typing import Any

from bench.contract.promises import Subject, check, completed, expect, opened

WAIT_S = 0.05
COARSE_S = 0.002  # clocks of a millisecond are rounded: not early
WORD: contextvars.ContextVar[str] = contextvars.ContextVar("WORD", default="none")


@check()
def call_soon_order(subject: Subject) -> None:
    """loop.call_soon: Callbacks are called in the order in which they are registered."""
    called: list[int] = []
    with opened(subject) as loop:
        for number in range(100):
            loop.call_soon(called.append, number)
        loop.call_soon(loop.stop)
        loop.run_forever()
    expect(called == [*range(100)], f"they were called in the order {called[:10]}…, each {len(called)} of 100")


@check()
def call_soon_cancel(subject: Subject) -> None:
    """loop.call_soon: An instance of asyncio.Handle is returned, which can be used later to cancel the callback."""
    called: list[str] = []
    with opened(subject) as loop:
        handles = [loop.call_soon(called.append, "soon"), loop.call_later(0.001, called.append, "later")]
        for handle in handles:
            handle.cancel()
        loop.call_later(0.02, loop.stop)
        loop.run_forever()
        expect(not called, f"cancelled callbacks were called: {called}")
        expect(all(handle.cancelled() for handle in handles), "cancelled() of a cancelled handle is false")


@check()
def call_later_order(subject: Subject) -> None:
    """loop.call_later: Schedule callback to be called after the given delay number of seconds."""
    called: list[int] = []
    with opened(subject) as loop:
        for delay in (3, 1, 2):
            loop.call_later(delay / 100, called.append, delay)
        loop.call_later(WAIT_S, loop.stop)
        loop.run_forever()
    expect(called == [1, 2, 3], f"after delays of 3, 1 and 2 the order is {called}")


@check()
def call_at_time(subject: Subject) -> None:
    """loop.call_at: Schedule callback at the absolute timestamp when, with the same time reference as loop.time()."""
    called: list[float] = []
    with opened(subject) as loop:
        began, due = time.monotonic(), loop.time() + WAIT_S

        def call() -> None:
            called.append(time.monotonic() - began)
            loop.stop()

        handle = loop.call_at(due, call)
        expect(abs(handle.when() - due) < COARSE_S, f"when() of its handle is off by {handle.when() - due:.3g} s")
        loop.run_forever()
    expect(called[0] > WAIT_S - COARSE_S, f"a callback due in {WAIT_S} s was called after {called[0]:.3g} s")


@check()
def equal_times(subject: Subject) -> None:
    """loop.call_later: Callback will be called exactly once, also if two are scheduled for exactly the same time."""
    called: list[int] = []
    with opened(subject) as loop:
        when = loop.time() + 0.01
        for number in range(20):
            loop.call_at(when, called.append, number)
        loop.call_at(when + WAIT_S, loop.stop)
        loop.run_forever()
    expect(sorted(called) == [*range(20)], f"of 20 callbacks for the same time these were called: {called}")


@check()
def loop_time(subject: Subject) -> None:
    """loop.time: Return the current time, as a float value, according to the event loop's internal monotonic clock."""

    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        first, began = loop.time(), time.monotonic()
        await asyncio.sleep(WAIT_S)
        expect(isinstance(first, float), f"it is a {type(first).__name__}")
        return loop.time() - first, time.monotonic() - began

    passed, really = completed(subject, main)
    expect(abs(passed - really) < max(WAIT_S / 2, really / 2), f"in {really:.3g} s it went on by {passed:.3g} s")


@check()
def callback_context(subject: Subject) -> None:
    """loop.call_soon: A custom contextvars.Context for the callback to run in; the current context is the default."""
    seen: list[str] = []
    with opened(subject) as loop:
        mine = contextvars.copy_context()
        mine.run(WORD.set, "mine")
        mine.run(loop.call_soon, lambda: seen.append(WORD.get()))
        loop.call_soon(lambda: seen.append(WORD.get()), context=mine)
        loop.call_later(0.001, lambda: seen.append(WORD.get()), context=mine)
        loop.call_later(0.02, loop.stop)
        loop.run_forever()
    expect(seen == ["mine"] * 3, f"in call_soon, call_soon with a context, call_later with a context it saw: {seen}")


@check()
def exception_handler(subject: Subject) -> None:
    """loop.set_exception_handler: A callable with the signature (loop, context), where context is a dict."""
    calls: list[tuple[object, dict[str, Any]]] = []
    error = ZeroDivisionError("on purpose")

    def fails() -> None:
        raise error

    with opened(subject) as loop:
        loop.set_exception_handler(lambda *words: calls.append(words))
        loop.call_soon(fails)
        loop.call_later(0.01, loop.stop)
        loop.run_forever()
        expect(len(calls) == 1, f"for one exception in a callback it was called {len(calls)} times")
        expect(calls[0][0] is loop, "its first argument is not the loop")
    context = calls[0][1]
    expect(context.get("exception") is error and context.get("message"), f"its context has only {sorted(context)}")


@check()
def slow_callback(subject: Subject) -> None:
    """Debug mode: Callbacks taking longer than 100 milliseconds are logged."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign, assignment]  # shorter than a class
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    with opened(subject) as loop:
        loop.set_debug(True)
        loop.call_soon(time.sleep, 0.15)
        loop.call_later(0.2, loop.stop)
        loop.run_forever()
    logger.removeHandler(handler)
    expect([record for record in records if record.levelno >= logging.WARNING], "a callback of 150 ms was not logged")


@check()
def task_class(subject: Subject) -> None:
    """loop.create_task: Return a Task object; a third-party loop's own class is a subclass of Task."""

    async def main() -> None:
        task = asyncio.get_running_loop().create_task(asyncio.sleep(0))
        expect(isinstance(task, asyncio.Task), f"it is a {type(task).__name__}")
        expect(task in asyncio.all_tasks(), "asyncio.all_tasks() does not have it")
        await task

    completed(subject, main)


@check()
def task_name(subject: Subject) -> None:
    """loop.create_task: If the name argument is provided, it is set as the name of the task using Task.set_name()."""

    async def main() -> str:
        task = asyncio.get_running_loop().create_task(asyncio.sleep(0), name="Jane")
        await task
        return task.get_name()

    name = completed(subject, main)
    expect(name == "Jane", f"a task named Jane is called {name}")


@check()
def task_context(subject: Subject) -> None:
    """loop.create_task: An optional context argument allows specifying a custom Context for the coro to run in."""

    async def seen() -> str:
        await asyncio.sleep(0)
        return WORD.get()

    async def main() -> str:
        mine = contextvars.copy_context()
        mine.run(WORD.set, "mine")
        return await asyncio.get_running_loop().create_task(seen(), context=mine)

    expect(completed(subject, main) == "mine", "the coroutine did not run in it")


@check()
def task_factory(subject: Subject) -> None:
    """loop.set_task_factory: Set a task factory that will be used by loop.create_task()."""
    made: list[asyncio.Task[Any]] = []

    def factory(
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any],
        **words: Any,  # noqa: ANN401  (as asyncio's)
    ) -> asyncio.Task[Any]:
        made.append(asyncio.Task(coroutine, loop=loop, **words))
        return made[-1]

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(factory)
        expect(loop.get_task_factory() is factory, "get_task_factory() returned another one")
        task = asyncio.create_task(asyncio.sleep(0), name="made")
        await task
        expect(made == [task], "create_task() did not use it")

    completed(subject, main)


@check(since=(3, 12))
def eager_tasks(subject: Subject) -> None:
    """asyncio.eager_task_factory: Coroutines begin execution synchronously during Task construction."""
    began: list[str] = []

    async def begins() -> None:
        began.append("began")
        await asyncio.sleep(0)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        task = loop.create_task(begins())
        expect(began, "the coroutine had not begun when create_task() returned")
        await task

    completed(subject, main)


@check()
def futures(subject: Subject) -> None:
    """loop.create_future: Create an asyncio.Future object attached to the event loop."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        expect(asyncio.isfuture(future), "asyncio.isfuture() says that it is none")
        expect(future.get_loop() is loop, "get_loop() of it returned another loop")
        loop.call_later(0.001, future.set_result, 42)
        expect(await future == 42, "awaiting it did not return its result")  # noqa: PLR2004  (any)

    completed(subject, main)


@check()
def cancellation(subject: Subject) -> None:
    """Task.cancel: Request the Task to be cancelled; a CancelledError is thrown into the wrapped coroutine."""
    seen: list[str] = []

    async def sleeps() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append("inside")
            raise

    async def main() -> None:
        task = asyncio.create_task(sleeps())
        await asyncio.sleep(0.001)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            seen.append("outside")
        expect(task.cancelled(), "cancelled() of the task is false")
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(60)
        except TimeoutError:
            seen.append("timeout")

    completed(subject, main)
    expect(
        seen == ["inside", "outside", "timeout"], f"CancelledError came {seen}, not inside and outside; or no timeout"
    )
