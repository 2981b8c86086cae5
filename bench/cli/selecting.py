"""The loops that a command measures: those that the user names, or all that are installed; and the baseline."""

import sys
from collections.abc import Sequence

from bench.errors import PROGRAM, BenchError
from bench.measurement import imports
from bench.subjects import loops
from bench.subjects.loops import Loop

DEFAULT_BASELINE = "asyncio"


def selected(names: Sequence[str] | None, baseline: str | None = None) -> tuple[Loop, ...]:
    """The baseline, then the loops of these names, or without names all that are installed; each can be imported.

    Raises BenchError for a loop that the user named and that can't run here. Others are left out, with a message.
    """
    named = [baseline or DEFAULT_BASELINE, *(names or ())]
    chosen = [loops.named(name) for name in dict.fromkeys(named)]
    check_available(chosen)
    if not names:
        chosen += [loop for loop in loops.default_selection() if loop not in chosen]
        _say_what_is_missing(chosen)
    broken = imports.broken(chosen)
    for name, reason in broken.items():
        if name in named:
            raise BenchError(
                f"{name} can't be imported: {reason}\ncheck the name, and install its package or go to its folder"
            )
        print(f"left out: {name} is installed, but can't be imported: {reason}", file=sys.stderr)
    if broken:
        print(f"install it again, or uninstall it; all loops: {PROGRAM} list --try", file=sys.stderr)
    return tuple(loop for loop in chosen if loop.name not in broken)


def _say_what_is_missing(chosen: Sequence[Loop]) -> None:
    """Say that the loop which most people know is not installed; evloop-bench asks for it, but works without."""
    usual = "winloop" if sys.platform == "win32" else "uvloop"
    for reason in (loop.unavailable for loop in loops.LOOPS if loop.name == usual and loop.unavailable):
        what = "left out" if len(chosen) > 1 else f"nothing to compare {chosen[0].name} with"
        print(f"{what}: {usual} is {reason}\nall loops: {PROGRAM} list", file=sys.stderr)


def check_available(chosen: Sequence[Loop]) -> None:
    """Raise BenchError for the first loop that can't run here."""
    for loop in chosen:
        if loop.unavailable:
            raise BenchError(f"{loop.name} can't be measured here: {loop.unavailable}")
