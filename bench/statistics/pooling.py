"""Effects to one effect: a loop's ratio over several runs of a machine, and over several machines.

Machines differ by much more than measuring adds, so they are a random sample of machines: a random-effects
meta-analysis estimates their mean, how far they differ, and where the next machine lies. Only ratios are pooled.
Only this module imports statsmodels. benchmarks/machines.py says how often the intervals hold the truth.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from bench.errors import INSTALLED
from bench.statistics.estimates import (
    CONFIDENCE,
    THRESHOLD,
    Array,
    Estimate,
    exponential,
    mean_and_variance,
    student,
    verdict,
)

LEAST_MACHINES = 3  # of two, nothing can be said about how far machines differ
LEAST_ROUNDS = 2
LEAST_VARIANCE = 1e-10  # of a log ratio: 0.001 %, where all rounds gave the same number
MEDIAN = math.pi / 2  # variance of a median ÷ that of a mean, of many normal numbers
LIKELY = 400  # values of the variance between machines that stand for all
PRECISE = 1e-9
FARTHEST = 8.0  # standard deviations: nothing of a normal distribution lies beyond
HALVINGS = 60
STEPS = 200  # of the iteration; it doubles the variance in a step, so that a hundred would do
MISSING = f"statsmodels is not installed: pip install '{INSTALLED}[fleet]'"


class Effect(NamedTuple):
    """The logarithm of a ratio, and the variance of that number."""

    log: float
    variance: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """A loop's ratio over machines.

    `ratio` is that of the average machine; `verdict` follows from its interval. `tau` is the standard deviation of the
    logarithms of the machines' true ratios: 0.1 is about 10 %. `next_machine` has the bounds within which 95 % of
    further machines lie, if those measured are a fair sample of them.
    """

    ratio: Estimate
    tau: float
    next_machine: Estimate
    verdict: str


def effect_of(logs: Array) -> Effect | None:
    """What one run says: the median over its rounds; None for a single round, whose variance nobody knows."""
    if len(logs) < LEAST_ROUNDS:
        return None
    _, variance = mean_and_variance(logs)
    return Effect(statistics.median(logs.tolist()), max(MEDIAN * variance / len(logs), LEAST_VARIANCE))


def of_machine(effects: Sequence[Effect]) -> Effect:
    """What several runs of one machine say together: each run counts the same.

    The variance is that between runs, but never less than the rounds of the runs make it.
    """
    logs, variances = (np.array(numbers, np.float64) for numbers in zip(*effects, strict=True))
    number = len(effects)
    variance = max(float(np.var(logs, ddof=1)) / number, float(np.sum(variances)) / number**2)
    return Effect(float(np.mean(logs)), variance)


def interval(effect: Effect, number: int, level: float) -> Estimate:
    """Student's interval of a log ratio that so many runs or machines gave."""
    half = math.sqrt(effect.variance) * student(level, number - 1)
    return Estimate(effect.log, effect.log - half, effect.log + half)


def pooled(effects: Sequence[Effect], level: float, threshold: float = THRESHOLD) -> Pooled | None:
    """The average machine and the next one, from one effect of each; None without statsmodels.

    The variance between machines is iterated until it explains how far they differ (Paule & Mandel 1982). The interval
    is that of Hartung & Knapp (2001), no narrower than if machines did not differ (Röver, Knapp & Friede 2015). The
    next machine's is never narrower than that at its level.
    """
    combine = _combine()
    if combine is None:
        return None
    logs, variances = (np.array(numbers, np.float64) for numbers in zip(*effects, strict=True))
    mean, between, within = combine(logs, variances)
    average = interval(Effect(mean, within), len(effects), level)
    low, high = _next_machine(logs, variances)
    certain = interval(Effect(mean, within), len(effects), CONFIDENCE)
    following = exponential(Estimate(mean, min(low, certain.low or low), max(high, certain.high or high)))
    return Pooled(exponential(average), math.sqrt(between), following, verdict(average, threshold))


def _next_machine(logs: Array, variances: Array) -> tuple[float, float]:
    """Between which log ratios the next machine lies in 95 % of cases.

    One value of the variance between machines would be too sure: few machines, or uncertain ones, often show none at
    all. So every value counts as often as Cochran's Q, which has a chi-squared distribution, makes it likely. Each
    gives a normal distribution of the next machine; the interval is that of their mixture. Where measuring adds
    nothing, that is Student's interval, exactly.

    Source: Nagashima, Noma & Furukawa, *Prediction intervals for random-effects meta-analysis* (2019).
    """
    parts = (np.arange(LIKELY) + 0.5) / LIKELY
    between = _explaining(logs, variances, special.chdtri(len(logs) - 1, 1 - parts))
    weights = 1 / (variances + between[:, None])
    means, spreads = weights @ logs / weights.sum(1), np.sqrt(between + 1 / weights.sum(1))
    return _end(means, spreads, (1 - CONFIDENCE) / 2), _end(means, spreads, (1 + CONFIDENCE) / 2)


def _explaining(logs: Array, variances: Array, wanted: Array) -> Array:
    """For each wanted value of Cochran's Q, the variance between machines that gives it; 0 where none is so large.

    Q falls with the variance and is convex, so that Newton's steps from 0 never go too far.
    """
    between, step = np.zeros_like(wanted), np.full_like(wanted, np.inf)
    while np.any(step > PRECISE * between):
        weights = 1 / (variances + between[:, None])
        squares = (logs - (weights @ logs / weights.sum(1))[:, None]) ** 2
        too_much = (weights * squares).sum(1) - wanted
        slopes = (weights**2 * squares).sum(1)
        step = np.divide(too_much, slopes, out=np.zeros_like(wanted), where=(too_much > 0) & (slopes > 0))
        between += step
    return between


def _end(means: Array, spreads: Array, part: float) -> float:
    """The number below which this part of a mixture of normal distributions lies."""
    low, high = float(np.min(means - FARTHEST * spreads)), float(np.max(means + FARTHEST * spreads))
    for _ in range(HALVINGS):
        middle_ = (low + high) / 2
        is_below = float(np.mean(special.ndtr((middle_ - means) / spreads))) < part
        low, high = (middle_, high) if is_below else (low, middle_)
    return (low + high) / 2


def is_installed() -> bool:
    """Whether there is statsmodels."""
    return _combine() is not None


def _combine() -> Callable[[Array, Array], tuple[float, float, float]] | None:
    """A function from effects and their variances to mean, variance between machines, and variance of the mean."""
    try:
        from statsmodels.stats.meta_analysis import combine_effects
    except ImportError:
        return None

    def combined(logs: Array, variances: Array) -> tuple[float, float, float]:
        with np.errstate(divide="ignore"):  # of a figure that is not used, where machines do not differ at all
            found = combine_effects(logs, variances, method_re="iterated", maxiter=STEPS)
        scale = max(1.0, float(found.scale_hksj_re))
        return float(found.mean_effect_re), float(found.tau2), scale * float(found.var_eff_w_re)

    return combined
