"""What a user can fix, said as: what, where, why, what next."""


class BenchError(Exception):
    """Something that the user can mend; `cli` prints it without a traceback and exits with 2."""

    exit_code = 2


class NotMeasuredError(BenchError):
    """A measurement could not be made or kept: full disk, no loop that runs, …; exit code 3."""

    exit_code = 3
