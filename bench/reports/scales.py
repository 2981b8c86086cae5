"""Numbers to positions on an axis, and which numbers stand at it. Pure."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from bench.reports.pictures import Axis

LEFT, RIGHT = 2.0, 98.0  # per cent of the width
GAP = 8.5  # per cent that numbers at the axis are apart, at least: room for them on a phone
STEPS: Sequence[Sequence[float]] = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
MOST_DECADES = 40
LEAST_ROOM = 1e-12  # of an axis with 0: smaller numbers can't be told from it


def percent(axis: Axis, value: float) -> float:
    """Where a number is, in per cent of the width; beyond the ends it is at the end."""
    low, high, at = (_along(axis, number) for number in (axis.low, axis.high, value))
    part = (at - low) / (high - low) if high > low else 0.5
    return round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, part)), 2)


def ticks(axis: Axis) -> tuple[tuple[float, str], ...]:
    """The numbers at the axis, as many as fit, with their texts."""
    candidates = (_inside(axis, numbers) for numbers in _candidates(axis))
    chosen = next((numbers for numbers in candidates if _fits(axis, numbers)), [axis.low])
    return tuple((number, f"{number / axis.size:.6g}") for number in chosen)


def around(numbers: Iterable[float], *, logarithmic: bool = True) -> tuple[float, float]:
    """The ends of an axis on which these numbers lie, with some room beside them."""
    known = [number for number in numbers if math.isfinite(number) and (number > 0 or not logarithmic)] or [1.0]
    low, high = min(known), max(known)
    if not logarithmic:
        return 0.0, high * 1.05 or 1.0
    room = max(0.02, 0.06 * math.log(high / low))
    return low * math.exp(-room), high * math.exp(room)


def evenly(numbers: Iterable[float]) -> tuple[float, float]:
    """The ends of an axis on which these numbers and 0 lie, with some room beside them."""
    known = [0.0, *(number for number in numbers if math.isfinite(number))]
    low, high = min(known), max(known)
    room = max(0.08 * (high - low), LEAST_ROOM)
    return low - room, high + room


def _along(axis: Axis, number: float) -> float:
    return math.log(max(number, axis.low)) if axis.logarithmic else number


def _candidates(axis: Axis) -> Iterator[Iterable[float]]:
    """Numbers that could stand at the axis, the most first."""
    if not axis.logarithmic or axis.high / axis.low < 1.8:  # noqa: PLR2004  (below it, equal steps look equal)
        span = (axis.high - axis.low) / axis.size
        power = 10 ** math.floor(math.log10(span or 1))
        for step in (power * part for part in (0.1, 0.2, 0.5, 1, 2, 5, 10)):
            first = math.floor(axis.low / axis.size / step)
            yield [(first + index) * step * axis.size for index in range(103)]
    decades = range(math.floor(math.log10(axis.low or 1)), math.ceil(math.log10(axis.high or 1)) + 1)
    if axis.logarithmic and len(decades) <= MOST_DECADES:
        yield from ([part * 10.0**decade for decade in decades for part in steps] for steps in STEPS)
    yield [10.0**decade for decade in decades[:: 1 + len(decades) // 8]]


def _inside(axis: Axis, numbers: Iterable[float]) -> list[float]:
    rounding = 1e-9 * (axis.high - axis.low)
    return [number for number in numbers if axis.low - rounding <= number <= axis.high + rounding]


def _fits(axis: Axis, numbers: Sequence[float]) -> bool:
    positions = [percent(axis, number) for number in numbers]
    return len(positions) > 1 and all(b - a >= GAP for a, b in itertools.pairwise(positions))
