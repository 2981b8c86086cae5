"""Measures rounds in lock-step: the only module that starts measuring processes.

A round starts a fresh worker for each cell of a group, waits until all are ready, and then lets one after another
produce one value, in the plan's order. A worker that dies, hangs or answers wrongly ends its cell for that round, with
the reason; the others go on.
"""

import contextlib
import os
import queue
import signal
import statistics
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

import bench
from bench import runs
from bench.plan import Cell, Plan, Round

STRIKES = 2  # rounds that a cell may fail before it is not started again
START_TIMEOUT_S = 60.0
EXIT_TIMEOUT_S = 3.0
KEPT_OUTPUT = 4000
KEPT_SETTINGS = {"PYTHONPATH", "PYTHONHOME", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_CPU_COUNT"}


class _EndedError(Exception):
    """A worker can't go on; the text is the reason."""


class _Worker:
    """The parent's end of one worker process, which leads a process group of its own."""

    def __init__(self, cell: Cell, plan: Plan, options: Iterable[str]) -> None:
        self.cell = cell
        self._output: deque[bytes] = deque(maxlen=8)
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        command = [sys.executable, "-P", "-m", "bench.worker", "--worker", "--quiet", *options]
        command += ["--scenario", cell.scenario, "--loop", cell.loop]
        command += ["--delay", str(plan.delay_s), "--parent", str(os.getpid())]
        command += ["--affinity", plan.affinity] if plan.affinity else []
        pipe, env = subprocess.PIPE, _environment()
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
        """End whatever is left of the worker and of its children; nothing asks them first."""
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

    def give_turn(self) -> None:
        """Let it produce its next value; where it is dead, the next answer says so."""
        with contextlib.suppress(BrokenPipeError):
            self._turns.write(b"\n")

    def ready(self, timeout_s: float) -> None:
        """Wait for the empty line that says: ready, or the value is done."""
        answer = self._answer(timeout_s)
        if answer != b"\n":
            self._delivery(answer)
            raise _EndedError("delivered before its turns were over")

    def calibration(self, timeout_s: float) -> float:
        """Wait for what a calibrating worker delivers: seconds of one lifecycle."""
        return statistics.median(runs.calibration_seconds(self._delivery(self._answer(timeout_s))))

    def run(self, index: int) -> runs.Run:
        """Wait for the values of all its turns, and for its end."""
        delivery, ending = self._delivery(self._answer(START_TIMEOUT_S)), None
        try:
            if status := self._process.wait(EXIT_TIMEOUT_S):
                ending = f"{_death(status)} after delivering its values"
        except subprocess.TimeoutExpired:
            ending = f"did not end within {EXIT_TIMEOUT_S:g} s of delivering its values"
        return runs.run_of(delivery, self.cell, index, ending)

    @staticmethod
    def _delivery(answer: bytes) -> runs.Delivery:
        try:
            delivery = msgspec.json.decode(answer, type=runs.Delivery)
        except (ValueError, RecursionError):
            raise _EndedError(f"wrote into the harness's pipe: {answer[:60]!r}") from None
        if delivery.error is not None:
            raise _EndedError(delivery.error)
        return delivery

    def _answer(self, timeout_s: float) -> bytes:
        try:
            answer = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            raise _EndedError(f"no answer within {timeout_s:g} s: killed") from None
        if answer:
            return answer
        try:
            raise _EndedError(_death(self._process.wait(EXIT_TIMEOUT_S)))
        except subprocess.TimeoutExpired:
            raise _EndedError("closed the harness's pipe") from None

    def _read_answers(self, pipe: IO[bytes]) -> None:
        while line := pipe.readline(runs.MAXIMUM_LINE):
            self._answers.put(line)
        self._answers.put(b"")

    def _read_output(self, pipe: IO[bytes]) -> None:
        while chunk := pipe.read(KEPT_OUTPUT):
            self._output.append(chunk)


class Meter:
    """Measures the rounds of one plan; remembers what it calibrated and which cells failed."""

    def __init__(self, plan: Plan, earlier: Iterable[runs.Outcome] = ()) -> None:
        """`earlier`: what an interrupted run of the same plan has found out already."""
        self.plan = plan
        self.calibrations: dict[str, runs.Calibration] = {}
        self._start_timeout_s = START_TIMEOUT_S + 10 * plan.delay_s
        self._turn_timeout_s = plan.timeout_s + 4 * plan.delay_s
        self._strikes: Counter[Cell] = Counter()
        for outcome in earlier:
            self._remember(outcome)

    def measure(self, turn: Round) -> Generator[runs.Outcome]:
        """Measure one round, and before the first of a scenario calibrate it."""
        scenario = turn.group.scenario.name
        if scenario not in self.calibrations:
            yield from map(self._remember, self._calibrate(turn))
        if scenario in self.calibrations:
            yield from map(self._remember, self._round(turn, self.calibrations[scenario]))
        yield runs.Done(scenario, turn.index)

    def _remember(self, outcome: runs.Outcome) -> runs.Outcome:
        if isinstance(outcome, runs.Calibration):
            self.calibrations[outcome.scenario] = outcome
        elif isinstance(outcome, runs.Failure):
            self._strikes[outcome.cell] += 1
        return outcome

    def _live(self, turn: Round) -> list[Cell]:
        return [cell for cell in turn.group.cells if self._strikes[cell] < STRIKES]

    def _calibrate(self, turn: Round) -> Iterator[runs.Outcome]:
        """Time a lifecycle in a throw-away worker: on the baseline, or on the first that can."""
        sampling = self.plan.sampling
        options = ("--calibrate-loops", "--min-time", str(sampling.value_s), "--values", "3")
        for cell in sorted(self._live(turn), key=lambda cell: cell.role != "baseline"):
            worker = _Worker(cell, self.plan, (*options, "--warmups", "0"))
            try:
                lifecycle_s = worker.calibration(self._start_timeout_s)
            except (_EndedError, ValueError) as error:
                yield runs.failure_of(cell, turn.index, str(error), worker.output)
            else:
                iterations = sampling.iterations(lifecycle_s)
                sweeps = sampling.sweeps_for(lifecycle_s, len(turn.group.cells))
                yield runs.Calibration(turn.group.scenario.name, lifecycle_s, iterations, sweeps)
                return
            finally:
                worker.kill()

    def _round(self, turn: Round, calibration: runs.Calibration) -> Iterator[runs.Outcome]:
        """Give every worker its turns, sweep after sweep; then let all deliver."""
        options = ["--values", str(calibration.sweeps), "--loops", str(calibration.iterations)]
        options += ["--warmups", str(self.plan.sampling.warmups)]
        live = self._live(turn)
        workers: dict[Cell, _Worker] = {}
        try:
            for cell in live:
                workers[cell] = _Worker(cell, self.plan, options)
            for cell in live:
                yield from _attempt(workers, cell, turn.index, lambda w: w.ready(self._start_timeout_s))
            for order in turn.orders(calibration.sweeps):
                for cell in order:
                    yield from _attempt(workers, cell, turn.index, self._turn)
            for worker in workers.values():
                worker.give_turn()
            for cell in live:
                yield from _attempt(workers, cell, turn.index, lambda w: w.run(turn.index))
        finally:
            for worker in workers.values():
                worker.kill()

    def _turn(self, worker: _Worker) -> None:
        worker.give_turn()
        worker.ready(self._turn_timeout_s)


def _attempt(
    workers: dict[Cell, _Worker], cell: Cell, index: int, act: Callable[[_Worker], runs.Run | None]
) -> Iterator[runs.Outcome]:
    """Do something with a cell's worker, if it is still there; where that fails, it is no longer."""
    if worker := workers.get(cell):
        try:
            if run := act(worker):
                yield run
        except (_EndedError, ValueError) as error:
            workers.pop(cell).kill()
            yield runs.failure_of(cell, index, str(error), worker.output)


def _death(status: int) -> str:
    """How a process ended, in words: a negative status is the signal that killed it."""
    if status >= 0:
        return f"exited with status {status}"
    return f"died of {signal.Signals(-status).name}"


def _environment() -> dict[str, str]:
    """The user's, less what would change how Python runs, or give all rounds one hash seed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name in KEPT_SETTINGS}
    root = Path(bench.__file__).resolve().parents[1]
    if root.name not in {"site-packages", "dist-packages"}:  # not installed: found in the folder of its source
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), kept.get("PYTHONPATH")]))
    return kept
