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
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import IO, cast

import bench
from bench.runs import MAXIMUM_LINE

EXIT_TIMEOUT_S = 3.0
KEPT_OUTPUT = 4000
KEPT_SETTINGS = {"PYTHONPATH", "PYTHONHOME", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_CPU_COUNT"}


class EndedError(Exception):
    """A process can't go on; the text is the reason."""


class SilentError(EndedError):
    """It did not answer in time."""


class Process:
    """The parent's end of one process: what it answers line by line, and the end of what it prints."""

    def __init__(self, program: str | Path, options: Iterable[str], python: str = sys.executable) -> None:
        """Start `python -m program options…`, or the program at a path, with pipes for stdin, stdout and stderr."""
        self._output: deque[bytes] = deque(maxlen=8)
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        command = [python, "-P", *([str(program)] if isinstance(program, Path) else ["-m", program]), *options]
        pipe, env = subprocess.PIPE, environment()
        self._process = subprocess.Popen(
            command, bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe, env=env, start_new_session=True
        )
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._turns, answers, output = self._pipes = cast("tuple[IO[bytes], IO[bytes], IO[bytes]]", pipes)
        reads = ((self._read_answers, answers), (self._read_output, output))
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

    def _read_answers(self, pipe: IO[bytes]) -> None:
        while line := pipe.readline(MAXIMUM_LINE):
            self._answers.put(line)
        self._answers.put(b"")

    def _read_output(self, pipe: IO[bytes]) -> None:
        while chunk := pipe.read(KEPT_OUTPUT):
            self._output.append(chunk)


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
