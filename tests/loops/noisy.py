"""Loops that write where they should not, or close what is not theirs.

python -m bench --loop noisy:in_megabytes     (in this folder)
"""

import asyncio
import functools
import os
import sys
import time

import inherited

MEBIBYTE = 1 << 20
PRINTED = []


def in_megabytes():
    """Prints a megabyte to stdout and one to stderr, with lines that look like answers; works otherwise."""
    if not PRINTED:
        PRINTED.append(print("\n{}\n" * (MEBIBYTE // 4)))
        print("garbage" * (MEBIBYTE // 7), file=sys.stderr)
    return asyncio.SelectorEventLoop()


def to_the_end():
    """Prints a megabyte to stdout and one to stderr, and raises: the end of its output is kept."""
    in_megabytes().close()
    print("the last words")
    raise RuntimeError("enough")


def scribbles():
    """Writes garbage to all descriptors that it inherited."""
    for number in inherited.descriptors():
        try:
            os.write(number, b"[[[[ garbage\n")
        except OSError:
            continue
    return asyncio.SelectorEventLoop()


def nests():
    """Writes a megabyte of opening brackets where the answer is due."""
    os.write(inherited.answers(), b"[" * MEBIBYTE + b"\n")
    return asyncio.SelectorEventLoop()


def floods():
    """Writes empty lines, each of which means that it is ready, without end."""
    pipe = inherited.answers()
    while True:
        os.write(pipe, b"\n" * 4096)


def hangs_up():
    """Closes the pipe for its answers, and continues."""
    os.close(inherited.answers())
    time.sleep(60)


def closes_all():
    """Closes all descriptors, as daemons do."""
    os.closerange(0, 256)
    return asyncio.SelectorEventLoop()


def closes_its_output():
    """Prints something and closes stdin, stdout and stderr: the loop's own descriptors get their numbers."""
    _print_without_flushing()
    os.closerange(0, 3)
    return asyncio.SelectorEventLoop()


@functools.cache
def _print_without_flushing():
    """Print once: after many lifecycles a buffer would be full, and be written to whatever has its number then."""
    print("not yet flushed", end="")
    print("nor this", end="", file=sys.stderr)


class _Broken:
    def write(self, text=""):
        raise OSError("no printer")

    flush = isatty = fileno = write


def breaks_its_output():
    """Replaces stdout and stderr with something that can't be written to or flushed."""
    sys.stdout = sys.stderr = _Broken()
    return asyncio.SelectorEventLoop()
