"""What a coroutine may leave behind on a loop: a task, an async generator, an executor; and what became of them."""

import asyncio
import contextlib
import threading
from asyncio import _get_running_loop
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

USED_TIMEOUT_S = 1.0


class Remains:
    """One of each, on one loop. None stands for what could not be left there, as a loop may lack the method."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._finalized = False
        self._generator: AsyncGenerator[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._executor: ThreadPoolExecutor | None = None
        with contextlib.suppress(Exception):
            self._task = loop.create_task(_wait(loop))
        with contextlib.suppress(Exception):
            used = threading.Event()
            executor = ThreadPoolExecutor(1, initializer=used.set)
            loop.set_default_executor(executor)
            self._answer = loop.run_in_executor(None, int)
            if used.wait(USED_TIMEOUT_S):  # and is not passed over by a loop that has one of its own
                self._executor = executor

    def consume_half(self) -> None:
        """Begin to iterate over the generator, in the running loop, which may then keep track of it."""
        if self._generator is None and _get_running_loop():
            self._generator = self._generate()
            with contextlib.suppress(StopIteration):
                self._generator.__anext__().__await__().__next__()

    @property
    def cancelled(self) -> bool | None:
        """Whether the task was cancelled, and saw it."""
        return self._task.cancelled() if self._task else None

    @property
    def finalized(self) -> bool | None:
        """Whether the generator came to its `finally`; we still hold it, so that nothing else takes it there."""
        return self._finalized if self._generator else None

    @property
    def shut(self) -> bool | None:
        """Whether the executor takes no more work."""
        if self._executor is None:
            return None
        try:
            self._executor.submit(int)
        except RuntimeError:
            return True
        return False

    async def _generate(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._finalized = True


async def _wait(loop: asyncio.AbstractEventLoop) -> None:
    await loop.create_future()
