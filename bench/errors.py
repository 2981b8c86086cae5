"""What a user can fix, said as: what, where, why, what next. Also how commands end, and what to type."""

import difflib
import enum
import os
import sys
from collections.abc import Collection

INSTALLED = "evloop-bench"
AS_MODULE = "python -m bench"  # what reports tell the user to type: files don't depend on how the program was called
# What messages tell the user to type: the program as it was called.
PROGRAM = INSTALLED if os.path.basename(sys.argv[0]) == INSTALLED else AS_MODULE  # noqa: PTH119  (no Path in workers)


class Exit(enum.IntEnum):
    """Exit codes of all commands."""

    DONE = 0
    CHECK_FAILED = 1  # one that the user asked for
    USAGE = 2
    NOT_MEASURED = 3
    INTERRUPTED = 130


class BenchError(Exception):
    """Something that the user can fix; `cli` prints it without a traceback."""

    exit_code = Exit.USAGE


class InUseError(BenchError):
    """Another process is writing into a run folder; the first line says which, and since when."""


class NotMeasuredError(BenchError):
    """A measurement could not be made or kept: a full disk, or a loop that does not run."""

    exit_code = Exit.NOT_MEASURED


def unknown(kind: str, name: str, known: Collection[str], hint: str) -> BenchError:
    """An error for a name that nothing has, with the names that are nearest to it."""
    nearest = difflib.get_close_matches(name, known, cutoff=0.4) or known
    return BenchError(f"no {kind} is called {name!r}; the nearest: {', '.join(nearest)}\n{hint}")
