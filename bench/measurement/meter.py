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
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import partial
from typing import Self

from bench.measurement import placement, processes
from bench.measurement.delivery import Delivery, calibrated, delivery_of, failure_of, run_of
from bench.measurement.processes import EndedError, Process, SuspendedError, death
from bench.plan.cells import AUTO, Cell, Group, Plan
from bench.plan.rounds import Round
from bench.store import outcomes

STRIKES = 2  # failed rounds after which a cell is abandoned
START_TIMEOUT_S = 60.0
CLOCKS_DIFFER = 1.01  # by this factor two clocks may differ, of which only one is adjusted to true time


class _Worker:
    """The parent's end of one worker."""

    def __init__(self, cell: Cell, plan: Plan, process: Process) -> None:
        """`process`: one that is loading, or has loaded, and waits for its cell."""
        self.cell = cell
        self.process = process
        self.iterations = self.processors = 1
        self.nice = 0
        rehearsal = f"{plan.sampling.rehearsed},{plan.sampling.rehearsal_s}"
        words = ["--worker", "--quiet", "--loops", "1", "--values", "1", "--warmups", "0"]
        words += ["--scenario", cell.scenario, "--loop", cell.loop, "--thread", cell.thread]
        words += ["--delay", str(plan.delay_s), "--rehearsal", rehearsal, "--in-a-turn", str(plan.sampling.in_a_turn)]
        words += ["--affinity", plan.affinity] if plan.affinity not in {None, AUTO} else []
        self._words = words
        self._turns_s = 0.0

    def load(self, since: float) -> None:
        """Wait until it has loaded, and give it its cell."""
        self.ready(START_TIMEOUT_S, since)
        self.process.tell(f"{json.dumps(self._words)}\n".encode())

    def ready(self, timeout_s: float, since: float | None = None) -> None:
        """Wait for the empty line that means that the worker is ready, or that its turn is over."""
        answer = self.process.answer(timeout_s, since)
        if answer != b"\n":
            self._delivery(answer)
            raise EndedError("delivered before its turns were over")

    def calibrate(self, plan: Plan, timeout_s: float) -> float:
        """Seconds of one lifecycle; sets the iterations to what makes a value as long as the plan says.

        Each of the warm-up's values tells how long the next is to be. The shortest lifecycle counts: noise only adds.
        """
        lifecycle_s = plan.sampling.value_s
        for _ in range(plan.sampling.warmups):
            began = time.monotonic()
            self.process.tell(b"%d\n" % self.iterations)
            answer = self.process.answer(timeout_s)
            try:
                seconds, processors = calibrated(answer)
            except ValueError:
                self._delivery(answer)
                raise EndedError("delivered before its turns were over") from None
            self._check_clock(seconds, time.monotonic() - began)
            self.processors = max(self.processors, processors)
            lifecycle_s = min(lifecycle_s, seconds / self.iterations)
            self.iterations = plan.sampling.iterations(lifecycle_s)
            if seconds > plan.sampling.value_s and self.iterations == 1:
                return seconds
        return lifecycle_s

    def turn(self, values: int, timeout_s: float, meanwhile: Callable[[], object] = int) -> None:
        """Let it take its next turn, and wait for it; the first turn says how many `values` there will be in all."""
        began = time.monotonic()
        self.process.tell(b"\n" if self._turns_s else b"%d %d\n" % (self.iterations, values))
        meanwhile()
        self.ready(timeout_s)
        self._turns_s += time.monotonic() - began

    def finish(self) -> None:
        """Let it deliver, after its last turn."""
        self.process.tell(b"\n")

    def run(self, index: int, values: int, stages: Collection[str]) -> outcomes.Run:
        """The values of all its turns, stage by stage, once it has delivered and ended."""
        delivery, status = self._delivery(self.process.answer(START_TIMEOUT_S)), self.process.status()
        totals = delivery.values.get(outcomes.TOTAL, ())
        if set(delivery.values) != {outcomes.TOTAL, *stages} or len(totals) != values:
            delivered = f"{len(totals)} values of {', '.join(delivery.values) or 'nothing'}"
            expected = f"{values} of {outcomes.TOTAL}, {', '.join(stages)}"
            raise EndedError(f"delivered {delivered}, expected {expected}")
        self._check_clock(self.iterations * sum(totals), self._turns_s)
        ending = None
        if status is None:
            ending = "did not end after delivering its values"
        elif status:
            ending = f"{death(status)} after delivering its values"
        metadata = {**delivery.metadata, "loops": self.iterations, "nice": self.nice}
        return run_of(replace(delivery, metadata=metadata), self.cell, index, ending)

    @staticmethod
    def _check_clock(claimed_s: float, turns_s: float) -> None:
        """Raise EndedError where a worker claims more seconds than there were."""
        if claimed_s > turns_s * CLOCKS_DIFFER:
            raise EndedError(
                f"its values add up to {claimed_s:.3g} s, but its turns took {turns_s:.3g} s: its clock is wrong"
            )

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

    def _round(self, round_: Round) -> Iterator[outcomes.Outcome]:
        """Start the workers, calibrate, give them their turns sweep after sweep, and collect what they deliver."""
        live = [cell for cell in round_.group.cells if self._strikes[cell] < STRIKES]
        workers: dict[Cell, _Worker] = {}
        attempt = _Attempts(workers, round_.index)
        began = time.monotonic()
        with ExitStack() as sites:
            sites.callback(_kill, workers)
            site = sites.enter_context(self._site(round_.group))
            for cell in live:
                workers[cell] = _Worker(cell, self.plan, self._spares.take())
                site.start(workers[cell].process.id)
            for cell in live:
                yield from attempt(cell, lambda w: w.load(began))
            for cell in live:
                yield from attempt(cell, lambda w: w.ready(START_TIMEOUT_S, began))
            lifecycles = yield from self._calibrated(site, attempt, live)
            if self._needs_more(round_.group, workers.values()):
                site.release()
                site = sites.enter_context(self._site(round_.group))
                lifecycles = yield from self._calibrated(site, attempt, live)
            sweeps = self.plan.sampling.sweeps_for(lifecycles)
            values = sweeps * self.plan.sampling.in_a_turn
            start_ahead = partial(self._spares.fill, len(live))
            for cell in itertools.chain.from_iterable(round_.orders(sweeps)):
                yield from attempt(cell, lambda w: w.turn(values, self._turn_timeout_s, start_ahead))
            for worker in workers.values():
                worker.finish()
            for cell in live:
                yield from attempt(cell, lambda w: w.run(round_.index, values, round_.group.scenario.stages))

    def _site(self, group: Group) -> AbstractContextManager[placement.Site]:
        return placement.site(self.plan.affinity, self._processors[group.scenario.name])

    def _needs_more(self, group: Group, workers: Iterable[_Worker]) -> bool:
        """Whether a loop of the group turned out to have threads that can use more processors than it was given."""
        name, needed = group.scenario.name, max((worker.processors for worker in workers), default=1)
        before, self._processors[name] = self._processors[name], max(needed, self._processors[name])
        return self._processors[name] > before

    def _calibrated(
        self, site: placement.Site, attempt: "_Attempts", live: Collection[Cell]
    ) -> Generator[outcomes.Outcome, None, list[float]]:
        """Move all workers to the site and calibrate; returns the seconds of a lifecycle of each.

        The control gets the iterations of the baseline, if that still runs.
        """
        for worker in attempt.workers.values():
            worker.nice = site.take(worker.process.id)
        site.keep_off(*processes.BADGES.guard)
        lifecycles: list[float] = []
        for cell in live:
            yield from attempt(cell, lambda w: lifecycles.append(w.calibrate(self.plan, self._turn_timeout_s)))
        roles = {cell.role: worker for cell, worker in attempt.workers.items()}
        if {"baseline", "control"} <= set(roles):
            roles["control"].iterations = roles["baseline"].iterations
        return lifecycles


def _kill(workers: dict[Cell, _Worker]) -> None:
    for worker in workers.values():
        worker.process.kill()


class _Attempts:
    """Acts on the workers of one round; one that fails is killed, and gives a failure."""

    def __init__(self, workers: dict[Cell, _Worker], index: int) -> None:
        self.workers, self._index = workers, index

    def __call__(self, cell: Cell, act: Callable[[_Worker], outcomes.Run | None]) -> Iterator[outcomes.Outcome]:
        """Apply `act` to a cell's worker if it still runs."""
        if worker := self.workers.get(cell):
            try:
                if run := act(worker):
                    yield run
            except SuspendedError:
                raise
            except (EndedError, ValueError) as error:
                self.workers.pop(cell).process.kill()
                yield failure_of(cell, self._index, str(error), worker.process.output)
