"""Loops that work, and change the process around them. No other cell is affected.

python -m bench --loop meddling:recursion_limit     (in this folder)
"""

import asyncio
import gc
import locale
import os
import resource
import signal
import sys
import warnings


def signal_mask():
    """Blocks all signals."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    return asyncio.SelectorEventLoop()


def surroundings():
    """Changes the working folder, the umask, the niceness and the environment."""
    os.chdir("/")
    os.umask(0o777)
    os.nice(1)
    os.environ.clear()
    return asyncio.SelectorEventLoop()


def locales():
    """Changes the locale, to one that writes numbers differently if there is one."""
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_ALL, name)
            break
        except locale.Error:
            continue
    return asyncio.SelectorEventLoop()


def recursion_limit():
    """Lowers the recursion limit until nothing works."""
    depth = 0
    frame = sys._getframe()
    while frame:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(depth + 8)
    return asyncio.SelectorEventLoop()


def interpreter():
    """Turns the garbage collector off, and turns warnings into errors."""
    gc.disable()
    warnings.simplefilter("error")
    return asyncio.SelectorEventLoop()


def policy():
    """Replaces asyncio's policy with its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if base := getattr(asyncio, "DefaultEventLoopPolicy", None):
            asyncio.set_event_loop_policy(type("Policy", (base,), {"new_event_loop": lambda self: None})())
    return asyncio.SelectorEventLoop()


def raised_limit():
    """Raises the limit of descriptors as far as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return asyncio.SelectorEventLoop()


def descriptor_limit():
    """Lowers the limit of descriptors to those already open."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) - 1,) * 2)
    return asyncio.SelectorEventLoop()
