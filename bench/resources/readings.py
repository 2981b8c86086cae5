"""What loops cost besides time: the readings of gauges, and what follows from them: slopes and leaks. Pure.

A figure is a slope over several readings, so that whatever was there before cancels. Memory allocators behave
differently in each process, so a figure is the median of the slopes of several fresh processes.
"""

import itertools
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from bench.plan.cells import LoopName, ScenarioName
from bench.plan.sampling import MOST_ROUNDS
from bench.texts import Line

RESOURCES = "resources.json"  # in a run folder
PROCESSES = 5  # fresh processes for each figure that depends on allocators
OPEN, OPEN_STEP = 50, 10  # loops that are open at the same time
LIFECYCLES, LIFECYCLE_STEP = 400, 20
MOST_READINGS, MOST_PROCESSES = 50, 10  # that are accepted: a slope compares all pairs of readings
WARM = 200  # lifecycles before leaks are looked for: until then caches and allocators fill up

Count: TypeAlias = Annotated[int, Meta(ge=0, lt=2**53)]
Field: TypeAlias = Literal["descriptors", "threads", "resident", "objects", "traced"]
Stage: TypeAlias = Literal["create", "start", "work", "finish"]
ColdRole: TypeAlias = Literal["bare", "asyncio", "baseline", "control", "loop"]
Label: TypeAlias = Annotated[str, Meta(pattern=r"\A[\w.: -]{1,200}\Z")]  # of a program: a loop's name, or words
Name: TypeAlias = Annotated[str, Meta(pattern=r"\A\w{1,64}\Z")]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a process held after this many loops; memory in bytes.

    `objects` and `traced` come from tracemalloc and are 0 where it is off; `resident` is 0 where it is on.
    """

    loops: Count
    descriptors: Count
    threads: Count
    resident: Count
    objects: Count
    traced: Count


@dataclass(frozen=True, slots=True)
class Readings:
    """What one gauge delivers: its readings, and what ended it early, if anything did.

    Where loops are opened beside each other, the last reading is taken after all have been closed.
    """

    readings: Annotated[tuple[Reading, ...], Meta(max_length=MOST_READINGS)] = ()
    ending: Line | None = None
    error: Line | None = None


Processes: TypeAlias = Annotated[tuple[Readings, ...], Meta(max_length=MOST_PROCESSES)]


@dataclass(frozen=True, slots=True)
class Calls:
    """System calls of a typical lifecycle, by stage and name; or why there are none, and whether that is a failure.

    `slope` is the average number of calls per lifecycle: more than `total` where some are made only now and then.
    """

    scenario: ScenarioName
    stages: Mapping[Stage, Mapping[Name, Count]] = field(default_factory=dict)
    slope: Annotated[float, Meta(ge=0, lt=1e18)] = 0.0
    missing: Line | None = None
    failed: bool = False

    @property
    def total(self) -> int:
        """All calls of a typical lifecycle."""
        return sum(sum(names.values()) for names in self.stages.values())


@dataclass(frozen=True, slots=True)
class LoopCosts:
    """All figures of one loop, from fresh processes.

    `missing` says what failed. `skipped` is why the loop can't run the scenario, as the scenario declares it.
    """

    loop: LoopName
    version: Line | None
    opened: Processes = ()
    lived: Processes = ()
    traced_opened: Processes = ()
    traced_lived: Processes = ()
    calls: Annotated[tuple[Calls, ...], Meta(max_length=100)] = ()
    missing: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()
    skipped: Line | None = None

    @property
    def failed(self) -> bool:
        """Whether a figure is missing that should have been measured."""
        return bool(self.missing) or any(calls.failed for calls in self.calls)


@dataclass(frozen=True, slots=True)
class ColdStart:
    """One fresh interpreter: nanoseconds from just before it was started; only `ended` where it runs no loop.

    `began`: the program's first line; `asyncio` and `loop`: after their imports; `first`: the first line of `get_data`.
    """

    ended: Count
    began: Count = 0
    asyncio: Count = 0
    loop: Count = 0
    first: Count = 0


@dataclass(frozen=True, slots=True)
class ColdCell:
    """The cold starts of one program, one for each sweep; None where one failed, and why."""

    label: Label
    role: ColdRole
    starts: Annotated[tuple[ColdStart | None, ...], Meta(max_length=MOST_ROUNDS)]
    missing: Line | None = None

    def __post_init__(self) -> None:
        """Refuse times that are not above zero, since estimates divide by them, or not in order."""
        for start in filter(None, self.starts):
            times = [start.began, start.asyncio, start.loop, start.first, start.ended]
            if self.role in {"bare", "asyncio"}:
                times = times[-1:]
            if times[0] <= 0 or times != sorted(times):
                raise ValueError("its times are not in order")


@dataclass(frozen=True, slots=True)
class Resources:
    """The result of one survey; `scenario` is that of lifecycles and cold starts, `no_calls` why none were counted."""

    started: Line
    seed: Annotated[int, Meta(ge=0, lt=2**53)]
    scenario: ScenarioName
    facts: Mapping[Line, Line]
    loops: Annotated[tuple[LoopCosts, ...], Meta(max_length=100)]
    cold: Annotated[tuple[ColdCell, ...], Meta(max_length=200)]
    no_calls: Line | None = None


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


def slope(points: Sequence[tuple[int, int]]) -> float | None:
    """Growth per loop: the median slope over all pairs of points; None for fewer than two points.

    Source: Theil 1950, Sen 1968.
    """
    pairs = itertools.combinations(points, 2)
    slopes = [(then - now) / (later - first) for (first, now), (later, then) in pairs if later != first]
    return statistics.median(slopes) if slopes else None


def per_open_loop(deliveries: Sequence[Readings], what: Field) -> float | None:
    """How much one open loop holds: the median over processes."""
    readings = [each.readings if each.ending else each.readings[:-1] for each in deliveries]
    return _median(slope(_points(rows, what)) for rows in readings)


def left_after_close(deliveries: Sequence[Readings], what: Field) -> float | None:
    """How much is still there in total after all loops were closed and dropped: the median over processes."""
    complete = [each.readings for each in deliveries if not each.ending and each.readings]
    return _median(getattr(rows[-1], what) - getattr(rows[0], what) for rows in complete)


def per_lifecycle(deliveries: Sequence[Readings], what: Field) -> float | None:
    """How much each lifecycle leaves behind for ever after the warm-up: the median over processes."""
    return _median(slope(_points(_settled(each), what)) for each in deliveries)


def leaks(costs: LoopCosts) -> tuple[Field, ...]:
    """What grows with the number of lifecycles in every one of the fresh processes."""
    sources: Mapping[Field, Sequence[Readings]] = {
        "descriptors": costs.lived,
        "threads": costs.lived,
        "resident": costs.lived,
        "traced": costs.traced_lived,
    }
    grown = {what: [_grows(each, what, rule) for each in sources[what]] for what, rule in RULES.items()}
    return tuple(what for what, processes in grown.items() if processes and all(processes))


def undecided(costs: LoopCosts) -> bool:
    """Whether it can't be said if the loop leaks: no leak was seen, but lifecycles are missing or ended early."""
    complete = costs.lived and costs.traced_lived
    early = any(each.ending for each in (*costs.lived, *costs.traced_lived))
    return not leaks(costs) and (not complete or early)


def _grows(delivery: Readings, what: Field, rule: Rule) -> bool:
    settled = _settled(delivery)
    points = _points(settled, what)
    steps = [then - now for (_, now), (_, then) in itertools.pairwise(points)]
    if rule.warm and settled is delivery.readings:
        return False
    return (slope(points) or 0) > rule.floor and sum(step > 0 for step in steps) >= rule.share * len(steps)


def _settled(delivery: Readings) -> tuple[Reading, ...]:
    """The readings after the warm-up; all readings where the loop did not get that far."""
    warm = tuple(reading for reading in delivery.readings if reading.loops >= WARM)
    return warm if len(warm) > 2 else delivery.readings  # noqa: PLR2004  (two readings are not a trend)


def _points(readings: Sequence[Reading], what: Field) -> list[tuple[int, int]]:
    return [(reading.loops, getattr(reading, what)) for reading in readings]


def _median(figures: Iterator[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return statistics.median(known) if known else None
