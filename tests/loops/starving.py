"""Loops that run out of memory: they limit their address space, and then ask for more.

python -m bench --loop starving:at_once     (in this folder)
"""

import ctypes
import os
import resource

MEBIBYTE = 1 << 20
KEPT = []


def _limit():
    """Leave this process 64 MiB more than it has."""
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + 64 * MEBIBYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def at_once():
    """Asks Python for more memory than the limit, and gets a MemoryError."""
    _limit()
    bytearray(1024 * MEBIBYTE)


def bit_by_bit():
    """Uses up all memory to the last bytes, so that none is left to report it with."""
    _limit()
    size = MEBIBYTE
    while size:
        try:
            while True:
                KEPT.append(bytearray(size))
        except MemoryError:
            size //= 2
    raise MemoryError


def in_native_code():
    """Asks malloc() for more memory than the limit, and aborts, as many libraries do."""
    _limit()
    libc = ctypes.CDLL(None)
    libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    if libc.malloc(1024 * MEBIBYTE) is None:
        libc.abort()
