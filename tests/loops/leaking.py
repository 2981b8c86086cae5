"""Loops that leave something behind in each lifecycle. `python -m bench resources` reports what, and how much.

python -m bench resources --loop leaking:Descriptors     (in this folder)
"""

import asyncio
import ctypes
import os
import resource
import socket
import threading

KEPT = []
LIBC = ctypes.CDLL(None)
LIBC.malloc.restype = ctypes.c_void_p


class Descriptors(asyncio.SelectorEventLoop):
    """Leaves a descriptor behind with each loop that is closed."""

    def close(self):
        os.dup(0)
        super().close()


class AllDescriptors(asyncio.SelectorEventLoop):
    """Leaves descriptors behind, until none is left after forty lifecycles."""

    def close(self):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = min(20_000, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
        for _ in range(limit // 40):
            os.dup(0)
        super().close()


class Memory(asyncio.SelectorEventLoop):
    """Leaves 10 kB behind with each loop that is closed."""

    def close(self):
        KEPT.append(b"x" * 10_000)
        super().close()


class Bounded(asyncio.SelectorEventLoop):
    """Leaves 10 kB behind with each of the first thousand loops that are closed."""

    def close(self):
        if len(KEPT) < 1000:
            KEPT.append(b"x" * 10_000)
        super().close()


class UntilDropped(asyncio.SelectorEventLoop):
    """Keeps two descriptors when it is closed, and frees them when it is dropped."""

    def __init__(self):
        super().__init__()
        self._kept = socket.socketpair()


class Unclosed(asyncio.SelectorEventLoop):
    """Leaves a descriptor behind if it is dropped and was never closed."""

    def __init__(self):
        super().__init__()
        self._copy = os.dup(0)

    def close(self):
        if not self.is_closed():
            os.close(self._copy)
        super().close()

    def __del__(self):
        super().close()


class NativeMemory(asyncio.SelectorEventLoop):
    """Leaves 10 kB behind that Python's allocators don't know about."""

    def close(self):
        ctypes.memset(LIBC.malloc(10_000), 1, 10_000)
        super().close()


class Threads(asyncio.SelectorEventLoop):
    """Leaves a thread behind with each loop that is closed."""

    def close(self):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        super().close()
