"""Loops that return wrong records, or cheat. They are refused, never timed as fast.

python -m bench --loop lying:Cached     (in this folder)
"""

import asyncio
import os
import sys
import time

import inherited

from scenarios._workload import EXPECTED as RECORDS


def _drop(future):
    """Have nobody complain of a coroutine or a task that is never run."""
    if asyncio.isfuture(future):
        future._log_destroy_pending = False
        future = future.get_coro()
    future.close()


class WrongRecords(asyncio.SelectorEventLoop):
    """Runs the workload, and loses a record of what it returned."""

    def create_task(self, coro, **words):
        return super().create_task(self._shortened(coro), **words)

    async def _shortened(self, coro):
        return (await coro)[:1]


class Invented(asyncio.SelectorEventLoop):
    """Returns the right records without running the workload."""

    def create_task(self, coro, **words):
        coro.close()
        task = self.create_future()
        task.set_result(RECORDS)
        return task

    def run_until_complete(self, future):
        return RECORDS


class Cached(asyncio.SelectorEventLoop):
    """Runs the workload once, and returns the same records from then on."""

    kept = None

    def create_task(self, coro, **words):
        if not Cached.kept:
            Cached.kept = super().create_task(coro, **words)
        else:
            coro.close()
        return Cached.kept

    def run_until_complete(self, future):
        return future.result() if future.done() else super().run_until_complete(future)


class AfterTheAnswer(asyncio.SelectorEventLoop):
    """Returns the records of the previous lifecycle, and runs the workload after the call."""

    late = None

    def create_task(self, coro, **words):
        if AfterTheAnswer.late:
            self.run_until_complete(super().create_task(AfterTheAnswer.late, **words))
        else:
            self.run_until_complete(super().create_task(coro, **words))
            coro = None
        AfterTheAnswer.late = coro
        task = self.create_future()
        task.set_result(RECORDS)
        return task


class Swapped(asyncio.SelectorEventLoop):
    """Lets asyncio's own loop do the work."""

    def create_task(self, coro, **words):
        with asyncio.Runner() as runner:
            records = runner.run(coro)
        task = self.create_future()
        task.set_result(records)
        return task


class _Other(asyncio.SelectorEventLoop):
    pass


class _Reopening(asyncio.SelectorEventLoop):
    was_closed = False

    def close(self):
        self.was_closed = True

    def is_closed(self):
        return self.was_closed

    def _check_closed(self):
        """Run though it was closed."""


def returns_again():
    """Returns the same loop each time, which works on after it was closed."""
    returns_again.loop = getattr(returns_again, "loop", None) or _Reopening()
    return returns_again.loop


def changes_class():
    """Returns a loop of another class every second time."""
    changes_class.calls = getattr(changes_class, "calls", 0) + 1
    return asyncio.SelectorEventLoop() if changes_class.calls % 2 else _Other()


def hurries():
    """Delivers an invented result before it is asked."""
    os.write(inherited.answers(), b'{"values":{"total":[1e-9,1e-9,1e-9]}}\n')
    return asyncio.SelectorEventLoop()


def usurps():
    """Plays the worker's part itself, turn by turn, and then delivers incomplete stages."""
    answer, left = b"\n", 1
    while left:
        os.write(inherited.answers(), answer)
        asked = os.read(inherited.turns(), 100).split()
        if len(asked) == 1:
            answer = b"[0.00001,1]\n"  # a value to calibrate with
        else:
            answer, left = b"\n", int(asked[1]) // int(asked[2]) if asked else left - 1
    os.write(inherited.answers(), b'{"values":{"start":[1e-9]}}\n')
    time.sleep(60)


def dilates():
    """Makes the worker's clock run a thousand times too fast."""
    worker = sys.modules["__main__"]
    worker.clock = lambda: time.perf_counter_ns() * 1000
    return asyncio.SelectorEventLoop()


def slows():
    """Takes its time, and makes the worker's clock run at half speed."""
    worker = sys.modules["__main__"]
    worker.clock = lambda: time.perf_counter_ns() // 2
    time.sleep(0.02)
    return asyncio.SelectorEventLoop()


def slows_down():
    """Makes the worker's clock run at half speed, and does nothing else."""
    worker = sys.modules["__main__"]
    worker.clock = lambda: time.perf_counter_ns() // 2
    return asyncio.SelectorEventLoop()


def backdates():
    """Reports that it started before its process did."""
    os.write(inherited.answers(), b'{"stamps":[1,2,3,4]}\n')
    return asyncio.SelectorEventLoop()


def tells_nothing():
    """Delivers an empty answer."""
    os.write(inherited.answers(), b"{}\n")
    return asyncio.SelectorEventLoop()
