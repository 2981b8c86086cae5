"""What loops cost besides time, as gauges read it; and what follows from the readings: slopes, and whether they leak.

Pure. A figure is a slope over several readings, so that what was there before cancels; and where memory allocators make
it differ from process to process, the median of the slopes of several fresh ones.
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
PROCESSES = 5  # fresh ones for each figure that allocators disturb
OPEN, OPEN_STEP = 50, 10  # loops that are open at once
LIFECYCLES, LIFECYCLE_STEP = 400, 20
MOST_READINGS, MOST_PROCESSES = 50, 10  # that are believed: a slope takes all pairs of them
WARM = 200  # lifecycles after which what grows is a leak: before, caches and allocators fill

Count: TypeAlias = Annotated[int, Meta(ge=0, lt=2**53)]
Field: TypeAlias = Literal["descriptors", "threads", "resident", "objects", "traced"]
Stage: TypeAlias = Literal["create", "start", "work", "finish"]
ColdRole: TypeAlias = Literal["bare", "asyncio", "baseline", "control", "loop"]
Label: TypeAlias = Annotated[str, Meta(pattern=r"\A[\w.: -]{1,200}\Z")]  # of a program: a loop's name, or two words
Name: TypeAlias = Annotated[str, Meta(pattern=r"\A\w{1,64}\Z")]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a process held after so many loops, memory in bytes.

    `objects` and `traced` are tracemalloc's; they are 0 where it does not look, and `resident` is 0 where it does.
    """

    loops: Count
    descriptors: Count
    threads: Count
    resident: Count
    objects: Count
    traced: Count


@dataclass(frozen=True, slots=True)
class Readings:
    """What one gauge delivers: its readings, the last of them after all was closed; and what ended it early, if so."""

    readings: Annotated[tuple[Reading, ...], Meta(max_length=MOST_READINGS)] = ()
    ending: Line | None = None
    error: Line | None = None


Processes: TypeAlias = Annotated[tuple[Readings, ...], Meta(max_length=MOST_PROCESSES)]


@dataclass(frozen=True, slots=True)
class Calls:
    """System calls of a typical lifecycle, by stage and name; or why there are none, and whether that is a failure.

    `slope`: calls of twice as many lifecycles less calls of so many, for one. It is the sum of the typical ones, but
    where a call is made only now and then.
    """

    scenario: ScenarioName
    stages: Mapping[Stage, Mapping[Name, Count]] = field(default_factory=dict)
    slope: Annotated[float, Meta(ge=0, lt=1e18)] = 0.0
    missing: Line | None = None
    failed: bool = False

    @property
    def total(self) -> int:
        """Of a typical lifecycle."""
        return sum(sum(names.values()) for names in self.stages.values())


@dataclass(frozen=True, slots=True)
class LoopCosts:
    """All readings of one loop, each of them in a fresh process.

    `missing`: what failed; `skipped`: why it does not run the scenario of the lifecycles, as the scenario declares it.
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
        """Whether anything of it could not be measured that should have been."""
        return bool(self.missing) or any(calls.failed for calls in self.calls)


@dataclass(frozen=True, slots=True)
class ColdStart:
    """One fresh interpreter, nanoseconds since just before it was started; only `ended` where nothing ran in it.

    `began`: first line of the program; `asyncio` and `loop`: these are imported; `first`: first line of `get_data`.
    """

    ended: Count
    began: Count = 0
    asyncio: Count = 0
    loop: Count = 0
    first: Count = 0


@dataclass(frozen=True, slots=True)
class ColdCell:
    """The cold starts of one program, one for each sweep; None where it failed, and why it did."""

    label: Label
    role: ColdRole
    starts: Annotated[tuple[ColdStart | None, ...], Meta(max_length=MOST_ROUNDS)]
    missing: Line | None = None

    def __post_init__(self) -> None:
        """Refuse times that can't be: what is divided by is more than nothing."""
        for start in filter(None, self.starts):
            times = [start.began, start.asyncio, start.loop, start.first, start.ended]
            if self.role in {"bare", "asyncio"}:
                times = times[-1:]
            if times[0] <= 0 or times != sorted(times):
                raise ValueError("its times are in no order")


@dataclass(frozen=True, slots=True)
class Resources:
    """All that was found out; the scenario is that of lifecycles and cold starts, `no_calls` why none were counted."""

    started: Line
    seed: Annotated[int, Meta(ge=0, lt=2**53)]
    scenario: ScenarioName
    facts: Mapping[Line, Line]
    loops: Annotated[tuple[LoopCosts, ...], Meta(max_length=100)]
    cold: Annotated[tuple[ColdCell, ...], Meta(max_length=200)]
    no_calls: Line | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What is growth: more than `floor` for each lifecycle, in at least this share of the steps; once `warm`, if so."""

    floor: float
    share: float
    warm: bool


# A page is 4096 bytes and a step 20 lifecycles, so less than some 200 bytes can't be told from a page now and then.
RULES: Mapping[Field, Rule] = {
    "descriptors": Rule(0, 0.3, warm=False),
    "threads": Rule(0, 0.3, warm=False),
    "resident": Rule(512, 0.7, warm=True),
    "traced": Rule(64, 0.7, warm=True),
}


def slope(points: Sequence[tuple[int, int]]) -> float | None:
    """Rise for one loop: the median of the slopes of all pairs; None for fewer than two.

    Source: Theil 1950, Sen 1968.
    """
    pairs = itertools.combinations(points, 2)
    slopes = [(then - now) / (later - first) for (first, now), (later, then) in pairs if later != first]
    return statistics.median(slopes) if slopes else None


def per_open_loop(found: Sequence[Readings], what: Field) -> float | None:
    """How much one open loop holds: the median over processes."""
    return _median(slope(_points(one.readings if one.ending else one.readings[:-1], what)) for one in found)


def left_after_close(found: Sequence[Readings], what: Field) -> float | None:
    """How much is still there, in all, when all loops are closed and dropped: the median over processes."""
    complete = [one.readings for one in found if not one.ending and one.readings]
    return _median(getattr(rows[-1], what) - getattr(rows[0], what) for rows in complete)


def per_lifecycle(found: Sequence[Readings], what: Field) -> float | None:
    """How much one lifecycle leaves for ever, once warm: the median over processes."""
    return _median(slope(_points(_settled(one), what)) for one in found)


def leaks(costs: LoopCosts) -> tuple[Field, ...]:
    """What grows with the number of lifecycles, and does so in every one of the fresh processes."""
    sources: Mapping[Field, Sequence[Readings]] = {
        "descriptors": costs.lived,
        "threads": costs.lived,
        "resident": costs.lived,
        "traced": costs.traced_lived,
    }
    grown = {what: [_grows(one, what, rule) for one in sources[what]] for what, rule in RULES.items()}
    return tuple(what for what, processes in grown.items() if processes and all(processes))


def undecided(costs: LoopCosts) -> bool:
    """Whether it may leak, for all that is known: lifecycles came to an early end, and what they left did not grow."""
    looked = costs.lived and costs.traced_lived
    early = any(one.ending for one in (*costs.lived, *costs.traced_lived))
    return not leaks(costs) and (not looked or early)


def _grows(found: Readings, what: Field, rule: Rule) -> bool:
    settled = _settled(found)
    points = _points(settled, what)
    steps = [then - now for (_, now), (_, then) in itertools.pairwise(points)]
    if rule.warm and settled is found.readings:
        return False
    return (slope(points) or 0) > rule.floor and sum(step > 0 for step in steps) >= rule.share * len(steps)


def _settled(found: Readings) -> tuple[Reading, ...]:
    """The readings after warm-up; all of them where a loop did not come that far."""
    warm = tuple(reading for reading in found.readings if reading.loops >= WARM)
    return warm if len(warm) > 2 else found.readings  # noqa: PLR2004  (two are no trend)


def _points(readings: Sequence[Reading], what: Field) -> list[tuple[int, int]]:
    return [(reading.loops, getattr(reading, what)) for reading in readings]


def _median(numbers: Iterator[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return statistics.median(known) if known else None
