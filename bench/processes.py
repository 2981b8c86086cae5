"""Starts processes, each the leader of a group of its own, and ends them whole: the only module that does.

What runs in them is other people's native code: nothing is believed that they write, and nobody waits for one for ever.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

import bench
from bench.runs import MAXIMUM_LINE

EXIT_TIMEOUT_S = 3.0
KEPT_OUTPUT = 4000
KEPT_LOG = 1 << 26
KEPT_SETTINGS = {"PYTHONPATH", "PYTHONHOME", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_CPU_COUNT"}


class EndedError(Exception):
    """A process can't go on; the text is the reason."""


class SilentError(EndedError):
    """It did not answer in time."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a program is started: as a module or as code, and under which tracer, if any.

    A tracer is a command that takes `-o FILE` for its log and then the command that it traces, as strace does.
    """

    switch: Literal["-m", "-c"] = "-m"
    tracer: tuple[str, ...] = ()

    def command(self, python: str, program: str | Path, log: int | None) -> list[str]:
        """The words of the command, less the program's options; `log` is the descriptor that the tracer writes to."""
        traced = [*self.tracer, "-o", f"/dev/fd/{log}"] if log is not None else []
        named = [str(program)] if isinstance(program, Path) else [self.switch, program]
        return [*traced, python, "-P", *named]


AS_MODULE = Start()


class Process:
    """The parent's end of one process: what it answers line by line, and the end of what it prints.

    `began_ns` is what the monotonic clock, which all processes of a machine share, said just before it was started.
    """

    def __init__(
        self, program: str | Path, options: Iterable[str], python: str = sys.executable, start: Start = AS_MODULE
    ) -> None:
        """Start `python -m program options…`, or the program at a path, with pipes for stdin, stdout and stderr."""
        self._output: deque[bytes] = deque(maxlen=8)
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._log: list[bytes] = []
        pipe, env = subprocess.PIPE, environment()
        with contextlib.ExitStack() as ours:
            log = os.pipe() if start.tracer else None
            passed = log[1:] if log else ()
            if log:
                ours.callback(os.close, log[1])
            command = [*start.command(python, program, log[1] if log else None), *options]
            self.began_ns = time.monotonic_ns()
            self._process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env=env,
                start_new_session=True,
                pass_fds=passed,
            )
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._turns, answers, output = cast("tuple[IO[bytes], IO[bytes], IO[bytes]]", pipes)
        self._pipes = [self._turns, answers, output]
        reads = [(self._read_answers, answers), (self._read_output, output)]
        if log:
            trace: IO[bytes] = os.fdopen(log[0], "rb", buffering=0)
            self._pipes.append(trace)
            reads.append((self._read_log, trace))
        self._readers = [threading.Thread(target=read, args=[pipe], daemon=True) for read, pipe in reads]
        for reader in self._readers:
            reader.start()

    def kill(self) -> None:
        """End whatever is left of the process and of its children; nothing asks them first."""
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join(EXIT_TIMEOUT_S)
        for pipe in self._pipes:
            pipe.close()

    @property
    def log(self) -> bytes:
        """All that its tracer wrote, once it has been killed."""
        return b"".join(self._log)

    @property
    def output(self) -> str:
        """The end of what it printed."""
        return b"".join(self._output)[-KEPT_OUTPUT:].decode("utf-8", "replace")

    def tell(self, line: bytes) -> None:
        """Write to its stdin; where it is dead, the next answer says so."""
        with contextlib.suppress(BrokenPipeError):
            self._turns.write(line)

    def answer(self, timeout_s: float) -> bytes:
        """Wait for the next line that it writes; raises EndedError if none comes, SilentError if none came yet."""
        try:
            answer = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            raise SilentError(f"no answer within {timeout_s:g} s: killed") from None
        if answer:
            return answer
        try:
            raise EndedError(death(self._process.wait(EXIT_TIMEOUT_S)))
        except subprocess.TimeoutExpired:
            raise EndedError("closed the harness's pipe") from None

    def status(self) -> int | None:
        """Wait a moment for its end, and say with which status; None if it does not end."""
        try:
            return self._process.wait(EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None

    def end(self, timeout_s: float) -> tuple[int, int]:
        """Wait for its end: the monotonic clock's nanoseconds then, and its status; raises EndedError if it hangs.

        `Popen.wait` with a timeout looks now and then, which is too coarse for what is timed.
        """
        killer = threading.Timer(timeout_s, self._process.kill)
        killer.start()
        try:
            status = self._process.wait()
            ended_ns = time.monotonic_ns()
            hung = not killer.is_alive()
        finally:
            killer.cancel()
        if hung:
            raise EndedError(f"no end within {timeout_s:g} s: killed")
        return ended_ns, status

    def _read_answers(self, pipe: IO[bytes]) -> None:
        while line := pipe.readline(MAXIMUM_LINE):
            self._answers.put(line)
        self._answers.put(b"")

    def _read_output(self, pipe: IO[bytes]) -> None:
        while chunk := pipe.read(KEPT_OUTPUT):
            self._output.append(chunk)

    def _read_log(self, pipe: IO[bytes]) -> None:
        kept = 0
        while chunk := pipe.read(KEPT_OUTPUT):
            if kept < KEPT_LOG:
                self._log.append(chunk)
                kept += len(chunk)


def death(status: int) -> str:
    """How a process ended, in words: a negative status is the signal that killed it."""
    if status >= 0:
        return f"exited with status {status}"
    return f"died of {signal.Signals(-status).name}"


def environment() -> dict[str, str]:
    """The user's, less what would change how Python runs, or give all rounds one hash seed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name in KEPT_SETTINGS}
    root = Path(bench.__file__).resolve().parents[1]
    if root.name not in {"site-packages", "dist-packages"}:  # not installed: found in the folder of its source
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), kept.get("PYTHONPATH")]))
    return kept
