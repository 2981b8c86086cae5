"""Which processes live, and waiting until they are gone: for all tests that start what may stay behind."""

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

Meant: TypeAlias = Callable[[Path], bool]  # from a process's folder in /proc
PATIENCE_S = 300.0  # for the kernel; a test that passes does not use it up


def alive(meant: Meant) -> Mapping[int, str]:
    """The ids and commands of the processes that are meant and live; what only waits to be reaped does not."""
    living = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX" and meant(folder):
                living[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return living


def gone(meant: Meant) -> bool:
    """Whether all processes that are meant have ended, or do so in time."""
    deadline = time.monotonic() + PATIENCE_S
    while living := alive(meant):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return not living


def by_id(*ids: int) -> Meant:
    """The processes with these ids."""
    return lambda folder: int(folder.name) in ids


def by_environment(word: str) -> Meant:
    """The processes that inherited this word in their environment."""
    return lambda folder: word.encode() in (folder / "environ").read_bytes()


def by_folder(place: Path) -> Meant:
    """The processes whose current folder is this one."""
    return lambda folder: (folder / "cwd").resolve(strict=True) == place
