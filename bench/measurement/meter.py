"""Measures rounds in lock-step: one fresh worker process for each cell, of which one at a time produces a value.

A round starts the workers, waits until all are ready, and then gives them their turns in the plan's order. A worker
that dies, hangs or answers wrongly ends its cell for this round, with the reason; the others go on. A round whose
clock can't be trusted is dropped.
"""

import itertools
import json
import os
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Self

from bench.measurement import placement, processes
from bench.measurement.clocks import CLOCKS_DIFFER, Turns, disagreement
from bench.measurement.delivery import Delivery, calibrated, delivery_of, failure_of, run_of
from bench.measurement.processes import EndedError, HungError, Process, SuspendedError, death
from bench.plan.cells import AUTO, CONTROL, Cell, Group, Plan
from bench.plan.rounds import Round
from bench.plan.sampling import MOST_REHEARSAL_S
from bench.store import outcomes

STRIKES = 2  # failed rounds after which a cell is abandoned
START_S = 10.0  # that starting and importing may take, beside the time that the user gives a turn


class Amount(NamedTuple):
    """How much each worker of a round measures: sweeps, and values in each turn."""

    sweeps: int
    in_a_turn: int

    @property
    def values(self) -> int:
        """Values in all."""
        return self.sweeps * self.in_a_turn


class _Worker:
    """The parent's end of one worker."""

    def __init__(self, cell: Cell, plan: Plan, process: Process) -> None:
        """`process`: one that is loading, or has loaded, and waits for its cell."""
        self.cell = cell
        self.process = process
        self.iterations = self.processors = 1
        self.nice = 0
        self._plan = plan
        self._turns_s: list[float] = []
        self.turns = Turns((), ())

    def load(self, timeout_s: float, since: float) -> None:
        """Wait until it has loaded, and give it its cell."""
        self.ready(timeout_s, since)
        cell, plan, sampling = self.cell, self._plan, self._plan.sampling
        words = ["--worker", "--quiet", "--loops", "1", "--values", "1", "--warmups", "0"]
        words += ["--scenario", cell.scenario, "--loop", cell.loop, "--thread", cell.thread]
        words += ["--delay", str(plan.delay_s)]
        words += ["--rehearsed", str(sampling.rehearsed), "--longest-rehearsal", str(MOST_REHEARSAL_S)]
        words += ["--affinity", plan.affinity] if plan.affinity not in {None, AUTO} else []
        self.process.tell(f"{json.dumps(words)}\n".encode())

    def ready(self, timeout_s: float, since: float | None = None) -> None:
        """Wait for the empty line that means that the worker is ready, or that its turn is over."""
        answer = self.process.answer(timeout_s, since)
        if answer != b"\n":
            self._delivery(answer)
            raise EndedError("delivered before its turns were over")

    def calibrate(self, timeout_s: float) -> float:
        """Seconds of one lifecycle; sets the iterations to what makes a value as long as the plan says.

        Each of the warm-up's values tells how long the next is to be. The shortest lifecycle counts: noise only adds.
        """
        sampling = self._plan.sampling
        lifecycle_s = sampling.value_s
        for _ in range(sampling.warmups):
            began = time.monotonic()
            self.process.tell(b"%d\n" % self.iterations)
            answer = self.process.answer(timeout_s)
            try:
                seconds, processors = calibrated(answer)
            except ValueError:
                self._delivery(answer)
                raise EndedError("delivered before its turns were over") from None
            _refuse_claim(seconds, time.monotonic() - began)
            self.processors = max(self.processors, processors)
            lifecycle_s = min(lifecycle_s, seconds / self.iterations)
            self.iterations = sampling.iterations(lifecycle_s)
            if seconds > sampling.value_s and self.iterations == 1:
                return seconds
        return lifecycle_s

    def turn(self, amount: Amount, timeout_s: float, meanwhile: Callable[[], object] = int) -> None:
        """Let it take its next turn, and wait for it; the first turn says how much there will be."""
        began = time.monotonic()
        numbers = (self.iterations, amount.values, amount.in_a_turn)
        self.process.tell(b"\n" if self._turns_s else b"%d %d %d\n" % numbers)
        meanwhile()
        self.ready(timeout_s)
        self._turns_s.append(time.monotonic() - began)

    def finish(self) -> None:
        """Let it deliver, after its last turn."""
        self.process.tell(b"\n")

    def run(self, round_: Round, values: int, timeout_s: float) -> outcomes.Run:
        """The values of all its turns, stage by stage, once it has delivered and ended."""
        stages = round_.group.scenario.stages
        delivery, status = self._delivery(self.process.answer(timeout_s)), self.process.status()
        totals = delivery.values.get(outcomes.TOTAL, ())
        if set(delivery.values) != {outcomes.TOTAL, *stages} or len(totals) != values:
            delivered = f"{len(totals)} values of {', '.join(delivery.values) or 'nothing'}"
            expected = f"{values} of {outcomes.TOTAL}, {', '.join(stages)}"
            raise EndedError(f"delivered {delivered}, expected {expected}")
        if len(delivery.turns) != len(self._turns_s):
            raise EndedError(f"delivered {len(delivery.turns)} turns, expected {len(self._turns_s)}")
        self.turns = Turns(self._turns_s, delivery.turns)
        _refuse_claim(self.iterations * sum(totals), sum(self._turns_s))
        ending = None
        if status is None:
            ending = "did not end after delivering its values"
        elif status:
            ending = f"{death(status)} after delivering its values"
        metadata = {**delivery.metadata, "loops": self.iterations, "nice": self.nice}
        return run_of(replace(delivery, metadata=metadata), self.cell, round_.index, ending)

    @staticmethod
    def _delivery(answer: bytes) -> Delivery:
        try:
            delivery = delivery_of(answer)
        except ValueError:
            raise EndedError(f"wrote into the harness's pipe: {answer[:60]!r}") from None
        if delivery.error is not None:
            raise EndedError(delivery.error)
        return delivery


class _Spares:
    """Processes that load ahead of their round, on other processors, while another round is measured.

    Each is used once: what has been measured in a process is never measured in it again.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._waiting = deque[Process]()

    def fill(self, number: int) -> None:
        """Start one more, if so many are wanted and not there yet."""
        if self.wanted and len(self._waiting) < number:
            self._waiting.append(_process())

    def take(self) -> Process:
        """One that has been started ahead, or a new one."""
        return self._waiting.popleft() if self._waiting else _process()

    def end(self) -> None:
        """End those that nobody took."""
        self.wanted = False
        while self._waiting:
            self._waiting.popleft().kill()


def _process() -> Process:
    return Process("bench.worker.stopwatch", [str(os.getpid())])


class Meter:
    """Measures the rounds of one plan; remembers which cells failed.

    Used as a context manager, it starts the workers of the next round ahead.
    """

    def __init__(self, plan: Plan, earlier: Iterable[outcomes.Outcome] = ()) -> None:
        """`earlier`: outcomes of an interrupted run of the same plan."""
        self.plan = plan
        self._turn_timeout_s = plan.timeout_s + 4 * plan.delay_s
        self._strikes: Counter[Cell] = Counter()
        self._hung: set[str] = set()
        self._processors: dict[str, int] = defaultdict(lambda: 1)
        self._spares = _Spares()
        self._since = time.monotonic()
        for outcome in earlier:
            self._remember(outcome)

    def __enter__(self) -> Self:
        self._spares.wanted = True
        return self

    def __exit__(self, *_: object) -> None:
        self._spares.end()

    def measure(self, round_: Round) -> Generator[outcomes.Outcome]:
        """Measure one round."""
        scenario = round_.group.scenario.name
        try:
            yield from map(self._remember, self._round(round_))
            yield outcomes.Done(scenario, round_.index, round(time.monotonic() - self._since, 3))
        except SuspendedError as error:
            yield outcomes.Dropped(scenario, round_.index, str(error))
        self._since = time.monotonic()

    def _remember(self, outcome: outcomes.Outcome) -> outcomes.Outcome:
        if isinstance(outcome, outcomes.Failure):
            self._strikes[outcome.cell] += 1
        return outcome

    def _start_timeout_s(self, cell: Cell) -> float:
        """Seconds until a worker is ready; a loop that hung before gets less."""
        longest = self._turn_timeout_s + 30 * self.plan.delay_s
        return longest if cell.loop in self._hung else START_S + longest

    def _failure(self, worker: _Worker, index: int, error: Exception) -> outcomes.Failure:
        """The failure of a worker; its cell is not started again if it hung."""
        if isinstance(error, HungError):
            self._hung.add(worker.cell.loop)
            self._strikes[worker.cell] = STRIKES
        return failure_of(worker.cell, index, str(error), worker.process.output)

    def _round(self, round_: Round) -> Iterator[outcomes.Outcome]:
        """Start the workers, calibrate, give them their turns sweep after sweep, and collect what they deliver."""
        attempt = _Attempts(self._failure, round_.index)
        with ExitStack() as sites:
            sites.callback(attempt.kill)
            site = sites.enter_context(self._site(round_.group))
            yield from self._load(round_, attempt, site)
            lifecycles = yield from self._calibrated(site, attempt)
            if self._needs_more(round_.group, attempt.workers.values()):
                site.release()
                site = sites.enter_context(self._site(round_.group))
                lifecycles = yield from self._calibrated(site, attempt)
            sampling = self.plan.sampling
            amount = Amount(sampling.sweeps_for(lifecycles), sampling.values_in_a_turn(lifecycles))
            yield from self._measured(round_, attempt, amount)

    def _load(self, round_: Round, attempt: "_Attempts", site: placement.Site) -> Iterator[outcomes.Failure]:
        """Give each cell a worker, and wait until all are ready."""
        began = time.monotonic()
        live = [cell for cell in round_.group.cells if self._strikes[cell] < STRIKES]
        for cell in live:
            attempt.workers[cell] = _Worker(cell, self.plan, self._spares.take())
            site.start(attempt.workers[cell].process.id)
        for cell in live:
            yield from attempt(cell, lambda w: w.load(self._start_timeout_s(w.cell), began))
        for cell in live:
            yield from attempt(cell, lambda w: w.ready(self._start_timeout_s(w.cell), began))

    def _site(self, group: Group) -> AbstractContextManager[placement.Site]:
        return placement.site(self.plan.affinity, self._processors[group.scenario.name])

    def _needs_more(self, group: Group, workers: Iterable[_Worker]) -> bool:
        """Whether a loop of the group turned out to have threads that can use more processors than it was given."""
        name, needed = group.scenario.name, max((worker.processors for worker in workers), default=1)
        before, self._processors[name] = self._processors[name], max(needed, self._processors[name])
        return self._processors[name] > before

    def _calibrated(self, site: placement.Site, attempt: "_Attempts") -> Generator[outcomes.Failure, None, list[float]]:
        """Move all workers to the site and calibrate; returns the seconds of a lifecycle of each.

        The control gets the iterations of the baseline, if that still runs.
        """
        for worker in attempt.workers.values():
            worker.nice = site.take(worker.process.id)
        site.keep_off(*processes.BADGES.guard)
        lifecycles: list[float] = []
        for cell in [*attempt.workers]:
            yield from attempt(cell, lambda w: lifecycles.append(w.calibrate(self._turn_timeout_s)))
        by_role = {cell.role: worker for cell, worker in attempt.workers.items()}
        if {"baseline", CONTROL} <= set(by_role):
            by_role[CONTROL].iterations = by_role["baseline"].iterations
        return lifecycles

    def _measured(self, round_: Round, attempt: "_Attempts", amount: Amount) -> Iterator[outcomes.Outcome]:
        """Give every worker its turns, sweep after sweep; then collect what they deliver."""
        start_ahead = partial(self._spares.fill, len(attempt.workers))
        for cell in itertools.chain.from_iterable(round_.orders(amount.sweeps)):
            yield from attempt(cell, lambda w: w.turn(amount, self._turn_timeout_s, start_ahead))
        for worker in attempt.workers.values():
            worker.finish()
        runs: list[outcomes.Run] = []
        for cell in [*attempt.workers]:
            yield from attempt(cell, lambda w: runs.append(w.run(round_, amount.values, self._turn_timeout_s)))
        delivered = [attempt.workers[run.cell] for run in runs]
        for worker in delivered:
            yield from attempt(worker.cell, lambda w: _check_clock(w, delivered))
        yield from (run for run in runs if run.cell in attempt.workers)


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

    def kill(self) -> None:
        """End all that still run."""
        for worker in self.workers.values():
            worker.process.kill()


def _refuse_claim(claimed_s: float, turns_s: float) -> None:
    """Raise EndedError if a worker claims more seconds than its turns took."""
    if claimed_s > turns_s * CLOCKS_DIFFER:
        raise EndedError(
            f"its values add up to {claimed_s:.3g} s, but its turns took {turns_s:.3g} s: its clock is wrong"
        )


def _check_clock(worker: _Worker, workers: Iterable[_Worker]) -> None:
    """Raise EndedError if a worker's clock disagrees with the harness's.

    Baseline and control show what the hand-over of a turn takes, and a loop is held against that; they against loops.
    """
    is_loop = worker.cell.role == "loop"
    others = [other.turns for other in workers if (other.cell.role == "loop") != is_loop]
    if reason := disagreement(worker.turns, others):
        raise EndedError(reason)
