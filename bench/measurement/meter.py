"""Measures rounds in lock-step: one fresh worker process for each cell, of which one at a time produces a value.

A round starts the workers, waits until all are ready, and then gives them their turns in the plan's order. A worker
that dies, hangs or answers wrongly ends its cell for this round, with the reason; the others go on. A round whose
clock can't be trusted is dropped.
"""

import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from types import MappingProxyType

from bench.measurement import placement, processes
from bench.measurement.clocks import disagreement
from bench.measurement.delivery import failure_of
from bench.measurement.processes import EndedError, HungError, SuspendedError
from bench.measurement.servers import Server
from bench.measurement.workers import Amount, Worker
from bench.plan.cells import CONTROL, Cell, Group, Plan
from bench.plan.rounds import Round
from bench.store import outcomes

STRIKES = 2  # failed rounds after which a cell is abandoned
START_S = 10.0  # that starting and importing may take, beside the time that the user gives a turn


class Meter:
    """Measures the rounds of one plan; remembers which cells failed."""

    def __init__(
        self, plan: Plan, earlier: Iterable[outcomes.Outcome] = (), pythons: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """`earlier`: outcomes of an interrupted run of the same plan.

        `pythons`: the program of each interpreter by the name that cells have for it; the harness's own where none is.
        """
        self.plan = plan
        self._pythons = pythons
        self._turn_timeout_s = plan.timeout_s + 4 * plan.delay_s
        self._strikes: Counter[Cell] = Counter()
        self._hung: set[str] = set()
        self._processors: dict[str, int] = defaultdict(lambda: 1)
        self._since = time.monotonic()
        for outcome in earlier:
            self._remember(outcome)

    def measure(self, round_: Round) -> Generator[outcomes.Outcome]:
        """Measure one round."""
        group = round_.group
        where = (group.scenario.name, round_.index)
        try:
            yield from map(self._remember, self._round(round_))
            yield outcomes.Done(*where, round(time.monotonic() - self._since, 3), group.workload)
        except SuspendedError as error:
            yield outcomes.Dropped(*where, str(error), group.workload)
        self._since = time.monotonic()

    def _remember(self, outcome: outcomes.Outcome) -> outcomes.Outcome:
        if isinstance(outcome, outcomes.Failure):
            self._strikes[outcome.cell] += 1
        return outcome

    def _start_timeout_s(self, cell: Cell) -> float:
        """Seconds until a worker is ready; a loop that hung before gets less."""
        longest = self._turn_timeout_s + 30 * self.plan.delay_s
        return longest if cell.loop in self._hung else START_S + longest

    def _failure(self, server: Server, worker: Worker, index: int, error: Exception) -> outcomes.Failure:
        """The failure of a worker; its cell is not started again if it hung and its server did not."""
        reason = server.reason(error)
        if isinstance(error, HungError) and reason == str(error):
            self._hung.add(worker.cell.loop)
            self._strikes[worker.cell] = STRIKES
        return failure_of(worker.cell, index, reason, worker.process.output)

    def _round(self, round_: Round) -> Iterator[outcomes.Outcome]:
        """Start the workers, calibrate, give them their turns sweep after sweep, and collect what they deliver."""
        with ExitStack() as sites:
            server = sites.enter_context(Server(round_.group.workload))
            attempt = _Attempts(partial(self._failure, server), round_.index)
            sites.callback(attempt.kill)
            site = sites.enter_context(self._site(round_.group))
            yield from self._load(round_, attempt, site, server)
            lifecycles = yield from self._calibrated(site, attempt, server)
            if self._needs_more(round_.group, attempt.workers.values()):
                site.release()
                site = sites.enter_context(self._site(round_.group))
                lifecycles = yield from self._calibrated(site, attempt, server)
            sampling = self.plan.sampling
            amount = Amount(sampling.sweeps_for(lifecycles, self.plan.delay_s), sampling.values_in_a_turn(lifecycles))
            yield from self._measured(round_, attempt, site, amount)

    def _load(
        self, round_: Round, attempt: "_Attempts", site: placement.Site, server: Server
    ) -> Iterator[outcomes.Failure]:
        """Give each cell a worker, and wait until all are ready."""
        began = time.monotonic()
        live = [cell for cell in round_.group.cells if self._strikes[cell] < STRIKES]
        for cell in live:
            attempt.workers[cell] = Worker(cell, self.plan, self._pythons.get(cell.interpreter))
            site.start(attempt.workers[cell].process.id)
        for cell in live:
            yield from attempt(cell, lambda w: w.load(self._start_timeout_s(w.cell), began, server))
        for cell in live:
            yield from attempt(cell, lambda w: w.ready(self._start_timeout_s(w.cell), began))

    def _site(self, group: Group) -> AbstractContextManager[placement.Site]:
        return placement.site(self.plan.affinity, self._processors[group.name])

    def _needs_more(self, group: Group, workers: Iterable[Worker]) -> bool:
        """Whether a loop of the group turned out to have threads that can use more processors than it was given."""
        name, needed = group.name, max((worker.processors for worker in workers), default=1)
        before, self._processors[name] = self._processors[name], max(needed, self._processors[name])
        return self._processors[name] > before

    def _calibrated(
        self, site: placement.Site, attempt: "_Attempts", server: Server
    ) -> Generator[outcomes.Failure, None, list[float]]:
        """Move all workers to the site and calibrate; returns the seconds of a lifecycle of each.

        The control gets the iterations of the baseline, if that still runs.
        """
        for worker in attempt.workers.values():
            worker.nice, worker.place = site.take(worker.process.id), site.name
        site.keep_off(*processes.BADGES.guard)
        server.place(site)
        lifecycles: list[float] = []
        for cell in [*attempt.workers]:
            yield from attempt(cell, lambda w: lifecycles.append(w.calibrate(self._turn_timeout_s)))
        by_role = {(cell.group, cell.role): worker for cell, worker in attempt.workers.items()}
        for (group, role), worker in by_role.items():
            if role == CONTROL and (baseline := by_role.get((group, "baseline"))):
                worker.iterations = baseline.iterations
        return lifecycles

    def _measured(
        self, round_: Round, attempt: "_Attempts", site: placement.Site, amount: Amount
    ) -> Iterator[outcomes.Outcome]:
        """Give every worker its turns, sweep after sweep; then collect what they deliver."""
        for cell in itertools.chain.from_iterable(round_.orders(amount.sweeps)):
            yield from attempt(cell, lambda w: w.turn(amount, self._turn_timeout_s))
        for worker in attempt.workers.values():
            site.leave(worker.process.id)
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

    def __init__(self, failure: Callable[[Worker, int, Exception], outcomes.Failure], index: int) -> None:
        self.workers: dict[Cell, Worker] = {}
        self._failure, self._index = failure, index

    def __call__(self, cell: Cell, act: Callable[[Worker], None]) -> Iterator[outcomes.Failure]:
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


def _check_clock(worker: Worker, workers: Iterable[Worker]) -> None:
    """Raise EndedError if a worker's clock disagrees with the harness's.

    Baseline and control show what the hand-over of a turn takes, and a loop is held against that; they against loops.
    """
    is_loop = worker.cell.role == "loop"
    others = [other.turns for other in workers if (other.cell.role == "loop") != is_loop]
    if reason := disagreement(worker.turns, others):
        raise EndedError(reason)
