"""Starts processes, each the leader of a group of its own, and ends them whole: the only module that does.

What runs in them is other people's native code: nothing is believed that they write, and nobody waits for one for ever.
Beside the first of them a guard is started, which ends them all where this process is killed.
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
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

import bench
from bench.measurement import guard
from bench.store.outcomes import MAXIMUM_LINE

EXIT_TIMEOUT_S = 3.0
LATE_S = 1.0  # how much longer than it should a wait may last, on a busy machine
AHEAD = 8  # answers that nobody has asked for yet: more of them, and it is not listened to any longer
KEPT_OUTPUT = 4000
KEPT_LOG = 1 << 26
KEPT_SETTINGS = {"PYTHONPATH", "PYTHONHOME", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_CPU_COUNT"}


class EndedError(Exception):
    """A process can't go on; the text is the reason."""


class SuspendedError(EndedError):
    """A wait lasted much longer than it could: the harness was suspended, or the clock jumped."""


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


class _Badges:
    """The badges of what this harness starts, and the guard that looks for them when it is gone."""

    def __init__(self) -> None:
        self._harness = secrets.token_hex(8)
        self._numbers = itertools.count()
        self._guard: subprocess.Popen[bytes] | None = None

    def new(self) -> str:
        """A badge for one process and its children; the guard is there before it."""
        if sys.platform == "linux" and (self._guard is None or self._guard.poll() is not None):
            command = [*AS_MODULE.command(sys.executable, "bench.measurement.guard", None), self._harness]
            self._guard = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(), start_new_session=True
            )
            atexit.register(self._guard.communicate, guard.ENDS_WELL)
        return f"{self._harness}-{next(self._numbers):08}"  # of one length, since an environment's can show in times


BADGES = _Badges()


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
        """End whatever is left of the process and of its children, also of those that left its group."""
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

    def answer(self, timeout_s: float, since: float | None = None) -> bytes:
        """Wait for the next line that it writes, so long from now, or since the monotonic clock said `since`.

        Raises EndedError if none comes any more, or none in time; SuspendedError if time itself can't be told.
        """
        began, answer = time.monotonic(), None
        left_s = timeout_s if since is None else max(0.0, since + timeout_s - began)
        with contextlib.suppress(queue.Empty):
            answer = self._answers.get(timeout=left_s)
        _believe(time.monotonic() - began, left_s)
        if self._hasty:
            raise EndedError("answered more often than it was asked")
        if answer is None:
            raise EndedError(f"no answer within {timeout_s:g} s: killed")
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
        """Notice the end of a process also where a child of its own holds its pipes open."""
        with contextlib.suppress(ChildProcessError):  # it has been waited for already
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._readers[0].join(LATE_S / 10)  # what it has answered before
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
            self._output.append(chunk)

    def _read_log(self, pipe: IO[bytes]) -> None:
        kept = 0
        while chunk := pipe.read(KEPT_OUTPUT):
            if kept < KEPT_LOG:
                self._log.append(chunk)
                kept += len(chunk)


def _believe(waited_s: float, most_s: float) -> None:
    """Raise SuspendedError if a wait of at most `most_s` lasted much longer."""
    if waited_s > most_s + LATE_S:
        raise SuspendedError(
            f"a wait of at most {most_s:.3g} s lasted {waited_s:.3g} s: the harness was suspended, or the clock jumped"
        )


def death(status: int) -> str:
    """How a process ended, in words: a negative status is the signal that killed it."""
    if status >= 0:
        return f"exited with status {status}"
    with contextlib.suppress(ValueError):  # real-time signals have numbers and no names
        outside = " (from outside, or by the kernel for want of memory)" if status == -signal.SIGKILL else ""
        return f"died of {signal.Signals(-status).name}{outside}"
    return f"died of signal {-status}"


def environment() -> dict[str, str]:
    """The user's, less what would change how Python runs, or give all rounds one hash seed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name in KEPT_SETTINGS}
    root = Path(bench.__file__).resolve().parents[1]
    if root.name not in {"site-packages", "dist-packages"}:  # not installed: found in the folder of its source
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), kept.get("PYTHONPATH")]))
    return kept
