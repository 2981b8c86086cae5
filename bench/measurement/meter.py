"""Measures rounds in lock-step: one fresh worker process for each cell, of which one at a time produces a value.

A round starts the workers, waits until all are ready, and then gives them their turns in the plan's order. A worker
that dies, hangs or answers wrongly ends its cell for this round, with the reason; the others go on. A round whose
clock can't be trusted is dropped.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator

from bench.measurement.clocks import CLOCKS_DIFFER, Turns, disagreement
from bench.measurement.delivery import Delivery, calibrated_seconds, delivery_of, failure_of, run_of
from bench.measurement.processes import EndedError, HungError, Process, SuspendedError, death
from bench.plan.cells import Cell, Plan
from bench.plan.rounds import Round
from bench.store import outcomes

STRIKES = 2  # failed rounds after which a cell is abandoned
START_S = 10.0  # that starting and importing may take, beside the time that the user gives a turn
CALIBRATING_VALUES = "20"  # some 60 ms; with three of them, a moment's noise made all values of a run too short


class _Worker:
    """The parent's end of one worker."""

    def __init__(self, cell: Cell, plan: Plan, options: Iterable[str]) -> None:
        self.cell = cell
        words = ["--worker", "--quiet", *options, "--scenario", cell.scenario, "--loop", cell.loop]
        words += ["--thread", cell.thread, "--delay", str(plan.delay_s), "--parent", str(os.getpid())]
        words += ["--affinity", plan.affinity] if plan.affinity else []
        self.process = Process("bench.worker.stopwatch", words)
        self._turns_s: list[float] = []
        self.turns = Turns((), ())

    def ready(self, timeout_s: float, since: float | None = None) -> None:
        """Wait for the empty line that means that the worker is ready, or that its value is done."""
        answer = self.process.answer(timeout_s, since)
        if answer != b"\n":
            self._delivery(answer)
            raise EndedError("delivered before its turns were over")

    def go_on(self) -> None:
        """Let it produce its next value; after the last one, let it deliver."""
        self.process.tell(b"\n")

    def turn(self, timeout_s: float) -> None:
        """Let it produce its next value, and wait for it."""
        began = time.monotonic()
        self.go_on()
        self.ready(timeout_s)
        self._turns_s.append(time.monotonic() - began)

    def calibration(self, timeout_s: float) -> float:
        """Seconds of one lifecycle, from a calibrating worker."""
        return calibrated_seconds(self._delivery(self.process.answer(timeout_s)))

    def run(self, this_round: Round, asked: outcomes.Calibration, timeout_s: float) -> outcomes.Run:
        """The values of all its turns, stage by stage, once it has delivered and ended."""
        stages = this_round.group.scenario.stages
        delivery, status = self._delivery(self.process.answer(timeout_s)), self.process.status()
        totals = delivery.values.get(outcomes.TOTAL, ())
        self.turns = Turns(self._turns_s, delivery.turns)
        if set(delivery.values) != {outcomes.TOTAL, *stages} or not len(totals) == len(delivery.turns) == asked.sweeps:
            delivered = f"{len(totals)} values of {', '.join(delivery.values) or 'nothing'}"
            expected = f"{asked.sweeps} of {outcomes.TOTAL}, {', '.join(stages)}"
            raise EndedError(f"delivered {delivered}, expected {expected}")
        claimed_s, turns_s = asked.iterations * sum(totals), sum(self._turns_s)
        if claimed_s > turns_s * CLOCKS_DIFFER:
            raise EndedError(
                f"its values add up to {claimed_s:.3g} s, but its turns took {turns_s:.3g} s: its clock is wrong"
            )
        ending = None
        if status is None:
            ending = "did not end after delivering its values"
        elif status:
            ending = f"{death(status)} after delivering its values"
        return run_of(delivery, self.cell, this_round.index, ending)

    @staticmethod
    def _delivery(answer: bytes) -> Delivery:
        try:
            delivery = delivery_of(answer)
        except ValueError:
            raise EndedError(f"wrote into the harness's pipe: {answer[:60]!r}") from None
        if delivery.error is not None:
            raise EndedError(delivery.error)
        return delivery


class Meter:
    """Measures the rounds of one plan; remembers calibrations and which cells failed."""

    def __init__(self, plan: Plan, earlier: Iterable[outcomes.Outcome] = ()) -> None:
        """`earlier`: outcomes of an interrupted run of the same plan."""
        self.plan = plan
        self.calibrations: dict[str, outcomes.Calibration] = {}
        self._turn_timeout_s = plan.timeout_s + 4 * plan.delay_s
        self._strikes: Counter[Cell] = Counter()
        self._hung: set[str] = set()
        self._since = time.monotonic()
        for outcome in earlier:
            self._remember(outcome)

    def measure(self, this_round: Round) -> Generator[outcomes.Outcome]:
        """Measure one round; before the first one of a scenario, calibrate."""
        scenario = this_round.group.scenario.name
        try:
            if scenario not in self.calibrations:
                yield from map(self._remember, self._calibrate(this_round))
            if scenario in self.calibrations:
                yield from map(self._remember, self._round(this_round, self.calibrations[scenario]))
            yield outcomes.Done(scenario, this_round.index, round(time.monotonic() - self._since, 3))
        except SuspendedError as error:
            yield outcomes.Dropped(scenario, this_round.index, str(error))
        self._since = time.monotonic()

    def _remember(self, outcome: outcomes.Outcome) -> outcomes.Outcome:
        if isinstance(outcome, outcomes.Calibration):
            self.calibrations[outcome.scenario] = outcome
        elif isinstance(outcome, outcomes.Failure):
            self._strikes[outcome.cell] += 1
        return outcome

    def _live(self, this_round: Round) -> list[Cell]:
        return [cell for cell in this_round.group.cells if self._strikes[cell] < STRIKES]

    def _start_timeout_s(self, cell: Cell) -> float:
        """Seconds until a worker is ready, warmed up or calibrated; a loop that hung before gets less."""
        longest = self._turn_timeout_s + 30 * self.plan.delay_s
        return longest if cell.loop in self._hung else START_S + longest

    def _failure(self, worker: _Worker, index: int, error: Exception) -> outcomes.Failure:
        """The failure of a worker; its cell is not started again if it hung."""
        if isinstance(error, HungError):
            self._hung.add(worker.cell.loop)
            self._strikes[worker.cell] = STRIKES
        return failure_of(worker.cell, index, str(error), worker.process.output)

    def _calibrate(self, this_round: Round) -> Iterator[outcomes.Outcome]:
        """Time a lifecycle of the baseline, or of the first cell that works, in a worker of its own."""
        sampling = self.plan.sampling
        options = ("--calibrate-loops", "--min-time", str(sampling.value_s), "--values", CALIBRATING_VALUES)
        for cell in sorted(self._live(this_round), key=lambda cell: cell.role != "baseline"):
            worker = _Worker(cell, self.plan, (*options, "--warmups", "0"))
            try:
                lifecycle_s = worker.calibration(self._start_timeout_s(cell))
            except SuspendedError:
                raise
            except (EndedError, ValueError) as error:
                yield self._failure(worker, this_round.index, error)
            else:
                iterations = sampling.iterations(lifecycle_s)
                sweeps = sampling.sweeps_for(lifecycle_s, len(this_round.group.cells))
                yield outcomes.Calibration(this_round.group.scenario.name, lifecycle_s, iterations, sweeps)
                return
            finally:
                worker.process.kill()

    def _round(self, this_round: Round, calibration: outcomes.Calibration) -> Iterator[outcomes.Outcome]:
        """Give every worker its turns, sweep after sweep; then collect what they deliver."""
        options = ["--values", str(calibration.sweeps), "--loops", str(calibration.iterations)]
        options += ["--warmups", str(self.plan.sampling.warmups)]
        live = self._live(this_round)
        attempt = _Attempts(self._failure, this_round.index)
        workers = attempt.workers
        began = time.monotonic()
        try:
            for cell in live:
                workers[cell] = _Worker(cell, self.plan, options)
            for cell in live:
                yield from attempt(cell, lambda w: w.ready(self._start_timeout_s(w.cell), began))
            for order in this_round.orders(calibration.sweeps):
                for cell in order:
                    yield from attempt(cell, lambda w: w.turn(self._turn_timeout_s))
            for worker in workers.values():
                worker.go_on()
            runs: list[outcomes.Run] = []
            for cell in live:
                yield from attempt(cell, lambda w: runs.append(w.run(this_round, calibration, self._turn_timeout_s)))
            delivered = [workers[run.cell] for run in runs]
            for worker in delivered:
                yield from attempt(worker.cell, lambda w: _check_clock(w, delivered))
            yield from (run for run in runs if run.cell in workers)
        finally:
            for worker in workers.values():
                worker.process.kill()


class _Attempts:
    """Acts on the workers of one round; one that fails is killed, and gives a failure."""

    def __init__(self, failure: Callable[[_Worker, int, Exception], outcomes.Failure], index: int) -> None:
        self.workers: dict[Cell, _Worker] = {}
        self._failure, self._index = failure, index

    def __call__(self, cell: Cell, act: Callable[[_Worker], None]) -> Iterator[outcomes.Failure]:
        """Apply `act` to a cell's worker if it still runs."""
        if worker := self.workers.get(cell):
            try:
                act(worker)
            except SuspendedError:
                raise
            except (EndedError, ValueError) as error:
                self.workers.pop(cell).process.kill()
                yield self._failure(worker, self._index, error)


def _check_clock(worker: _Worker, workers: Iterable[_Worker]) -> None:
    """Raise EndedError if a worker's clock disagrees with the harness's.

    Baseline and control show what the hand-over of a turn takes, and a loop is held against that; they against loops.
    """
    is_loop = worker.cell.role == "loop"
    others = [other.turns for other in workers if (other.cell.role == "loop") != is_loop]
    if reason := disagreement(worker.turns, others):
        raise EndedError(reason)
