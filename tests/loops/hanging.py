"""Loops that never return. They are killed after the timeout, with everything that they started.

    python -m bench --loop hanging:Later --timeout 1     (in this folder)

Those that hang at once are given ten seconds more to start; `Later` hangs in a turn, which --timeout ends.
"""

import asyncio
import atexit
import ctypes
import signal
import time

import children


def in_factory():
    """Hangs in the factory."""
    while True:
        time.sleep(60)


class InRun(asyncio.SelectorEventLoop):
    """Hangs when it is run."""

    def run_until_complete(self, future):
        in_factory()


class InClose(asyncio.SelectorEventLoop):
    """Hangs when it is closed."""

    def close(self):
        in_factory()


class Later(asyncio.SelectorEventLoop):
    """Works for ten lifecycles, and hangs in the next."""

    calls = 0

    def run_until_complete(self, future):
        Later.calls += 1
        if Later.calls > 10:
            in_factory()
        return super().run_until_complete(future)


def deaf():
    """Hangs, and ignores every signal that can be ignored."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            continue  # the C library's own
    in_factory()


def holding_the_gil():
    """Hangs in native code that does not let any other thread of the interpreter run."""
    while True:
        ctypes.PyDLL(None).pause()


def stopped():
    """Stops itself, as Ctrl-Z does."""
    signal.raise_signal(signal.SIGSTOP)
    in_factory()


def with_a_child():
    """Hangs, with a child in its group."""
    children.child()
    deaf()


def with_a_child_elsewhere():
    """Hangs, with a child in a session of its own."""
    children.child_elsewhere()
    in_factory()


def with_a_daemon():
    """Hangs, with a daemon that was forked twice."""
    children.daemon()
    in_factory()


def at_exit():
    """Works, delivers its values, and does not exit."""
    atexit.register(time.sleep, 60)
    return asyncio.SelectorEventLoop()
