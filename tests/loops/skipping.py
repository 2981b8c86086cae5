"""Loops that skip work which the workload `sleep` does not look at. With the workload that does they are refused.

python -m bench --loop skipping:Turns --workload turns     (in this folder)
"""

import asyncio
import collections.abc


class Turns(asyncio.SelectorEventLoop):
    """Goes on with a task at once where it asks for a turn, as sleep(0) does. Refused: `--workload turns`."""

    def create_task(self, coro, **words):
        return super().create_task(_Impatient(coro), **words)


class Results(asyncio.SelectorEventLoop):
    """Returns 7 where a task returns another number. Refused: `--workload gather`."""

    def create_task(self, coro, **words):
        return super().create_task(self._sevened(coro), **words)

    async def _sevened(self, coro):
        result = await coro
        return 7 if isinstance(result, int) else result


class Cancelling(asyncio.SelectorEventLoop):
    """Fires timers that were cancelled. Refused: `--workload timers`."""

    def call_later(self, *words, **more):
        super().call_later(*words, **more)
        return asyncio.TimerHandle(0, print, (), self)


class HandingOver(asyncio.SelectorEventLoop):
    """Runs what another thread hands to it in that thread. Refused: `--workload threadsafe`."""

    def call_soon_threadsafe(self, callback, *words, **more):
        if getattr(callback, "__name__", "") != "<lambda>":
            return super().call_soon_threadsafe(callback, *words, **more)
        return callback()


class Threads(asyncio.SelectorEventLoop):
    """Runs in its own thread what should run in others. Refused: `--workload threadsafe`."""

    def call_soon_threadsafe(self, callback, *words, **more):
        return callback(*words)

    def run_in_executor(self, executor, function, *words):
        done = self.create_future()
        done.set_result(function(*words))
        return done


class _Impatient(collections.abc.Coroutine):
    """A coroutine that waits for futures, and never for a turn."""

    def __init__(self, coro):
        self.coro = coro

    def send(self, value):
        while (awaited := self.coro.send(value)) is None:
            pass
        return awaited

    def throw(self, *error):
        return self.coro.throw(*error)

    def close(self):
        self.coro.close()

    def __await__(self):
        return self.coro.__await__()
