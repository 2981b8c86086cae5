"""Bad loops, one factory each: what a loop's author may want to know that we survive.

python -m bench --loop bad:segfaults     (with this folder as the current one)
"""

import asyncio
import atexit
import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

KEPT = []
LIBC = ctypes.CDLL(None)
LIBC.malloc.restype = ctypes.c_void_p


def _in_data(misbehave):
    """A loop that misbehaves when its first callback is scheduled, so in the middle of a lifecycle."""

    class Bad(asyncio.SelectorEventLoop):
        calls = 0

        def run_until_complete(self, future):
            type(self).calls += 1
            return misbehave(super(), future, type(self).calls)

    return Bad


def raises():
    """Its factory raises."""
    raise RuntimeError("no /home/somebody/secret/loop.so for you")


def segfaults():
    """Dies of SIGSEGV in the factory."""
    os.kill(os.getpid(), signal.SIGSEGV)


def exits():
    """Ends the process with status 0, as if all were well."""
    os._exit(0)


def hangs():
    """Never comes back from the factory, with SIGTERM ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


def spawns_and_hangs():
    """Starts a child that would live for minutes, says its id, and hangs."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    print("child", child.pid, flush=True)
    hangs()


WrongData = _in_data(lambda loop, future, calls: [loop.run_until_complete(future)] and ["Jane"])


def _cached(loop, future, calls):
    if calls == 1:
        _cached.records = loop.run_until_complete(future)
    else:
        getattr(future, "close", lambda: None)()
    return _cached.records


CachedData = _in_data(_cached)
"""Returns the right records, without running the workload again."""


def _dies_later(loop, future, calls):
    if calls == 7:
        os.abort()
    return loop.run_until_complete(future)


DiesLater = _in_data(_dies_later)
"""Works for some turns, then aborts."""


def prints():
    """Prints all over stdout and stderr; otherwise well."""
    print("\n{}\n" * 200)
    print("garbage" * 1000, file=sys.stderr)
    return asyncio.SelectorEventLoop()


def scribbles():
    """Writes into every pipe that it has inherited."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"[[[[ garbage\n")
        except OSError:
            continue
    return asyncio.SelectorEventLoop()


def dies_at_exit():
    """Works, delivers, and then dies of SIGABRT."""
    atexit.register(os.abort)
    return asyncio.SelectorEventLoop()


def lingers():
    """Works, delivers, and then does not end."""
    atexit.register(time.sleep, 60)
    return asyncio.SelectorEventLoop()


class Swapped(asyncio.SelectorEventLoop):
    """Runs on another loop than the one that it is."""

    def run_until_complete(self, future):
        with asyncio.Runner() as runner:
            return runner.run(future)


class Other(asyncio.SelectorEventLoop):
    """A good loop of another class."""


def changes_class():
    """Gives another class every other time."""
    changes_class.calls = getattr(changes_class, "calls", 0) + 1
    return asyncio.SelectorEventLoop() if changes_class.calls % 2 else Other()


def good():
    """The standard library's, through another door."""
    return asyncio.new_event_loop()


def beside():
    """Works in every thread but the main one."""
    if threading.current_thread() is threading.main_thread():
        raise RuntimeError("in the main thread")
    return asyncio.new_event_loop()


def _pipe():
    """The descriptor that the worker answers on: the one it may only write to, besides stdout and stderr."""
    writable = []
    for number in range(3, 20):
        with contextlib.suppress(OSError):
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                writable.append(number)
    return writable[-1]


def closes():
    """Closes the harness's pipe and goes on."""
    pipe = _pipe()
    os.close(pipe)
    time.sleep(60)


def hurries():
    """Delivers an invented result before it was asked."""
    os.write(_pipe(), b'{"values":{"total":[1e-9,1e-9,1e-9]}}\n')
    return asyncio.SelectorEventLoop()


def lies():
    """Answers all turns at once, and then delivers stages that are none."""
    os.write(_pipe(), b"\n" * 4 + b'{"values":{"start":[1e-9]}}\n')
    time.sleep(60)


class LeaksDescriptors(asyncio.SelectorEventLoop):
    """Leaves a descriptor behind with each loop that is closed."""

    def close(self):
        os.dup(0)
        super().close()


class LeaksAll(asyncio.SelectorEventLoop):
    """Leaves so many descriptors that soon there are no more."""

    def close(self):
        for _ in range(500):
            os.dup(0)
        super().close()


class LeaksMemory(asyncio.SelectorEventLoop):
    """Leaves 10 kB behind with each loop that is closed."""

    def close(self):
        KEPT.append(b"x" * 10_000)
        super().close()


class LeaksNative(asyncio.SelectorEventLoop):
    """Leaves 10 kB behind that Python's allocators know nothing of."""

    def close(self):
        ctypes.memset(LIBC.malloc(10_000), 1, 10_000)
        super().close()


class LeaksThreads(asyncio.SelectorEventLoop):
    """Leaves a thread behind with each loop that is closed."""

    def close(self):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        super().close()


def backdates():
    """Says that it started before its process did."""
    os.write(_pipe(), b'{"stamps":[1,2,3,4]}\n')
    return asyncio.SelectorEventLoop()


def tells_nothing():
    """Delivers an answer without anything in it."""
    os.write(_pipe(), b"{}\n")
    return asyncio.SelectorEventLoop()


class Sulks(asyncio.SelectorEventLoop):
    """Runs a coroutine, but no task."""

    def run_until_complete(self, future):
        if asyncio.isfuture(future):
            raise RuntimeError("not with a runner")
        return super().run_until_complete(future)
