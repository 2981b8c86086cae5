"""Which loops leak: what each lifecycle leaves behind, and goes on leaving behind. Pure.

It takes two looks, each in several fresh processes. What grows in all processes of the first look may leak, or may fill
a cache that has a limit. The second look, many lifecycles later, tells which. Only what grows there too is a leak.
A loop that leaves threads behind needs no second look: no pool of threads is that large, and thousands of threads are
more than a slow machine starts in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bench.resources.readings import Field, LoopCosts, Reading, Readings, median_of, points, slope


@dataclass(frozen=True, slots=True)
class Look:
    """How many lifecycles a look takes, those before `warm` included, and how many there are between two readings."""

    warm: int
    lifecycles: int
    step: int


FIRST = Look(warm=200, lifecycles=400, step=20)
LATER = Look(warm=2000, lifecycles=3000, step=100)
PLAIN_THREADS = 0.5  # per lifecycle in the first look: 200 threads after it


@dataclass(frozen=True, slots=True)
class Rule:
    """What counts as growth: more than `floor` per lifecycle, with at least this `share` of the steps upwards.

    `warm`: only lifecycles after the warm-up count.
    """

    floor: float
    share: float
    warm: bool


# A page has 4096 bytes and a step 20 lifecycles: below about 200 bytes, growth looks the same as an occasional page.
RULES: Mapping[Field, Rule] = {
    "descriptors": Rule(0, 0.3, warm=False),
    "threads": Rule(0, 0.3, warm=False),
    "resident": Rule(512, 0.7, warm=True),
    "traced": Rule(64, 0.7, warm=True),
}


def per_lifecycle(costs: LoopCosts, what: Field) -> float | None:
    """How much each lifecycle leaves behind for ever, as late as it was looked at: the median over processes."""
    first, later = _first(costs, what), _later(costs, what)
    if later:
        return median_of(slope(points(_settled(each, LATER), what)) for each in later)
    return median_of(slope(points(_settled(each, FIRST), what)) for each in first)


def suspects(costs: LoopCosts) -> tuple[Field, ...]:
    """What grows with the number of lifecycles in every process of the first look."""
    return tuple(what for what in RULES if _all_grow(_first(costs, what), what, FIRST))


def leaks(costs: LoopCosts) -> tuple[Field, ...]:
    """What grows with the number of lifecycles in every process, early and late, or until none is possible.

    Where threads plainly leak, the first look decides about all: each thread takes memory along.
    """
    suspected = suspects(costs)
    if "threads" in suspected and all(_threads(each) >= PLAIN_THREADS for each in costs.lived):
        return suspected
    return tuple(
        what
        for what in suspected
        if _all_grow(_later(costs, what), what, LATER) or all(each.ending for each in _first(costs, what))
    )


def to_confirm(costs: LoopCosts) -> tuple[Field, ...]:
    """What needs a second look."""
    return tuple(what for what in suspects(costs) if what not in leaks(costs))


def cleared(what: Field, delivery: Readings) -> bool:
    """Whether one process of the second look is enough to say that this does not leak."""
    return not delivery.ending and not _grows(delivery, what, LATER)


def undecided(costs: LoopCosts) -> bool:
    """Whether it can't be said if the loop leaks: no leak was seen, but lifecycles are missing or ended early."""
    complete = costs.lived and costs.traced_lived
    early = any(each.ending for each in (*costs.lived, *costs.traced_lived))
    unclear = [what for what in to_confirm(costs) if not any(cleared(what, each) for each in _later(costs, what))]
    return not leaks(costs) and bool(not complete or early or unclear)


def _threads(delivery: Readings) -> float:
    """How many threads each lifecycle leaves behind."""
    return slope(points(delivery.readings, "threads")) or 0


def _first(costs: LoopCosts, what: Field) -> Sequence[Readings]:
    return costs.traced_lived if what in {"objects", "traced"} else costs.lived


def _later(costs: LoopCosts, what: Field) -> Sequence[Readings]:
    return costs.traced_later if what in {"objects", "traced"} else costs.later


def _all_grow(deliveries: Sequence[Readings], what: Field, look: Look) -> bool:
    return bool(deliveries) and all(_grows(each, what, look) for each in deliveries)


def _grows(delivery: Readings, what: Field, look: Look) -> bool:
    rule, settled = RULES[what], _settled(delivery, look)
    if rule.warm and settled is delivery.readings:
        return False
    numbers = points(settled, what)
    steps = [after - before for (_, before), (_, after) in pairwise(numbers)]
    return (slope(numbers) or 0) > rule.floor and sum(step > 0 for step in steps) >= rule.share * len(steps)


def _settled(delivery: Readings, look: Look) -> tuple[Reading, ...]:
    """The readings after the warm-up; all readings where the loop did not get that far."""
    warm = tuple(reading for reading in delivery.readings if reading.loops >= look.warm)
    return warm if len(warm) > 2 else delivery.readings  # noqa: PLR2004  (two readings are not a trend)
