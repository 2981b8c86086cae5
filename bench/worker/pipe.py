"""The worker's end of the two pipes; gauges and cold starts use it too. Light: they measure what it imports.

Turns arrive on what was stdin, one line each. Answers leave on what was stdout. stdout itself now goes where stderr
goes, so that nothing a loop's package prints is mistaken for an answer.
"""

import os
import sys
from collections.abc import Callable

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl(2)
MAXIMUM_MESSAGE = 1000  # characters of an error
MAXIMUM_TURN = 1 << 16  # bytes of what a turn asks for, read at once
RECURSION = 1000
RESERVE = 8 << 20  # bytes of address space: enough to report that memory ran out; never touched, so they cost none
UNTIL_KILLED_S = 60  # longer than a busy harness takes to notice that a process has closed its pipe, and to kill it


class Turns:
    """This process's end of the two pipes, moved away from stdin and stdout."""

    def __init__(self) -> None:
        self._turns, self._answers, self._output = os.dup(0), os.dup(1), os.dup(2)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def wait(self, answer: str = "") -> bytes:
        """Answer, wait for the next turn without using CPU, and return what it asks for; a line each."""
        os.write(self._answers, f"{answer}\n".encode())
        turn = b""
        while not turn.endswith(b"\n"):
            if not (more := os.read(self._turns, MAXIMUM_TURN)):
                os._exit(1)  # the parent is gone: nobody needs the rest
            turn += more
        return turn

    def write(self, line: bytes) -> None:
        """Send a line that already is JSON."""
        os.write(self._answers, line)

    def deliver(self, message: object) -> None:
        """Send the last line, so that this process can end well whatever a loop has done to it."""
        import json

        self.restore_output()
        line = f"{json.dumps(message)}\n".encode()
        try:
            os.set_blocking(self._answers, True)
            while line:
                line = line[os.write(self._answers, line) :]
            os.close(self._answers)
        except OSError:  # a loop has closed the pipe; exiting now would be mistaken for the reason
            import time

            time.sleep(UNTIL_KILLED_S)

    def restore_output(self) -> None:
        """Put stdout and stderr back: the interpreter flushes them at exit, and exits with 120 if it can't."""
        for descriptor in (1, 2):
            try:
                os.dup2(self._output, descriptor)
            except OSError:  # a loop has closed that too
                break
        _restore_stream("stdout")
        _restore_stream("stderr")


def _restore_stream(name: str) -> None:
    """Put back the first of the two streams that can be flushed, or none; a loop may have replaced this one."""
    for stream in (getattr(sys, name, None), getattr(sys, f"__{name}__", None)):
        try:
            stream.flush()  # type: ignore[union-attr]  # None has no flush, which is an error like others
        except Exception:  # noqa: BLE001, S112  (a loop's stream may raise anything; try the next)
            continue
        setattr(sys, name, stream)
        return
    setattr(sys, name, None)


def conclude(measure: Callable[[Turns], object]) -> None:
    """Deliver what was measured. If it failed, print the traceback to stderr and deliver the error as the reason."""
    import json  # noqa: F401  (before a loop uses up all descriptors: the delivery needs it)
    from contextlib import suppress

    turns = Turns()
    sys.path.append(os.getcwd())  # noqa: PTH109  (pathlib is not light) for the user's own factory; last, so that it hides nothing
    try:
        with memoryview(bytes(RESERVE)):  # released on the way out, before anything else needs memory
            delivery = measure(turns)
    except BaseException as error:  # noqa: BLE001  (a loop may raise anything, and the text is the reason)
        sys.setrecursionlimit(max(RECURSION, sys.getrecursionlimit()))
        turns.restore_output()
        with suppress(Exception):  # before the delivery, after which this process is killed
            sys.__excepthook__(type(error), error, error.__traceback__)
        turns.deliver({"error": in_words(error)})
        sys.exit(1)
    turns.deliver(delivery)


def in_words(error: BaseException) -> str:
    """The error's type and message on one line."""
    try:
        message = " ".join(str(error).split())
        message = "".join(letter if letter.isprintable() else "?" for letter in message[:MAXIMUM_MESSAGE])
    except Exception:  # noqa: BLE001  (a loop's code makes the text)
        message = "its text can't be read"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def die_with_parent(parent: int) -> None:
    """Have Linux kill this process when its parent dies, and before its parent when memory runs out.

    On other systems the process notices at its next turn that the parent is gone: the pipe has ended.
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
