"""Loops that end the process, by a signal or by exiting, sooner or later. The reason is the signal or the status.

python -m bench --loop dying:segfaults     (in this folder)
"""

import asyncio
import atexit
import ctypes
import os
import signal
import subprocess

import children


def segfaults():
    """Follows a null pointer in native code."""
    ctypes.memset(None, 1, 1)


def aborts():
    """Calls abort(), as an assertion in native code does."""
    ctypes.CDLL(None).abort()


def exits():
    """Ends the process with status 0, as if nothing were wrong."""
    os._exit(0)


def killed():
    """Is killed from outside, as by the kernel when memory runs out."""
    subprocess.run(["/bin/sh", "-c", "kill -9 $PPID; sleep 1"], check=False)


def of_a_real_time_signal():
    """Dies of signal 35, which has no name."""
    os.kill(os.getpid(), 35)


def of_an_alarm():
    """Leaves a timer behind whose signal has no handler."""
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    return asyncio.SelectorEventLoop()


class Later(asyncio.SelectorEventLoop):
    """Works for some lifecycles, and aborts in the seventh."""

    calls = 0

    def run_until_complete(self, future):
        Later.calls += 1
        if Later.calls == 7:
            os.abort()
        return super().run_until_complete(future)


def with_an_heir():
    """Gives its end of all pipes to a daemon, and aborts: the pipes stay open."""
    children.daemon()
    os.abort()


def at_exit():
    """Works, delivers its values, and aborts when the interpreter ends."""
    atexit.register(os.abort)
    return asyncio.SelectorEventLoop()
