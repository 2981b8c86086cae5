"""What a coroutine may leave behind on a loop: a task, an async generator, an executor; and what happened to them."""

import asyncio
import contextlib
import threading
from asyncio import _get_running_loop
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

Fate: TypeAlias = tuple[bool | None, bool | None, bool | None]

USED_TIMEOUT_S = 1.0


class Remains:
    """One of each, left on one loop; None for those that the loop has no method for."""

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
            if used.wait(USED_TIMEOUT_S):  # some loops ignore it and use an executor of their own
                self._executor = executor

    def consume_half(self) -> None:
        """Start iterating over the generator in the running loop, so that the loop can keep track of it."""
        if self._generator is None and _get_running_loop():
            self._generator = self._generate()
            with contextlib.suppress(StopIteration):
                self._generator.__anext__().__await__().__next__()

    @property
    def fate(self) -> Fate:
        """Whether the task was cancelled, the generator reached its `finally`, and the executor refuses work.

        This object holds a reference to the generator, so only `aclose` can take it there.
        """
        cancelled = self._task.cancelled() if self._task else None
        finalized = self._finalized if self._generator else None
        return cancelled, finalized, _is_shut(self._executor) if self._executor else None

    async def _generate(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._finalized = True


async def _wait(loop: asyncio.AbstractEventLoop) -> None:
    await loop.create_future()


def _is_shut(executor: ThreadPoolExecutor) -> bool:
    try:
        executor.submit(int)
    except RuntimeError:
        return True
    return False
