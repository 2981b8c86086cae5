"""Loops that work, and have no single ratio to another loop. The report says so, from six rounds on.

python -m bench --loop wavering:TwoSpeeds --scenario manual     (in this folder)
"""

import asyncio
import random
import time

SLOW = random.random() < 0.5  # each process is one or the other


def _wait(nanoseconds):
    until = time.perf_counter_ns() + nanoseconds
    while time.perf_counter_ns() < until:
        pass


class TwoSpeeds(asyncio.SelectorEventLoop):
    """Takes 1.5 times as long in about half of all processes."""

    def __init__(self):
        self.began = time.perf_counter_ns()
        super().__init__()

    def close(self):
        super().close()
        if SLOW:
            _wait((time.perf_counter_ns() - self.began) // 2)


class Slowing(asyncio.SelectorEventLoop):
    """Takes 20 ns longer in each lifecycle than in the last."""

    closed = 0

    def close(self):
        super().close()
        Slowing.closed += 1
        _wait(20 * Slowing.closed)


class Stalling(asyncio.SelectorEventLoop):
    """Stalls for 5 ms in every 300th lifecycle."""

    closed = 0

    def close(self):
        super().close()
        Stalling.closed += 1
        if Stalling.closed % 300 == 0:
            _wait(5_000_000)
