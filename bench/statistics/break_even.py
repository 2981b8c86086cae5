"""From how many operations on a loop has paid for its start: the break-even, with an exact confidence set. Pure.

In each round a loop starts `s` seconds slower than the baseline, and saves `b` seconds with each operation. After n
operations it is s - n·b seconds behind. The set of all n whose interval of s - n·b contains 0 holds the break-even as
often as the interval holds its median, also where it is infinite because `b` may be 0: no ratio is estimated.
Source: Fieller 1954, *Some problems in interval estimation*, here with the sign test in place of Student's.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import optimize

from bench.statistics.estimates import Array, Estimate, mean_estimate, median_estimate

Kind: TypeAlias = Literal["after", "never", "always", "unknown"]
Interval: TypeAlias = Callable[[Array, float], Estimate]


@dataclass(frozen=True, slots=True)
class BreakEven:
    """When a loop is ahead of the baseline: `after` some operations, `always` from the first, `never`, or `unknown`.

    `value`, `low` and `high` are numbers of operations. Only `after` has all three. With `unknown`, `low` says that
    the loop has not paid before, and is None where even that is not known.
    """

    kind: Kind
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def allows(self, operations: float) -> bool:
        """Whether the break-even may be at this number of operations; at infinity: whether it may never come."""
        if self.kind in {"never", "always"}:
            return operations == (math.inf if self.kind == "never" else 0)
        return (self.low or 0) <= operations <= (math.inf if self.high is None else self.high)


UNKNOWN = BreakEven("unknown")


def parts(one: Array, many: Array, operations: int) -> tuple[Array, Array]:
    """Seconds of a start and of each operation, round by round.

    `one` and `many` are the seconds of whole lifecycles with one operation and with this number of operations.
    """
    each = (many - one) / (operations - 1)
    return one - each, each


def break_even(starts: Array, savings: Array, level: float) -> BreakEven:
    """When a loop has paid for its start, at this confidence; unknown where Student's interval says something else.

    `starts` are s, the seconds by which it starts slower, and `savings` are b, those that each operation saves: one
    number for each round. A loop that starts faster and works slower is `unknown`: ask for the baseline's against it.
    """
    found, beside = by_signs(starts, savings, level), by_means(starts, savings, level)
    return found if found.kind == beside.kind else UNKNOWN


def by_signs(starts: Array, savings: Array, level: float) -> BreakEven:
    """The same, by the exact sign interval of the median alone."""
    if median_estimate(starts, level).low is None:
        return UNKNOWN
    crossings = [s / b for s, b in zip(starts, savings, strict=True) if b]

    def behind(operations: float) -> float:
        return float(np.median(starts - operations * savings))

    def root(high: float) -> float:
        return 0.0 if behind(0) <= 0 else float(optimize.brentq(behind, 0, math.nextafter(high, math.inf)))

    return _set(crossings, median_estimate, (starts, savings), level, root)


def by_means(starts: Array, savings: Array, level: float) -> BreakEven:
    """The same, by Student's interval of the mean alone: Fieller's set."""
    means = mean_estimate(starts, level), mean_estimate(savings, level)
    (s, b), halves = (mean.value for mean in means), [(mean.high or 0) - mean.value for mean in means]
    if means[0].high is None:
        return UNKNOWN
    covariance = _correlation(starts, savings) * math.prod(halves)
    roots = np.roots([b**2 - halves[1] ** 2, 2 * (covariance - s * b), s**2 - halves[0] ** 2])
    crossings = [float(root.real) for root in roots if not root.imag]
    return _set(crossings, mean_estimate, (starts, savings), level, lambda high: min(max(0.0, s / b), high))


def _correlation(starts: Array, savings: Array) -> float:
    spread = float(np.std(starts) * np.std(savings))
    return float(np.mean((starts - starts.mean()) * (savings - savings.mean()))) / spread if spread else 0.0


def _set(
    crossings: Iterable[float],
    interval: Interval,
    both: tuple[Array, Array],
    level: float,
    root: Callable[[float], float],
) -> BreakEven:
    """The hull of all n whose interval contains 0; between two crossings, all n are alike."""
    ends = [0.0, *sorted({float(crossing) for crossing in crossings if 0 < crossing < math.inf})]
    middles = [(low + high) / 2 for low, high in itertools.pairwise(ends)] + [2 * ends[-1] + 1]
    sides = [_side(interval(both[0] - middle * both[1], level)) for middle in middles]
    if len(set(sides)) == 1 and sides[0]:
        return BreakEven("never" if sides[0] > 0 else "always")
    low = ends[_leading(sides, 1)]
    if sides[-1] < 0:
        high = ends[len(sides) - _leading(sides[::-1], -1)]
        return BreakEven("after", root(high), low, high)
    return BreakEven("unknown", low=low or None)


def _leading(sides: Sequence[int], side: int) -> int:
    """How many of these, from the first on, are on this side."""
    return len([*itertools.takewhile(lambda one: one == side, sides)])


def _side(behind: Estimate) -> int:
    """1 where the loop is certainly behind, -1 where it is certainly ahead, otherwise 0."""
    return int((behind.low or 0) > 0) - int((behind.high or 0) < 0)
