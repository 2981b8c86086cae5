"""The far end of the two pipes, which worker, gauge and cold start share. Light: its imports are in what they measure.

Turns come in on what was stdin, a line each; answers go out on what was stdout. stdout itself leads where stderr leads,
so that nothing that a loop's package prints is taken for an answer.
"""

import os
import sys
from collections.abc import Callable

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl(2)
SAID = 1000
RECURSION = 1000
RESERVE = 8 << 20  # bytes of addresses: enough to say that there is no memory; never touched, so that they cost none
UNTIL_KILLED_S = 10  # longer than the harness waits for the end of a process that has closed its pipe


class Turns:
    """This process' end of the two pipes, taken away from stdin and stdout."""

    def __init__(self) -> None:
        self._turns, self._answers, self._output = os.dup(0), os.dup(1), os.dup(2)
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
        """Send the last line, and let this process end well, whatever a loop has done to it."""
        import json

        self.restore_output()
        line = f"{json.dumps(message)}\n".encode()
        try:
            os.set_blocking(self._answers, True)
            while line:
                line = line[os.write(self._answers, line) :]
            os.close(self._answers)
        except OSError:  # a loop has closed it; an end now would be taken for the reason
            import time

            time.sleep(UNTIL_KILLED_S)

    def restore_output(self) -> None:
        """Put stdout and stderr back: the interpreter flushes them at its end, and where it can't it exits with 120."""
        for descriptor in (1, 2):
            try:
                os.dup2(self._output, descriptor)
            except OSError:  # a loop has closed that, too
                break
        _mend("stdout")
        _mend("stderr")


def _mend(name: str) -> None:
    """Put the first stream in this place that can be flushed, or none; what stands there may be a loop's."""
    for stream in (getattr(sys, name, None), getattr(sys, f"__{name}__", None)):
        try:
            stream.flush()  # type: ignore[union-attr]  # None has none, which is an error like others
        except Exception:  # noqa: BLE001, S112  (whatever a loop's stream raises; then the next)
            continue
        setattr(sys, name, stream)
        return
    setattr(sys, name, None)


def conclude(measure: Callable[[Turns], object]) -> None:
    """Deliver what was measured, or what went wrong: its traceback goes to stderr, its text is the reason."""
    import json  # noqa: F401  (before a loop has used up all descriptors: the delivery needs it)
    from contextlib import suppress

    turns = Turns()
    sys.path.append(os.getcwd())  # noqa: PTH109  (pathlib is not light) for a factory of the user's own; last, to hide nothing
    try:
        with memoryview(bytes(RESERVE)):  # given back on the way out, before anything else wants memory
            delivery = measure(turns)
    except BaseException as error:  # noqa: BLE001  (a loop may raise anything, and its text is the reason)
        sys.setrecursionlimit(max(RECURSION, sys.getrecursionlimit()))
        turns.restore_output()
        with suppress(Exception):  # all of it before the delivery, after which this process is ended
            sys.__excepthook__(type(error), error, error.__traceback__)
        turns.deliver({"error": in_words(error)})
        sys.exit(1)
    turns.deliver(delivery)


def in_words(error: BaseException) -> str:
    """The kind of an error, and what it says, on one line."""
    try:
        said = " ".join(str(error).split())
        said = "".join(letter if letter.isprintable() else "?" for letter in said[:SAID])
    except Exception:  # noqa: BLE001  (its text is a loop's code)
        said = "its text can't be had"
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
