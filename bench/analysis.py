"""Runs to comparisons: ratios to the baseline, intervals, verdicts. With `changes`, alone knows pandas and scipy.

The unit of analysis is the round: its processes are fresh, so rounds are independent observations; the values inside
one are not. docs/method.md says why each step is what it is.
"""

import functools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from bench.catalog import STAGES
from bench.plan import CONFIDENCE, CONTROL, Cell, Role, Thread, confidence, minimum_rounds
from bench.runs import TOTAL, Calibration
from bench.store import Kept

ALONE = "; see it alone: "  # between what went wrong and the command that shows it: the end of a reason
THRESHOLD = 0.01  # of the baseline: what is closer to it than this is called the same

Array: TypeAlias = npt.NDArray[np.float64]
Medians: TypeAlias = Mapping[tuple[str, str, str], Array]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its confidence interval; no bounds where there were too few rounds for one."""

    value: float
    low: float | None
    high: float | None

    @property
    def half_width(self) -> float:
        """Half the width of the interval, as a part of the value (0.02: ± 2 %); without bounds it is endless."""
        return math.inf if self.low is None or self.high is None else (self.high - self.low) / 2 / self.value


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stage of one loop in one scenario, divided by the baseline's.

    `seconds` are per iteration; `ratio` is this loop's seconds ÷ the baseline's, paired within sweeps: below 1 is
    faster. What was skipped or failed has neither, and a `reason`.
    """

    scenario: str
    loop: str
    python: str
    stage: str
    role: Role
    baseline: str
    thread: Thread = "main"
    rounds: int = 0
    seconds: Estimate | None = None
    ratio: Estimate | None = None
    confidence: float = CONFIDENCE
    verdict: str | None = None
    reason: str | None = None


def compare(
    kept: Kept, threshold: float = THRESHOLD, medians: tuple[Medians, Medians] | None = None
) -> tuple[Comparison, ...]:
    """Compare every cell of a run, stage by stage; and name what was skipped or not measured.

    `medians`: its `round_medians`, where they are known already.
    """
    about = kept.about
    seconds, ratios = medians or round_medians(kept)
    compared = Counter(cell.scenario for cell in about.cells if cell.role == "loop")
    reasons = {cell: reason for group in about.groups for cell, reason in group.skips}
    failed = _failure_reasons(kept)
    found = []
    for cell in (*about.cells, *reasons):
        python, level = about.facts.get("python", "unknown"), confidence(compared[cell.scenario])
        empty = Comparison(cell.scenario, cell.loop, python, TOTAL, cell.role, about.plan.baseline, cell.thread)
        empty = replace(empty, confidence=level, reason=reasons.get(cell) or failed.get(cell))
        keys = [(cell.scenario, stage, cell.label) for stage in (TOTAL, *STAGES)]
        measured = [key for key in keys if key in seconds]
        rows = [_row(replace(empty, stage=key[1]), seconds[key], ratios.get(key), threshold) for key in measured]
        found += rows or [replace(empty, reason=empty.reason or "not measured yet")]
    return tuple(found)


def _row(row: Comparison, seconds: Array, logs: Array | None, threshold: float) -> Comparison:
    """Fill in what was measured: seconds and logs of ratios, one for each round."""
    row = replace(row, rounds=len(seconds), seconds=median_estimate(seconds, row.confidence))
    if row.role == "baseline":
        return row
    if logs is None:
        return replace(row, reason=row.reason or "nothing to divide by: the baseline was not measured")
    ratio, reason = median_estimate(logs, row.confidence), row.reason
    if ratio.low is None:
        needed = minimum_rounds(round((1 - CONFIDENCE) / (1 - row.confidence)))
        reason = "; ".join(filter(None, [f"{len(logs)} rounds, an interval needs {needed}", reason]))
    decided = agreed_verdict(logs, row.confidence, threshold)
    return replace(row, rounds=len(logs), ratio=exponential(ratio), verdict=decided, reason=reason)


def round_medians(kept: Kept) -> tuple[Medians, Medians]:
    """For each (scenario, stage, label): seconds, and logs of ratios; one number for each round.

    The median over sweeps is taken of the log ratio within each sweep, where loop and baseline took their turns within
    milliseconds of each other: what drifts slower than that cancels.
    """
    if not kept.runs:
        return {}, {}
    parts = {
        (run.cell.scenario, stage, run.round, run.cell.label): pd.Series(values)
        for run in kept.runs
        for stage, values in run.values.items()
    }
    by_round = ["scenario", "stage", "round"]
    wide = pd.concat(parts, names=[*by_round, "label", "sweep"]).unstack("label")
    baseline = kept.about.plan.baseline
    seconds = wide.groupby(level=by_round).median()
    ratios = pd.DataFrame()
    if baseline in wide:
        logs = wide.apply(np.log)
        ratios = logs.sub(logs[baseline], axis="index").groupby(level=by_round).median()
    return _columns(seconds), _columns(ratios)


def _columns(frame: pd.DataFrame) -> Medians:
    """The numbers of each scenario and stage in each column, without those that are missing."""
    found: dict[tuple[str, str, str], Array] = {}
    for label, column in frame.items():
        for key, numbers in column.dropna().groupby(level=["scenario", "stage"]):
            scenario, stage = cast("tuple[str, str]", key)
            found[scenario, stage, str(label)] = numbers.to_numpy(np.float64)
    return found


def _failure_reasons(kept: Kept) -> Mapping[Cell, str]:
    """What went wrong with cells, in its own words and in which rounds; nothing of those where nothing did."""
    rounds: dict[Cell, dict[str, list[str]]] = {}
    said = [(failure.cell, failure.round, failure.reason) for failure in kept.failures]
    said += [(run.cell, run.round, run.ending) for run in kept.runs if run.ending]
    for cell, index, what in said:
        rounds.setdefault(cell, {}).setdefault(what, []).append(str(index + 1))
    delivered, planned = Counter(run.cell for run in kept.runs), kept.about.plan.sampling.rounds
    reasons = {}
    for cell, found in rounds.items():
        words = "; ".join(f"{what} (round {', '.join(indices)})" for what, indices in found.items())
        reasons[cell] = f"{words}; {delivered[cell]} of {planned} rounds kept{ALONE}{_alone(kept, cell)}"
    return reasons


def _alone(kept: Kept, cell: Cell) -> str:
    """The command that runs what a worker of this cell runs, less the measuring; as many lifecycles, where known."""
    words = [f"python -m scenarios.{cell.scenario} --loop {cell.loop}"]
    words += [f"--thread {cell.thread}"] if cell.thread != "main" else []
    words += [f"--delay {kept.about.plan.delay_s:g}"] if kept.about.plan.delay_s else []
    found = [one for one in kept.outcomes if isinstance(one, Calibration) and one.scenario == cell.scenario]
    words += [f"--times {one.sweeps * (one.iterations + 1)}" for one in found[-1:]]
    return " ".join(words)


def median_estimate(numbers: Array, level: float) -> Estimate:
    """The median, and its exact distribution-free interval from the sign test.

    Source: Conover, *Practical Nonparametric Statistics* (1999), 3.2; `scipy.stats.quantile_test`.
    """
    ordered = np.sort(numbers)
    low, high = (None if place is None else float(ordered[place]) for place in _ends(len(numbers), level))
    return Estimate(float(np.median(numbers)), low, high)


@functools.cache
def _ends(number: int, level: float) -> tuple[int | None, int | None]:
    """Which of so many sorted numbers bound that interval; None for too few: it depends on nothing else."""
    places = np.arange(number, dtype=np.float64)
    bounds = cast("tuple[float, float]", stats.quantile_test(places, p=0.5).confidence_interval(level))
    low, high = (None if math.isnan(bound) else int(bound) for bound in bounds)
    return low, high


def paired_estimate(these: Sequence[float], those: Sequence[float], level: float, *, ratio: bool = False) -> Estimate:
    """Of these numbers less those, pair by pair; or of these divided by those."""
    pairs = np.array(these, np.float64), np.array(those, np.float64)
    if ratio:
        return exponential(median_estimate(np.log(pairs[0]) - np.log(pairs[1]), level))
    return median_estimate(pairs[0] - pairs[1], level)


def mean_estimate(numbers: Array, level: float) -> Estimate:
    """The mean, and Student's interval for it: the paired t-test, since these are differences."""
    mean = float(np.mean(numbers))
    if len(numbers) == 1:
        return Estimate(mean, None, None)
    half = float(stats.sem(numbers) * stats.t.ppf((1 + level) / 2, len(numbers) - 1))
    return Estimate(mean, mean - half, mean + half)


def agreed_verdict(logs: Array, level: float, threshold: float = THRESHOLD) -> str:
    """faster, slower or same if the sign interval and the paired t both say so; else inconclusive."""
    return agreed((median_estimate(logs, level), mean_estimate(logs, level)), threshold)


def agreed(intervals: Collection[Estimate], threshold: float) -> str:
    """What all of these intervals of log ratios say; else inconclusive."""
    verdicts = {verdict(interval, threshold) for interval in intervals}
    return verdicts.pop() if len(verdicts) == 1 else "inconclusive"


def verdict(log_ratio: Estimate, threshold: float) -> str:
    """What an interval of log ratios shows: it must lie wholly beyond, or within, the threshold."""
    edge = math.log1p(threshold)
    if log_ratio.low is None or log_ratio.high is None:
        return "inconclusive"
    if log_ratio.high < -edge:
        return "faster"
    if log_ratio.low > edge:
        return "slower"
    return "same" if -edge <= log_ratio.low and log_ratio.high <= edge else "inconclusive"


def exponential(log_ratio: Estimate) -> Estimate:
    """A ratio, of its logarithm."""
    low, high = (None if bound is None else _exp(bound) for bound in (log_ratio.low, log_ratio.high))
    return Estimate(_exp(log_ratio.value), low, high)


def _exp(logarithm: float) -> float:
    """Endless, where Student's interval of two wild rounds reaches further than there are numbers."""
    try:
        return math.exp(logarithm)
    except OverflowError:
        return math.inf


def distrusted(control: Comparison, threshold: float = THRESHOLD) -> bool:
    """Whether a control shows a difference that can't be there: the baseline against itself."""
    return control.role == CONTROL and control.ratio is not None and excludes_1(control.ratio, threshold)


def excludes_1(ratio: Estimate, threshold: float) -> bool:
    """Whether the interval of a ratio lies wholly beyond the threshold."""
    return (ratio.low or 0) > 1 + threshold or (ratio.high or math.inf) < 1 / (1 + threshold)
