"""Trials to scores: how often comparisons whose truth is known came out right, and how far off they were.

A trial is one whole comparison. It counts as *different* if its interval excludes 1, without any threshold. It counts
as *called* different if the interval also lies beyond the threshold of the tables.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal, TypeAlias

from bench.statistics import estimates
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import CONFIDENCE, Estimate

Way: TypeAlias = Literal["lock-step", "pyperf"]
POWER = 0.95  # 19 of 20


@dataclass(frozen=True, slots=True)
class Trial:
    """One comparison whose truth is known: the baseline with itself (`effect` 0), or with a loop slower by `effect`.

    `truth` is the true ratio: near 1 + `effect`. `seconds` is the wall time of the trial, `beside` the number of busy
    processes that ran beside it.
    """

    way: Way
    effect: float
    truth: float
    ratio: Estimate
    different: bool
    called: bool
    seconds: float
    beside: int = 0

    @property
    def error(self) -> float:
        """Logarithm of the measured ratio ÷ the true one."""
        return math.log(self.ratio.value / self.truth)

    @property
    def right(self) -> bool:
        """Whether it came out different, and as slower, which is the truth."""
        return self.different and self.ratio.value > 1


@dataclass(frozen=True, slots=True)
class Score:
    """All trials of one way and one effect beside as many processes; `share` is the share that came out different.

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
    beside: int = 0


def lock_step_trial(effect: float, truth: float, exact: Comparison, tables: Comparison, seconds: float) -> Trial:
    """Make a trial of one row, compared without a threshold (`exact`) and with the threshold of the tables.

    Raises ValueError with the reason where there is no interval.
    """
    different, called = (row.verdict in {"faster", "slower"} for row in (exact, tables))
    return Trial("lock-step", effect, truth, interval_of(exact), different, called, seconds)


def interval_of(row: Comparison) -> Estimate:
    """The ratio with its interval; raises ValueError with the reason where there is none."""
    if row.ratio is None or row.ratio.low is None:
        raise ValueError(row.reasons[0].what if row.reasons else "no interval")
    return row.ratio


def pyperf_trial(
    effect: float, truth: float, baseline: Sequence[float], values: Sequence[float], seconds: float
) -> Trial:
    """Make a trial as `pyperf compare_to` judges it: the ratio of the means, and a t-test of all values.

    Source: `pyperf._utils.is_significant`, Student's two-sample test with pooled variance at 95 %.
    """
    ratio = estimates.pooled_ratio(values, baseline, CONFIDENCE)
    different = estimates.excludes_1(ratio, 0.0)
    return Trial("pyperf", effect, truth, ratio, different, different, seconds)


def scored(trials: Collection[Trial]) -> tuple[Score, ...]:
    """A score for each way, load and effect; the loop compared with itself comes first."""
    kinds = sorted({_kind(trial) for trial in trials})
    return tuple(_score([trial for trial in trials if _kind(trial) == kind]) for kind in kinds)


def _kind(trial: Trial) -> tuple[Way, int, float]:
    return trial.way, trial.beside, trial.effect


def _score(trials: Sequence[Trial]) -> Score:
    errors = [trial.error for trial in trials]
    different = sum(trial.different for trial in trials)
    return Score(
        trials[0].way,
        trials[0].effect,
        len(trials),
        different,
        sum(trial.right for trial in trials),
        sum(trial.called for trial in trials),
        estimates.share_estimate(different, len(trials), CONFIDENCE),
        math.sqrt(fmean(error**2 for error in errors)),
        fmean(errors),
        median(trial.ratio.half_width for trial in trials),
        median(trial.seconds for trial in trials),
        trials[0].beside,
    )


def smallest_difference(trials: Iterable[Trial], seconds: float) -> float | None:
    """The smallest difference that 19 of 20 comparisons of this length would report (0.01: 1 %); None without trials.

    The intervals of the baseline against itself tell it without a model: an interval that reaches down to -1 % excludes
    1 once a true effect lifts it by more than 1 %. For other durations it is scaled by the square root of time, since
    rounds are independent.
    """
    ours = [trial for trial in trials if trial.way == "lock-step" and not trial.effect]
    own = [trial for trial in ours if trial.beside == max(each.beside for each in ours)]  # the worst that was tried
    if not own:
        return None
    reaches = [abs(math.log(bound)) for trial in own for bound in (trial.ratio.low, trial.ratio.high) if bound]
    reach = estimates.quantile(reaches, POWER)
    return math.expm1(reach) * math.sqrt(median(trial.seconds for trial in own) / seconds)


def distrusted(score: Score) -> bool:
    """Whether lock-step certainly reported a loop as different from itself more often than its confidence allows."""
    return score.way == "lock-step" and not score.effect and (score.share.low or 0) > 1 - CONFIDENCE
