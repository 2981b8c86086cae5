"""Measures rounds in lock-step: one fresh worker process for each cell, of which one at a time produces a value.

A round starts the workers, waits until all are ready, and then gives them their turns in the plan's order. A worker
that dies, hangs or answers wrongly ends its cell for this round, with the reason; the others go on. A round whose
clock can't be trusted is dropped.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator

from bench.measurement.delivery import Delivery, calibrated_seconds, delivery_of, failure_of, run_of
from bench.measurement.processes import EndedError, Process, SuspendedError, death
from bench.plan.cells import Cell, Plan
from bench.plan.rounds import Round
from bench.store import outcomes

STRIKES = 2  # failed rounds after which a cell is abandoned
START_TIMEOUT_S = 60.0
CLOCKS_DIFFER = 1.01  # by this factor two clocks may differ, of which only one is adjusted to true time
CALIBRATING_VALUES = "20"  # some 60 ms; with three of them, a moment's noise made all values of a run too short


class _Worker:
    """The parent's end of one worker."""

    def __init__(self, cell: Cell, plan: Plan, options: Iterable[str]) -> None:
        self.cell = cell
        words = ["--worker", "--quiet", *options, "--scenario", cell.scenario, "--loop", cell.loop]
        words += ["--thread", cell.thread, "--delay", str(plan.delay_s), "--parent", str(os.getpid())]
        words += ["--affinity", plan.affinity] if plan.affinity else []
        self.process = Process("bench.worker.stopwatch", words)
        self._turns_s = 0.0

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
        self._turns_s += time.monotonic() - began

    def calibration(self, timeout_s: float) -> float:
        """Seconds of one lifecycle, from a calibrating worker."""
        return calibrated_seconds(self._delivery(self.process.answer(timeout_s)))

    def run(self, index: int, asked: outcomes.Calibration, stages: Collection[str]) -> outcomes.Run:
        """The values of all its turns, stage by stage, once it has delivered and ended."""
        delivery, status = self._delivery(self.process.answer(START_TIMEOUT_S)), self.process.status()
        totals = delivery.values.get(outcomes.TOTAL, ())
        if set(delivery.values) != {outcomes.TOTAL, *stages} or len(totals) != asked.sweeps:
            delivered = f"{len(totals)} values of {', '.join(delivery.values) or 'nothing'}"
            expected = f"{asked.sweeps} of {outcomes.TOTAL}, {', '.join(stages)}"
            raise EndedError(f"delivered {delivered}, expected {expected}")
        claimed_s = asked.iterations * sum(totals)
        if claimed_s > self._turns_s * CLOCKS_DIFFER:
            raise EndedError(
                f"its values add up to {claimed_s:.3g} s, but its turns took {self._turns_s:.3g} s: its clock is wrong"
            )
        ending = None
        if status is None:
            ending = "did not end after delivering its values"
        elif status:
            ending = f"{death(status)} after delivering its values"
        return run_of(delivery, self.cell, index, ending)

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
        self._start_timeout_s = START_TIMEOUT_S + 10 * plan.delay_s
        self._turn_timeout_s = plan.timeout_s + 4 * plan.delay_s
        self._strikes: Counter[Cell] = Counter()
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

    def _calibrate(self, this_round: Round) -> Iterator[outcomes.Outcome]:
        """Time a lifecycle of the baseline, or of the first cell that works, in a worker of its own."""
        sampling = self.plan.sampling
        options = ("--calibrate-loops", "--min-time", str(sampling.value_s), "--values", CALIBRATING_VALUES)
        for cell in sorted(self._live(this_round), key=lambda cell: cell.role != "baseline"):
            worker = _Worker(cell, self.plan, (*options, "--warmups", "0"))
            try:
                lifecycle_s = worker.calibration(self._start_timeout_s)
            except SuspendedError:
                raise
            except (EndedError, ValueError) as error:
                yield failure_of(cell, this_round.index, str(error), worker.process.output)
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
        live, stages = self._live(this_round), this_round.group.scenario.stages
        workers: dict[Cell, _Worker] = {}
        began = time.monotonic()
        try:
            for cell in live:
                workers[cell] = _Worker(cell, self.plan, options)
            for cell in live:
                yield from _attempt(workers, cell, this_round.index, lambda w: w.ready(self._start_timeout_s, began))
            for order in this_round.orders(calibration.sweeps):
                for cell in order:
                    yield from _attempt(workers, cell, this_round.index, lambda w: w.turn(self._turn_timeout_s))
            for worker in workers.values():
                worker.go_on()
            for cell in live:
                yield from _attempt(
                    workers, cell, this_round.index, lambda w: w.run(this_round.index, calibration, stages)
                )
        finally:
            for worker in workers.values():
                worker.process.kill()


def _attempt(
    workers: dict[Cell, _Worker], cell: Cell, index: int, act: Callable[[_Worker], outcomes.Run | None]
) -> Iterator[outcomes.Outcome]:
    """Apply `act` to a cell's worker if it still runs; if that fails, kill the worker and give the failure."""
    if worker := workers.get(cell):
        try:
            if run := act(worker):
                yield run
        except SuspendedError:
            raise
        except (EndedError, ValueError) as error:
            workers.pop(cell).process.kill()
            yield failure_of(cell, index, str(error), worker.process.output)
