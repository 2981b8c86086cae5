"""Loops that work, and leave something running. It does not outlive the round.

python -m bench --loop staying:daemon     (in this folder)
"""

import asyncio
import threading

import children

STARTED = []


def _once(start):
    """Give a good loop, and start something with the first of them."""
    if not STARTED:
        STARTED.append(start())
    return asyncio.SelectorEventLoop()


def daemon_thread():
    """Leaves a daemon thread, which the interpreter does not wait for."""
    return _once(threading.Thread(target=threading.Event().wait, daemon=True).start)


def thread():
    """Leaves a thread that the interpreter waits for at its end."""
    return _once(threading.Thread(target=threading.Event().wait).start)


def child():
    """Leaves a child in its group."""
    return _once(children.child)


def child_elsewhere():
    """Leaves a child in a session of its own."""
    return _once(children.child_elsewhere)


def daemon():
    """Leaves a daemon that was forked twice."""
    return _once(children.daemon)
