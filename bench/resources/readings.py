"""What loops cost besides time: the readings of gauges, and the figures that follow from them. Pure.

A figure is a slope over several readings, so that whatever was there before cancels. Memory allocators behave
differently in each process, so a figure is the median of the slopes of several fresh processes.
"""

import itertools
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from bench.plan.cells import LoopName, ScenarioName
from bench.plan.sampling import MOST_ROUNDS
from bench.texts import Line

RESOURCES = "resources.json"  # in a run folder
PROCESSES = 5  # fresh processes for each figure that depends on allocators
OPEN, OPEN_STEP = 50, 10  # loops that are open at the same time
MOST_READINGS, MOST_PROCESSES = 50, 10  # that are accepted: a slope compares all pairs of readings

Count: TypeAlias = Annotated[int, Meta(ge=0, lt=2**53)]
Limit: TypeAlias = Annotated[int, Meta(ge=-1, lt=2**53)]  # -1: none
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

    Where loops are opened beside each other, `closed` is read after all of them have been closed, and the last of the
    readings after all have been dropped too. `limits` are those of open files before the loop's package is imported and
    at the end.
    """

    readings: Annotated[tuple[Reading, ...], Meta(max_length=MOST_READINGS)] = ()
    ending: Line | None = None
    error: Line | None = None
    closed: Reading | None = None
    limits: tuple[Limit, Limit] | None = None


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

    `opened`: loops that are open at the same time; `lived`: lifecycles, and `later` more of them, where the first ones
    left something behind; `abandoned`: loops that are dropped and never closed; `traced_…`: the same with tracemalloc.
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
    later: Processes = ()
    traced_later: Processes = ()
    abandoned: Processes = ()

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
    return median_of(slope(points(rows, what)) for rows in readings)


def held_until_dropped(deliveries: Sequence[Readings], what: Field) -> float | None:
    """How much one loop still holds after it was closed, until it is dropped: the median over processes."""
    pairs = [(each.closed, each.readings[-1]) for each in deliveries if each.closed and each.readings]
    return median_of((getattr(closed, what) - getattr(dropped, what)) / closed.loops for closed, dropped in pairs)


def left_after_close(deliveries: Sequence[Readings], what: Field) -> float | None:
    """How much is still there in total after all loops were closed and dropped: the median over processes."""
    complete = [each.readings for each in deliveries if not each.ending and each.readings]
    return median_of(getattr(rows[-1], what) - getattr(rows[0], what) for rows in complete)


def never_given_back(deliveries: Sequence[Readings], what: Field) -> float | None:
    """How much each loop leaves behind that is dropped and never closed: the median over processes."""
    return median_of(slope(points(each.readings, what)) for each in deliveries)


def raised_limit(deliveries: Sequence[Readings]) -> tuple[int, int] | None:
    """The limits of open files before the loop's package was imported and at the end; None if they are the same."""
    changed = (each.limits for each in deliveries if each.limits and each.limits[0] != each.limits[1])
    return next(changed, None)


def points(readings: Sequence[Reading], what: Field) -> list[tuple[int, int]]:
    """One field of the readings, by numbers of loops."""
    return [(reading.loops, getattr(reading, what)) for reading in readings]


def median_of(figures: Iterable[float | None]) -> float | None:
    """The median of the figures that there are; None if there are none."""
    known = [figure for figure in figures if figure is not None]
    return statistics.median(known) if known else None
