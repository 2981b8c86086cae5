"""Trials of the harness: comparisons whose true result is known, measured like any other.

Each trial is a whole comparison, with rounds of fresh processes: of a loop with a copy of it whose factory does a known
amount of extra work. The control of the same comparison is the loop compared with itself.
"""

import itertools
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bench import texts
from bench.errors import BenchError, NotMeasuredError
from bench.measurement import campaign, guard
from bench.measurement.campaign import Measurer
from bench.measurement.delivery import Delivery, delivery_of
from bench.measurement.meter import Meter
from bench.measurement.precision import Rounds
from bench.measurement.processes import EndedError, Process
from bench.plan import cells, sampling
from bench.plan.cells import CONTROL, Plan
from bench.selfcheck import known
from bench.selfcheck.scores import Trial, lock_step_trial, pyperf_trial
from bench.statistics import comparisons, estimates, widths
from bench.store.outcomes import TOTAL, About, Kept, Outcome
from bench.subjects import loops, scenarios

BASELINE = known.loop_name(0)
CALIBRATING_TURNS = 12_000  # about as long as a lifecycle of asyncio: far more than the effects to find
PYPERF_OPTIONS: tuple[str, ...] = ()  # its defaults: 20 processes of 3 values of 100 ms
PYPERF_S, PYPERF_TIMEOUT_S = 20.0, 600.0  # for one cell: about how long it takes, and the limit
LEAST_TRIALS = 2


@dataclass(frozen=True, slots=True)
class Design:
    """Which trials are made: `effects` are parts of the total (0.02: 2 % slower); without any, a loop with itself.

    With `against_pyperf`, pyperf's own scheduler makes each trial first, and lock-step gets the wall time that it took.
    """

    scenario: str
    effects: tuple[float, ...]
    trial_s: float
    max_time_s: float
    seed: int
    trials: int | None = None
    against_pyperf: bool = False
    affinity: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One trial to make. Step 0 calibrates."""

    number: int
    effect: float

    def __str__(self) -> str:
        """The trial in words, for the progress display."""
        if not self.number:
            return "calibrating the known work"
        return f"trial {self.number}: {f'{100 * self.effect:g} % slower' if self.effect else 'a loop with itself'}"


class Trials:
    """The trials of one design, given one by one as long as the next fits into the time.

    `measurer` makes what measures a plan: the meter, or something made up in a test.
    """

    def __init__(self, design: Design, measurer: Callable[[Plan], Measurer] = Meter) -> None:
        self.design = design
        self._measurer = measurer
        self.turn_share = 0.0
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
        effects, seed = self.design.effects or (0.0,), self.design.seed
        cycles = (random.Random(f"{seed}/{cycle}").sample(effects, len(effects)) for cycle in itertools.count())
        for number, effect in enumerate(itertools.islice(itertools.chain.from_iterable(cycles), self.design.trials), 1):
            if self._longest_s > self.seconds_left:
                return
            yield Step(number, effect)

    def make(self, step: Step) -> tuple[Trial, ...]:
        """The results of one trial; raises NotMeasuredError if a loop can't be measured."""
        began = time.monotonic()
        if not step.number:
            ratio = self._lock_step(step, CALIBRATING_TURNS, 0.0, self.design.trial_s)[-1].ratio.value
            self.turn_share = (ratio - 1) / CALIBRATING_TURNS
            if self.turn_share <= 0:
                raise NotMeasuredError(
                    f"the known work had no effect: the ratio came out at {ratio:.3f}\n"
                    "give more --trial-time, or end what else keeps this machine busy"
                )
            return ()
        turns = max(1, round(step.effect / self.turn_share)) if step.effect else 0
        pyperf_trials = self._with_pyperf(turns, step.effect) if self.design.against_pyperf else ()
        seconds = time.monotonic() - began if pyperf_trials else self.design.trial_s
        results = (*pyperf_trials, *self._lock_step(step, turns, step.effect, seconds))
        self._longest_s = max(self._longest_s, time.monotonic() - began)
        return results

    def _truth(self, turns: int) -> float:
        return 1 + turns * self.turn_share

    def _lock_step(self, step: Step, turns: int, effect: float, seconds: float) -> list[Trial]:
        """Compare in lock-step: as many rounds as fit, at least six. The control comes first, then the slower loop."""
        about = self._about(step, turns, seconds)
        began = time.monotonic()
        kept = self._measure(about)
        took = time.monotonic() - began
        exact, tables = (
            [row for row in comparisons.compare(kept, threshold) if row.stage == TOTAL and row.cell.role != "baseline"]
            for threshold in (0.0, estimates.THRESHOLD)
        )
        truths = {CONTROL: (0.0, 1.0), "loop": (effect, self._truth(turns))}
        try:
            return [
                lock_step_trial(*truths[row.cell.role], row, as_in_tables, took)
                for row, as_in_tables in zip(exact, tables, strict=True)
            ]
        except ValueError as error:
            raise NotMeasuredError(f"a trial in {self.design.scenario} measured nothing to compare: {error}") from None

    def _about(self, step: Step, turns: int, seconds: float) -> About:
        """What the run of one trial is: at least the rounds that an interval needs, then more until the time is up."""
        names = (BASELINE, known.loop_name(turns)) if turns else (BASELINE,)
        seed = random.Random(f"{self.design.seed}/trial/{step.number}").randrange(2**32)
        amount = replace(sampling.DEFAULT, rounds=estimates.minimum_rounds(1), precision=0.0, max_time_s=seconds)
        plan = Plan(names, (self.design.scenario,), BASELINE, amount, seed, affinity=self.design.affinity)
        scenario = scenarios.named(self.design.scenario)
        skipped = cells.skips(plan, [loops.named(name) for name in names], [scenario], sys.version_info[:2])
        return About(plan, (scenario,), skipped, {}, "")

    def _measure(self, about: About) -> Kept:
        """Measure one run and keep it in memory."""
        rounds = Rounds(about, widths.widest)
        outcomes: list[Outcome] = []
        campaign.measure(rounds, self._measurer(about.plan), outcomes.append, rounds.tell)
        return Kept(about, tuple(outcomes))

    def _with_pyperf(self, turns: int, effect: float) -> tuple[Trial, ...]:
        """Compare with pyperf's own scheduler: the baseline, then its copy, then the slower loop."""
        names = [BASELINE, BASELINE, *([known.loop_name(turns)] if turns else [])]
        began = time.monotonic()
        baseline, *others = [self._pyperf_values(name) for name in names]
        took = time.monotonic() - began
        truths = ((0.0, 1.0), (effect, self._truth(turns)))
        return tuple(
            pyperf_trial(*truth, baseline, values, took) for truth, values in zip(truths, others, strict=False)
        )

    def _pyperf_values(self, name: str) -> tuple[float, ...]:
        words = ["--quiet", *PYPERF_OPTIONS, "--scenario", self.design.scenario, "--loop", name]
        words += ["--parent", str(os.getpid()), "--inherit-environ", guard.BADGE]
        words += ["--affinity", self.design.affinity] if self.design.affinity else []
        process = Process("bench.selfcheck.pyperf_scheduler", words)
        try:
            return total_values(delivery_of(process.answer(PYPERF_TIMEOUT_S)))
        except (EndedError, ValueError) as error:
            last = process.output.strip().rpartition("\n")[2]
            reason = f"{texts.said(error)}\n{texts.line(last)}"
            raise NotMeasuredError(f"pyperf's own scheduler gave no values: {reason}") from None
        finally:
            process.kill()


def total_values(delivery: Delivery) -> tuple[float, ...]:
    """The values of the total that pyperf's manager delivered; raises ValueError if there are fewer than two."""
    values = delivery.values.get(TOTAL, ())
    if len(values) < 2:  # noqa: PLR2004  (one value has no spread)
        raise ValueError(delivery.error or "it delivered too few")
    return values
