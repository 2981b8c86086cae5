"""The answers, as records: what is printed, kept as JSON, and read back to make the guide."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.advice.asked import Asked
from bench.statistics.break_even import BreakEven
from bench.statistics.estimates import Estimate

Verdict: TypeAlias = Literal["saves", "costs", "does not matter", "unclear"]


@dataclass(frozen=True, slots=True)
class Paid:
    """When one loop has paid for its start, in one scenario: from lock-step rounds alone, in seconds and operations.

    `operations` is how many the longer lifecycle had, and `share` the part of it that they took.
    """

    scenario: str
    workload: str
    loop: str
    baseline: str
    python: str
    start_excess: Estimate
    saving: Estimate
    break_even: BreakEven
    rounds: int
    confidence: float
    operations: int
    share: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What one loop means for one program, in seconds; `part` is `difference` as a part of the program.

    The baseline has a total alone. `promises`: how many of asyncio's it keeps, where that was checked.
    """

    loop: str
    total: Estimate
    difference: Estimate | None = None
    part: Estimate | None = None
    verdict: Verdict | None = None
    break_even: BreakEven | None = None
    promises: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The answers for one kind of program with one workload.

    `what` is in words what the totals are of, `noun` what a break-even counts. `program_s`: how long the user's own
    program takes; None: it is the least program that does this, and parts are of the baseline's total. `noise` is the
    control's part of it.
    """

    profile: str
    workload: str
    what: str
    noun: str
    program_s: float | None
    answers: tuple[Answer, ...]
    noise: Estimate | None
    noise_verdict: Verdict | None
    rounds: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Point:
    """The seconds of a lifecycle with this number of operations."""

    operations: int
    total: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """What a chart of one loop needs: totals with their bands, and where it crosses the baseline's."""

    scenario: str
    workload: str
    loop: str
    points: tuple[Point, ...]
    crossing: BreakEven | None


@dataclass(frozen=True, slots=True)
class Advice:
    """All that was found. `imports`: how many lifecycles the import of asyncio takes as long as.

    `missing` says what could not be answered, and why. `factories`: where each loop is made, `module:function`.
    """

    asked: Asked
    measured: str
    baseline: str
    facts: Mapping[str, str]
    factories: Mapping[str, str]
    break_evens: tuple[Paid, ...]
    noise: tuple[Paid, ...]
    cases: tuple[Case, ...]
    curves: tuple[Curve, ...]
    imports: Estimate | None
    notes: tuple[str, ...]
    missing: tuple[str, ...]
