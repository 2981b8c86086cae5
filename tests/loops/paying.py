"""Loops whose break-even is built in: one starts at once and works slowly, the other starts late and works quickly.

Both wait by the clock, in the same code, so that they differ in nothing else. A turn of `asyncio.sleep(0)` is one call
of `call_soon`.
"""

import asyncio
import time

START_NS, SLOW_NS, QUICK_NS = 400_000, 20_000, 10_000


def _wait(nanoseconds):
    until = time.perf_counter_ns() + nanoseconds
    while time.perf_counter_ns() < until:
        pass


class _Waiting(asyncio.SelectorEventLoop):
    start_ns = 0

    def __init__(self):
        _wait(self.start_ns)
        super().__init__()

    def call_soon(self, callback, *args, context=None):
        _wait(self.call_ns)
        return super().call_soon(callback, *args, context=context)


class Steady(_Waiting):
    """Starts at once, and waits for 20 µs in each call of call_soon."""

    call_ns = SLOW_NS


class Late(_Waiting):
    """Starts 400 µs later, and waits for 10 µs in each call of call_soon."""

    start_ns, call_ns = START_NS, QUICK_NS
