"""Trials of the harness: comparisons whose true result is known, measured like any other.

Each trial is a whole comparison, with rounds of fresh processes: of a loop with a copy of it whose factory takes longer
by a known amount. The control of the same comparison is the loop compared with itself.
"""

import itertools
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bench import texts
from bench.errors import BenchError, NotMeasuredError
from bench.measurement import guard
from bench.measurement.campaign import Measurer
from bench.measurement.delivery import Delivery, delivery_of
from bench.measurement.meter import Meter
from bench.measurement.processes import EndedError, Process
from bench.plan.cells import AUTO, CONTROL, Plan
from bench.selfcheck import comparing, known
from bench.selfcheck.comparing import Compared
from bench.selfcheck.scores import Trial, lock_step_trial, pyperf_trial
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import TOTAL

BASELINE = known.loop_name(0)
CALIBRATING_TURNS = 12_000  # about as long as a lifecycle of asyncio: far more than the effects to find
PYPERF_OPTIONS: tuple[str, ...] = ()  # its defaults: 20 processes of 3 values of 100 ms
PYPERF_S, PYPERF_TIMEOUT_S = 20.0, 600.0  # for one cell: about how long it takes, and the limit
LEAST_TRIALS = 2
BUILT_IN = 0.2  # effects from here on are waits by the clock; a reading of the clock is too coarse for smaller ones


@dataclass(frozen=True, slots=True)
class Design:
    """Which trials are made: `effects` are parts of the total (0.02: 2 % slower); without any, a loop with itself.

    With `load`, trials are made alone and beside this many busy processes. With `against_pyperf`, pyperf's own
    scheduler makes each trial first, and lock-step gets the wall time that it took.
    """

    scenario: str
    effects: tuple[float, ...]
    trial_s: float
    max_time_s: float
    seed: int
    trials: int | None = None
    against_pyperf: bool = False
    affinity: str | None = AUTO
    load: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One trial to make, beside so many busy processes. Step 0 calibrates."""

    number: int
    effect: float
    beside: int = 0

    def __str__(self) -> str:
        """The trial in words, for the progress display."""
        if not self.number:
            return "calibrating the known work"
        truth = f"{100 * self.effect:g} % slower" if self.effect else "a loop with itself"
        return f"trial {self.number}: {truth}{f', beside {self.beside} busy' if self.beside else ''}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A loop and its slower copy: `turns` of calibrated work, or a wait of some nanoseconds; without both, no copy."""

    turns: int = 0
    waits_ns: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The baseline, and the slower copy if there is one."""
        if self.waits_ns:
            return (known.waiting_loop_name(0), known.waiting_loop_name(self.waits_ns))
        return (BASELINE, *([known.loop_name(self.turns)] if self.turns else []))


class Trials:
    """The trials of one design, given one by one as long as the next fits into the time.

    `measurer` makes what measures a plan: the meter, or something made up in a test.
    """

    def __init__(self, design: Design, measurer: Callable[[Plan], Measurer] = Meter) -> None:
        self.design = design
        self._measurer = measurer
        self.turn_share = self.lifecycle_s = 0.0
        self._longest_s = 2 * PYPERF_S * (3 if design.effects else 2) if design.against_pyperf else design.trial_s
        least = design.trial_s + LEAST_TRIALS * self._longest_s
        if design.max_time_s < least:
            raise BenchError(
                f"{design.max_time_s:g} s are too short: a trial takes about {self._longest_s:g} s\n"
                f"give --max-time {least:g}s or more{'' if design.against_pyperf else ', or a shorter --trial-time'}"
            )
        self._ends = time.monotonic() + design.max_time_s

    @property
    def seconds_left(self) -> float:
        """Seconds left of the time that the design allows."""
        return self._ends - time.monotonic()

    def __iter__(self) -> Iterator[Step]:
        """The calibration, if there are effects; then all effects in a random order, again and again."""
        if self.design.effects:
            yield Step(0, 0.0)
        loads = (0, self.design.load) if self.design.load else (0,)
        kinds = [*itertools.product(self.design.effects or (0.0,), loads)]
        cycles = (random.Random(f"{self.design.seed}/{cycle}").sample(kinds, len(kinds)) for cycle in itertools.count())
        for number, kind in enumerate(itertools.islice(itertools.chain.from_iterable(cycles), self.design.trials), 1):
            if self._longest_s > self.seconds_left:
                return
            yield Step(number, *kind)

    def make(self, step: Step) -> tuple[Trial, ...]:
        """The results of one trial; raises NotMeasuredError if a loop can't be measured."""
        if not step.number:
            self._calibrate(step)
            return ()
        began = time.monotonic()
        with comparing.beside(step.beside):
            pair = self._pair(step.effect)
            pyperf_trials = self._with_pyperf(step, pair) if self.design.against_pyperf else ()
            seconds = time.monotonic() - began if pyperf_trials else self.design.trial_s
            results = (*pyperf_trials, *self._lock_step(step, pair, seconds))
        self._longest_s = max(self._longest_s, time.monotonic() - began)
        return results

    def _calibrate(self, step: Step) -> None:
        """Find out how long a lifecycle takes, and a turn of the known work."""
        pair = Pair(turns=CALIBRATING_TURNS)
        rows = self._compared(step, pair, self.design.trial_s).rows
        ratio = next((row.ratio.value for row in rows if row.cell.role == "loop" and row.ratio), 0.0)
        self.lifecycle_s = _lifecycle_s(rows)
        self.turn_share = (ratio - 1) / CALIBRATING_TURNS
        if self.turn_share <= 0:
            reason = f"the ratio came out at {ratio:.3f}" if ratio else "nothing was measured"
            raise NotMeasuredError(
                f"the known work had no effect: {reason}\n"
                "give more --trial-time, or end what else keeps this machine busy"
            )

    def _pair(self, effect: float) -> Pair:
        if effect < BUILT_IN:
            return Pair(turns=max(1, round(effect / self.turn_share)) if effect else 0)
        return Pair(waits_ns=max(1, round(effect * self.lifecycle_s * 1e9)))

    def _truth(self, pair: Pair, lifecycle_s: float) -> float:
        """The true ratio, for a baseline with lifecycles of this length."""
        return 1 + pair.turns * self.turn_share + pair.waits_ns / 1e9 / lifecycle_s

    def _lock_step(self, step: Step, pair: Pair, seconds: float) -> list[Trial]:
        """Compare in lock-step: as many rounds as fit, at least six. The control comes first, then the slower loop."""
        rows, tables, took = self._compared(step, pair, seconds)
        truths = {CONTROL: (0.0, 1.0), "loop": (step.effect, self._truth(pair, _lifecycle_s(rows) or 1.0))}
        try:
            trials = [
                lock_step_trial(*truths[row.cell.role], row, as_in_tables, took)
                for row, as_in_tables in zip(rows, tables, strict=True)
                if row.cell.role in truths
            ]
        except ValueError as error:
            raise NotMeasuredError(f"a trial in {self.design.scenario} measured nothing to compare: {error}") from None
        return [replace(trial, beside=step.beside) for trial in trials]

    def _compared(self, step: Step, pair: Pair, seconds: float) -> Compared:
        seed = random.Random(f"{self.design.seed}/trial/{step.number}").randrange(2**32)
        plan = comparing.plan(pair.names, self.design.scenario, seconds, seed, self.design.affinity)
        return comparing.compared(plan, self._measurer)

    def _with_pyperf(self, step: Step, pair: Pair) -> tuple[Trial, ...]:
        """Compare with pyperf's own scheduler: the baseline, then its copy, then the slower loop."""
        names = [pair.names[0], *pair.names]
        began = time.monotonic()
        baseline, *others = [self._pyperf_values(name) for name in names]
        took = time.monotonic() - began
        truths = ((0.0, 1.0), (step.effect, self._truth(pair, statistics.fmean(baseline))))
        trials = [pyperf_trial(*truth, baseline, values, took) for truth, values in zip(truths, others, strict=False)]
        return tuple(replace(trial, beside=step.beside) for trial in trials)

    def _pyperf_values(self, name: str) -> tuple[float, ...]:
        words = ["--quiet", *PYPERF_OPTIONS, "--scenario", self.design.scenario, "--loop", name]
        words += ["--parent", str(os.getpid()), "--inherit-environ", guard.BADGE]
        words += ["--affinity", self.design.affinity] if self.design.affinity not in {None, AUTO} else []
        process = Process("bench.selfcheck.pyperf_scheduler", words)
        try:
            return total_values(delivery_of(process.answer(PYPERF_TIMEOUT_S)))
        except (EndedError, ValueError) as error:
            reason = f"{texts.said(error)}\n{texts.line(process.last_line())}"
            raise NotMeasuredError(f"pyperf's own scheduler gave no values: {reason}") from None
        finally:
            process.kill()


def _lifecycle_s(rows: Sequence[Comparison]) -> float:
    """Seconds of a lifecycle of the baseline; 0 where it was not measured."""
    return next((row.seconds.value for row in rows if row.cell.role == "baseline" and row.seconds), 0.0)


def total_values(delivery: Delivery) -> tuple[float, ...]:
    """The values of the total that pyperf's manager delivered; raises ValueError if there are fewer than two."""
    values = delivery.values.get(TOTAL, ())
    if len(values) < 2:  # noqa: PLR2004  (one value has no spread)
        raise ValueError(delivery.error or "it delivered too few")
    return values
