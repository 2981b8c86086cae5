"""Trials to scores: how often comparisons whose truth is known came out right, and how far off they were.

A trial is one whole comparison. What counts as *different* is an interval that excludes 1, without any threshold; what
is *called* so lies beyond the threshold of the tables as well.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import stats

from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import CONFIDENCE, Estimate

Way: TypeAlias = Literal["lock-step", "pyperf"]
SURE = 0.95  # 19 of 20


@dataclass(frozen=True, slots=True)
class Trial:
    """One comparison whose truth is known: the baseline with itself (`effect` 0), or with a loop slower by `effect`.

    `truth` is the ratio that was built, as calibrated: near 1 + `effect`. `seconds` is the wall time of the comparison.
    """

    way: Way
    effect: float
    truth: float
    ratio: Estimate
    different: bool
    called: bool
    seconds: float

    @property
    def error(self) -> float:
        """Logarithm of what came out ÷ the truth."""
        return math.log(self.ratio.value / self.truth)

    @property
    def right(self) -> bool:
        """Whether it was told different, and slower, as it is."""
        return self.different and self.ratio.value > 1


@dataclass(frozen=True, slots=True)
class Score:
    """All trials of one way and one effect; `share` is that of those told different, with its exact interval.

    `error` is the root mean square, `bias` the mean of the trials' errors; `half_width` and `seconds` are medians.
    """

    way: Way
    effect: float
    trials: int
    different: int
    right: int
    called: int
    share: Estimate
    error: float
    bias: float
    half_width: float
    seconds: float


def lock_step_trial(effect: float, truth: float, exact: Comparison, told: Comparison, seconds: float) -> Trial:
    """Make a trial of one row, compared without a threshold (`exact`) and with the tables' (`told`)."""
    if exact.ratio is None or exact.ratio.low is None:
        raise ValueError(exact.reasons[0].what if exact.reasons else "no interval")
    different, called = (row.verdict in {"faster", "slower"} for row in (exact, told))
    return Trial("lock-step", effect, truth, exact.ratio, different, called, seconds)


def pyperf_trial(
    effect: float, truth: float, baseline: Sequence[float], values: Sequence[float], seconds: float
) -> Trial:
    """Make a trial as `pyperf compare_to` judges: the ratio of the means, and the t-test of all values, pooled.

    Source: `pyperf._utils.is_significant`, Student's two-sample test with pooled variance at 95 %.
    """
    mean = float(np.mean(baseline))
    test = stats.ttest_ind(values, baseline)
    bounds = test.confidence_interval(CONFIDENCE)
    low, high = (1 + float(bound) / mean for bound in (bounds.low, bounds.high))
    different = bool(test.pvalue <= 1 - CONFIDENCE)
    return Trial(
        "pyperf", effect, truth, Estimate(float(np.mean(values)) / mean, low, high), different, different, seconds
    )


def scored(trials: Collection[Trial]) -> tuple[Score, ...]:
    """A score for each way and effect that was tried: the loop with itself first."""
    kinds = sorted({(trial.way, trial.effect) for trial in trials})
    return tuple(_score([trial for trial in trials if (trial.way, trial.effect) == kind]) for kind in kinds)


def _score(trials: Sequence[Trial]) -> Score:
    errors = np.array([trial.error for trial in trials])
    different = sum(trial.different for trial in trials)
    bounds = stats.binomtest(different, len(trials)).proportion_ci(CONFIDENCE, "exact")
    return Score(
        trials[0].way,
        trials[0].effect,
        len(trials),
        different,
        sum(trial.right for trial in trials),
        sum(trial.called for trial in trials),
        Estimate(different / len(trials), float(bounds.low), float(bounds.high)),
        float(np.sqrt(np.mean(errors**2))),
        float(np.mean(errors)),
        float(np.median([trial.ratio.half_width for trial in trials])),
        float(np.median([trial.seconds for trial in trials])),
    )


def smallest_difference(trials: Iterable[Trial], seconds: float) -> float | None:
    """The smallest difference that would be told in 19 of 20 comparisons of so many seconds; None without trials.

    The intervals of the baseline against itself say it without a model: one that reaches down to -1 % excludes 1 once
    a true effect lifts it by more than that. For other times than the trials' it is taken to shrink with the square
    root of the time, since rounds are independent. 0.01 is 1 %.
    """
    own = [trial for trial in trials if trial.way == "lock-step" and not trial.effect]
    if not own:
        return None
    reaches = [abs(math.log(bound)) for trial in own for bound in (trial.ratio.low, trial.ratio.high) if bound]
    reach = float(np.quantile(reaches, SURE))
    return math.expm1(reach) * math.sqrt(float(np.median([trial.seconds for trial in own])) / seconds)


def distrusted(score: Score) -> bool:
    """Whether lock-step told a loop different from itself more often than its confidence allows, beyond doubt."""
    return score.way == "lock-step" and not score.effect and (score.share.low or 0) > 1 - CONFIDENCE
