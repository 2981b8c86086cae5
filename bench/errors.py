"""What a user can fix, said as: what, where, why, what next."""

import difflib
from collections.abc import Collection


class BenchError(Exception):
    """Something that the user can mend; `cli` prints it without a traceback and exits with 2."""

    exit_code = 2


class InUseError(BenchError):
    """Another process is writing into a run folder; the first line says which, and since when."""


class NotMeasuredError(BenchError):
    """A measurement could not be made or kept: a full disk, no loop that runs; exit code 3."""

    exit_code = 3


def unknown(kind: str, name: str, known: Collection[str], hint: str) -> BenchError:
    """Nothing is called `name`: an error with the nearest of the names that are known."""
    nearest = difflib.get_close_matches(name, known, cutoff=0.4) or known
    return BenchError(f"no {kind} is called {name!r}; the nearest: {', '.join(nearest)}\n{hint}")
