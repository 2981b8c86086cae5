"""The far end of the two pipes, which worker, gauge and cold start share. Light: its imports are in what they measure.

Turns come in on what was stdin, a line each; answers go out on what was stdout. stdout itself leads where stderr leads,
so that nothing that a loop's package prints is taken for an answer.
"""

import os
import sys
from collections.abc import Callable

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl(2)
SAID = 1000


class Turns:
    """This process' end of the two pipes, taken away from stdin and stdout."""

    def __init__(self) -> None:
        self._turns, self._answers = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def wait(self) -> None:
        """Say that this process is ready for its next turn, and wait for it, using no CPU."""
        os.write(self._answers, b"\n")
        if not os.read(self._turns, 1):
            os._exit(1)  # the parent is gone: nobody wants the rest

    def write(self, line: bytes) -> None:
        """Send a line that is JSON already."""
        os.write(self._answers, line)

    def deliver(self, message: object) -> None:
        """Send the last line."""
        import json

        with os.fdopen(self._answers, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(message) + "\n")


def conclude(measure: Callable[[Turns], object]) -> None:
    """Deliver what was measured, or what went wrong, which then ends the process."""
    turns = Turns()
    sys.path.append(os.getcwd())  # noqa: PTH109  (pathlib is not light) for a factory of the user's own; last, to hide nothing
    try:
        delivery = measure(turns)
    except BaseException as error:
        turns.deliver({"error": in_words(error)})
        raise
    turns.deliver(delivery)


def in_words(error: BaseException) -> str:
    """The kind of an error, and what it says, on one line."""
    said = " ".join(str(error).split())[:SAID]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def die_with_parent(parent: int) -> None:
    """Have Linux kill this process with its parent, and before it where memory runs out.

    Elsewhere it notices at its next turn that the parent is gone, by the end of the pipe.
    """
    if sys.platform == "linux":
        import ctypes
        import signal
        from contextlib import suppress

        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as first_to_die:  # noqa: PTH123  (pathlib is not light)
            first_to_die.write("1000")
    if os.getppid() != parent:
        os._exit(1)
