"""Loops that raise: in the factory, while they run, or when they are closed. The reason is the error's text.

python -m bench --loop raising:in_factory     (in this folder)
"""

import asyncio
import sys
import threading


def in_factory():
    """Raises in the factory, with a path in the text."""
    raise RuntimeError("no /home/somebody/secret/loop.so for you")


class InRun(asyncio.SelectorEventLoop):
    """Raises when it is run."""

    def run_until_complete(self, future):
        raise OSError(95, "Operation not supported")


class InClose(asyncio.SelectorEventLoop):
    """Raises when it is closed."""

    def close(self):
        super().close()
        raise BufferError("3 handles are still\nopen")


class WithATask(asyncio.SelectorEventLoop):
    """Runs a coroutine, but raises when it is given a task."""

    def run_until_complete(self, future):
        if asyncio.isfuture(future):
            raise RuntimeError("not with a task")
        return super().run_until_complete(future)


def in_the_main_thread():
    """Raises in the main thread, and works in any other thread."""
    if threading.current_thread() is threading.main_thread():
        raise RuntimeError("in the main thread")
    return asyncio.SelectorEventLoop()


def exits():
    """Ends the program with sys.exit, as a script would."""
    sys.exit(0)


def interrupts():
    """Raises what Ctrl-C raises."""
    raise KeyboardInterrupt


class _UnspeakableError(Exception):
    def __str__(self):
        raise ValueError("no words")


def unspeakably():
    """Raises an error that raises another error when asked for its text."""
    raise _UnspeakableError


def none_there():
    """Returns None instead of a loop."""
