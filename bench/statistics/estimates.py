"""Numbers to estimates: medians, intervals, verdicts. docs/method.md says why each is what it is."""

import functools
import math
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt
from scipy import special, stats

CONFIDENCE = 0.95


def confidence(compared: int) -> float:
    """Confidence of each interval in a table that compares this number of loops (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / max(1, compared)


def minimum_rounds(compared: int) -> int:
    """Rounds that the exact sign interval needs at that confidence: 6 for one loop.

    With n rounds, the widest interval runs from the least to the greatest. It misses the median with 2 / 2**n.
    """
    return math.ceil(math.log2(2 / (1 - confidence(compared))))


THRESHOLD = 0.01  # of the baseline: a ratio closer to 1 than this is called the same


Array: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its confidence interval; the bounds are None where there were too few rounds."""

    value: float
    low: float | None
    high: float | None

    @property
    def half_width(self) -> float:
        """Half the width of the interval as a part of the value (0.02: ± 2 %); infinite without bounds."""
        return math.inf if self.low is None or self.high is None else (self.high - self.low) / 2 / self.value

    def each(self, number: int) -> "Estimate":
        """The part of one of this number of equal parts."""
        low, high = (None if bound is None else bound / number for bound in (self.low, self.high))
        return Estimate(self.value / number, low, high)


def median_estimate(numbers: Array, level: float) -> Estimate:
    """The median, and its exact distribution-free interval from the sign test.

    Source: Conover, *Practical Nonparametric Statistics* (1999), 3.2; `scipy.stats.quantile_test`.
    """
    ordered = np.sort(numbers)
    low, high = (None if place is None else float(ordered[place]) for place in _ends(len(numbers), level))
    return Estimate(statistics.median(ordered.tolist()), low, high)  # of a dozen, numpy's takes ten times as long


def mean_and_variance(numbers: Array) -> tuple[float, float]:
    """The mean, and the variance of the numbers as a sample.

    With numpy's and the standard library's own, `history` of a year of a lab takes 1.4 times as long.
    """
    mean = float(numbers.sum()) / len(numbers)
    away = numbers - mean
    return mean, float(away @ away) / (len(numbers) - 1)


@functools.cache
def _ends(number: int, level: float) -> tuple[int | None, int | None]:
    """The indices, among `number` sorted numbers, of those that bound that interval; None for too few."""
    places = np.arange(number, dtype=np.float64)
    bounds = cast("tuple[float, float]", stats.quantile_test(places, p=0.5).confidence_interval(level))
    low, high = (None if math.isnan(bound) else int(bound) for bound in bounds)
    return low, high


def paired_estimate(these: Sequence[float], those: Sequence[float], level: float, *, ratio: bool = False) -> Estimate:
    """Estimate these numbers minus those, pair by pair; with `ratio`, these divided by those."""
    pairs = np.array(these, np.float64), np.array(those, np.float64)
    if ratio:
        return exponential(median_estimate(np.log(pairs[0]) - np.log(pairs[1]), level))
    return median_estimate(pairs[0] - pairs[1], level)


def mean_estimate(numbers: Array, level: float) -> Estimate:
    """The mean, and Student's interval for it: the paired t-test, since these are differences."""
    if len(numbers) == 1:
        return Estimate(float(numbers[0]), None, None)
    mean, variance = mean_and_variance(numbers)
    half = math.sqrt(variance / len(numbers)) * student(level, len(numbers) - 1)
    return Estimate(mean, mean - half, mean + half)


@functools.lru_cache(maxsize=1024)
def student(level: float, freedom: float) -> float:
    """How many standard errors an interval of this level reaches to either side, by Student's distribution."""
    return float(special.stdtrit(freedom, (1 + level) / 2))


def agreed_verdict(logs: Array, level: float, threshold: float = THRESHOLD) -> str:
    """Faster, slower or same if the sign interval and the paired t agree; otherwise inconclusive."""
    return agreed((median_estimate(logs, level), mean_estimate(logs, level)), threshold)


def agreed(intervals: Collection[Estimate], threshold: float) -> str:
    """The verdict that all these intervals of log ratios share; otherwise inconclusive."""
    verdicts = {verdict(interval, threshold) for interval in intervals}
    return verdicts.pop() if len(verdicts) == 1 else "inconclusive"


def verdict(log_ratio: Estimate, threshold: float) -> str:
    """The verdict of one interval of log ratios: it must lie wholly beyond the threshold, or wholly within it."""
    edge = math.log1p(threshold)
    if log_ratio.low is None or log_ratio.high is None:
        return "inconclusive"
    if log_ratio.high < -edge:
        return "faster"
    if log_ratio.low > edge:
        return "slower"
    return "same" if -edge <= log_ratio.low and log_ratio.high <= edge else "inconclusive"


def exponential(log_ratio: Estimate) -> Estimate:
    """The ratio that this is the logarithm of."""
    low, high = (None if bound is None else _exp(bound) for bound in (log_ratio.low, log_ratio.high))
    return Estimate(_exp(log_ratio.value), low, high)


def _exp(logarithm: float) -> float:
    """Infinite where it overflows: Student's interval of two wild rounds can reach that far."""
    try:
        return math.exp(logarithm)
    except OverflowError:
        return math.inf


def excludes_1(ratio: Estimate, threshold: float) -> bool:
    """Whether the interval of a ratio lies wholly beyond the threshold."""
    return (ratio.low or 0) > 1 + threshold or (ratio.high or math.inf) < 1 / (1 + threshold)


def pooled_ratio(these: Sequence[float], those: Sequence[float], level: float) -> Estimate:
    """The ratio of the means, these ÷ those, and the interval of Student's two-sample test with pooled variance.

    The interval excludes 1 exactly when the test at that level is significant.
    """
    mean = float(np.mean(those))
    bounds = stats.ttest_ind(these, those).confidence_interval(level)
    low, high = (1 + float(bound) / mean for bound in (bounds.low, bounds.high))
    return Estimate(float(np.mean(these)) / mean, low, high)


def share_estimate(hits: int, number: int, level: float) -> Estimate:
    """The share of hits among this number of trials, and its exact binomial interval (Clopper & Pearson 1934)."""
    bounds = stats.binomtest(hits, number).proportion_ci(level, "exact")
    return Estimate(hits / number, float(bounds.low), float(bounds.high))


def quantile(numbers: Sequence[float], part: float) -> float:
    """The number that this part of all numbers does not exceed (0.5: the median), interpolated linearly."""
    return float(np.quantile(numbers, part))
