"""Starts processes, each in its own process group, and ends them with all their children. Only this module does.

They run other people's native code, so nothing they write is trusted, and no wait for them is endless. With the first
of them a guard is started: it kills them all if this process is killed.
"""

import atexit
import contextlib
import itertools
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

import bench
from bench.measurement import guard
from bench.store.outcomes import MAXIMUM_LINE

EXIT_TIMEOUT_S = 3.0
LATE_S = 1.0  # how much longer than its timeout a wait may last on a busy machine
AHEAD = 8  # answers that were not asked for; after more of them the process is ignored
KEPT_OUTPUT = 4000
KEPT_LOG = 1 << 26
KEPT_SETTINGS = {"PYTHONPATH", "PYTHONHOME", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_CPU_COUNT"}


class EndedError(Exception):
    """A process can't continue; the text is the reason."""


class HungError(EndedError):
    """A process did not answer in time."""


class SuspendedError(EndedError):
    """A wait lasted much longer than possible: the harness was suspended, or the clock jumped."""


@dataclass(frozen=True, slots=True)
class Start:
    """How to start a program: as a module or as code, and under which tracer, if any.

    A tracer is a command that takes `-o FILE` for its log and then the command to trace, as strace does.
    """

    switch: Literal["-m", "-c"] = "-m"
    tracer: tuple[str, ...] = ()

    def command(self, python: str, program: str | Path, log: int | None) -> list[str]:
        """The command without the program's options; `log` is the descriptor that the tracer writes to."""
        traced = [*self.tracer, "-o", f"/dev/fd/{log}"] if log is not None else []
        named = [str(program)] if isinstance(program, Path) else [self.switch, program]
        return [*traced, python, "-P", *named]


AS_MODULE = Start()


class _Badges:
    """Badges for the processes that this harness starts, and the guard that looks for them once the harness is gone."""

    def __init__(self) -> None:
        self._harness = secrets.token_hex(8)
        self._numbers = itertools.count()
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def guard(self) -> list[int]:
        """The id of the guard, if one was started."""
        return [self._guard.pid] if self._guard else []

    def new(self) -> str:
        """A badge for one process and its children; starts the guard first if none is running."""
        if sys.platform == "linux" and (self._guard is None or self._guard.poll() is not None):
            command = [*AS_MODULE.command(sys.executable, "bench.measurement.guard", None), self._harness]
            self._guard = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(), start_new_session=True
            )
            atexit.register(self._guard.communicate, guard.ENDS_WELL)
        return f"{self._harness}-{next(self._numbers):08}"  # equally long: the environment's length can change times


BADGES = _Badges()


class Process:
    """The parent's end of one process: its answers line by line, and the end of its output.

    `began_ns` is the monotonic clock just before the start; all processes of a machine share that clock.
    """

    def __init__(
        self, program: str | Path, options: Iterable[str], python: str = sys.executable, start: Start = AS_MODULE
    ) -> None:
        """Start `python -m program options…`, or the program at a path, with pipes for stdin, stdout and stderr."""
        self._output = b""
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._log: list[bytes] = []
        self._hasty = False
        self._badge = BADGES.new()
        pipe, env = subprocess.PIPE, {**environment(), guard.BADGE: self._badge}
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
        if sys.platform == "linux":
            threading.Thread(target=self._await_end, daemon=True).start()

    def kill(self) -> None:
        """Kill what is left of the process and of its children, including those that left its process group."""
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        guard.end(self._badge)
        for reader in self._readers:
            reader.join(EXIT_TIMEOUT_S)
        for pipe in self._pipes:
            pipe.close()

    def last_line(self) -> str:
        """Kill it, and return the last line that it printed: its readers have all of it only then."""
        self.kill()
        return self.output.strip().rpartition("\n")[2]

    @property
    def id(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def log(self) -> bytes:
        """What its tracer wrote; complete after `kill`."""
        return b"".join(self._log)

    @property
    def output(self) -> str:
        """The end of its output."""
        return self._output.decode("utf-8", "replace")

    def tell(self, line: bytes) -> None:
        """Write to its stdin; if the process is dead, the next `answer` raises."""
        with contextlib.suppress(BrokenPipeError):
            self._turns.write(line)

    def answer(self, timeout_s: float, since: float | None = None) -> bytes:
        """Wait for its next line, for `timeout_s` from now or from the monotonic time `since`.

        Raises HungError if no line comes in time, EndedError if none can come; SuspendedError if the clock can't be
        trusted.
        """
        began, answer = time.monotonic(), None
        left_s = timeout_s if since is None else max(0.0, since + timeout_s - began)
        with contextlib.suppress(queue.Empty):
            answer = self._answers.get(timeout=left_s)
        _believe(time.monotonic() - began, left_s)
        if self._hasty:
            raise EndedError("answered more often than it was asked")
        if answer is None:
            raise HungError(f"no answer within {timeout_s:g} s: killed")
        if answer:
            return answer
        try:
            raise EndedError(death(self._process.wait(EXIT_TIMEOUT_S)))
        except subprocess.TimeoutExpired:
            raise EndedError("closed the harness's pipe") from None

    def ending(self) -> str | None:
        """In words how it ended; None if it still runs. Does not wait."""
        status = self._process.poll()
        return None if status is None else death(status)

    def status(self, timeout_s: float = EXIT_TIMEOUT_S) -> int | None:
        """Its exit status, after a short wait for its end; None if it does not end."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def end(self, timeout_s: float) -> tuple[int, int]:
        """Wait for its end: the monotonic clock's nanoseconds then, and its status.

        Raises EndedError if it hangs, SuspendedError if time itself can't be told. `Popen.wait` with a timeout looks
        now and then, which is too coarse for what is timed.
        """
        began_ns = time.monotonic_ns()
        killer = threading.Timer(timeout_s, self._process.kill)
        killer.start()
        try:
            status = self._process.wait()
            ended_ns = time.monotonic_ns()
            hung = not killer.is_alive()
        finally:
            killer.cancel()
        _believe((ended_ns - began_ns) / 1e9, timeout_s)
        if hung:
            raise EndedError(f"no end within {timeout_s:g} s: killed")
        return ended_ns, status

    def _await_end(self) -> None:
        """Notice the end of a process even if one of its children holds its pipes open."""
        with contextlib.suppress(ChildProcessError):  # its status was already collected
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._readers[0].join(LATE_S)  # let earlier answers arrive first
        self._answers.put(b"")

    def _read_answers(self, pipe: IO[bytes]) -> None:
        while line := pipe.readline(MAXIMUM_LINE):
            self._answers.put(line)
            if self._answers.qsize() > AHEAD:
                self._hasty = True
                break
        self._answers.put(b"")

    def _read_output(self, pipe: IO[bytes]) -> None:
        while chunk := pipe.read(KEPT_OUTPUT):
            self._output = (self._output + chunk)[-KEPT_OUTPUT:]

    def _read_log(self, pipe: IO[bytes]) -> None:
        size = 0
        while chunk := pipe.read(KEPT_OUTPUT):
            if size < KEPT_LOG:
                self._log.append(chunk)
                size += len(chunk)


def _believe(waited_s: float, most_s: float) -> None:
    """Raise SuspendedError if a wait of at most `most_s` lasted much longer."""
    if waited_s > most_s + LATE_S:
        raise SuspendedError(
            f"a wait of at most {most_s:.3g} s lasted {waited_s:.3g} s: the harness was suspended, or the clock jumped"
        )


def death(status: int) -> str:
    """In words how a process ended; a negative status is the signal that killed it."""
    if status >= 0:
        return f"exited with status {status}"
    with contextlib.suppress(ValueError):  # real-time signals have no names
        outside = " (killed from outside, or by the kernel because memory ran out)" if status == -signal.SIGKILL else ""
        return f"died of {signal.Signals(-status).name}{outside}"
    return f"died of signal {-status}"


def environment() -> dict[str, str]:
    """The user's environment without what changes how Python runs or fixes the hash seed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name in KEPT_SETTINGS}
    root = Path(bench.__file__).resolve().parents[1]
    if root.name not in {"site-packages", "dist-packages"}:  # not installed: it runs from its source folder
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), kept.get("PYTHONPATH")]))
    return kept
