"""Asks again where the harness itself was suspended while a process worked: no loop is blamed for that."""

import contextlib
from collections.abc import Callable
from typing import TypeVar

from bench.measurement.processes import SuspendedError

TRIES = 3

Answer = TypeVar("Answer")


def ask_again(ask: Callable[[], Answer]) -> Answer:
    """Return what `ask` returns, from a new process for each try; raises its SuspendedError after TRIES of them."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(SuspendedError):
            return ask()
    return ask()
