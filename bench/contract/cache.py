"""Keeps what became of checks in the user's cache folder, for each loop, its version and the interpreter.

What can't be read or written is as if it had never been kept: checks can be tried again.
"""

import contextlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import __version__
from bench.contract.findings import Finding
from bench.store import files
from bench.subjects.loops import Loop


def keep(loop: Loop, findings: Sequence[Finding]) -> None:
    """Keep all findings about a loop; not for a loop whose version says nothing, as that of a user's own factory."""
    place = _place(loop)
    if place:
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            files.write(place, msgspec.json.encode(findings).decode())


def kept(loop: Loop) -> tuple[Finding, ...]:
    """What became of the checks of this version of a loop on this interpreter; empty where that is not known."""
    place = _place(loop)
    if place:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            return msgspec.json.decode(files.read(place), type=tuple[Finding, ...])
    return ()


def _place(loop: Loop) -> Path | None:
    """The file; None for a loop whose version does not say what it is."""
    if not loop.version or loop.version == "local":
        return None
    names = (loop.name, loop.version, sys.implementation.name, sys.version.split()[0], __version__)
    file = "_".join(re.sub(r"[^\w.]", "-", name) for name in names)
    return files.user_cache() / "checks" / f"{file}.json"
