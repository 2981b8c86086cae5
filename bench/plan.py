"""What to measure and in which order: cells, groups, rounds, sweeps. Pure: no process, no clock."""

import math
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta

from bench.catalog import GIVEN, Scenario
from bench.loops import NAME, Loop
from bench.texts import SHOWN, Line

MOST_ROUNDS, MOST_SWEEPS, MOST_ITERATIONS = 10_000, 10_000, 2**31 - 1  # far beyond what anybody measures
MOST_S = 1e6

# What a file may say, and so what is kept: as on the command line.
Role: TypeAlias = Literal["baseline", "control", "loop"]
Thread: TypeAlias = Literal["main", "worker"]
LoopName: TypeAlias = Annotated[str, Meta(pattern=rf"\A{NAME.pattern}\Z")]
ScenarioName: TypeAlias = Annotated[str, Meta(pattern=r"\A\w{1,64}\Z")]
Processors: TypeAlias = Annotated[
    str, Meta(max_length=1000, pattern=r"\A[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*\Z")
]
CONTROL: Final = "control"
CONFIDENCE = 0.95
TIMEOUT_S = 20.0
MINIMUM_SWEEPS = 3

# Rough costs seen on a two-core shared machine; they shape the estimate and nothing else.
LIFECYCLE_S, SLOWER_LOOPS, START_S, CALIBRATION_S = 80e-6, 1.4, 0.12, 0.5


@dataclass(frozen=True, slots=True)
class Cell:
    """One loop in one scenario, in the main thread or in another; the control is a second copy of the baseline."""

    scenario: ScenarioName
    loop: LoopName
    role: Role
    thread: Thread = "main"

    @property
    def label(self) -> str:
        """What it is called inside its group."""
        return CONTROL if self.role == CONTROL else self.loop


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one scenario that are compared with each other; `skips` are left out, and why."""

    scenario: Scenario
    cells: tuple[Cell, ...]
    skips: tuple[tuple[Cell, Line], ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much is measured: rounds of fresh processes, sweeps in a round, seconds in a value.

    Without a `precision` there are exactly so many `rounds`. With one there are at least so many, and then more where
    the intervals are wider than that to either side (0.02: ± 2 %), as long as `max_time_s` allows.
    """

    rounds: Annotated[int, Meta(ge=1, le=MOST_ROUNDS)] = 17
    sweeps: Annotated[int, Meta(ge=1, le=MOST_SWEEPS)] = 42
    value_s: Annotated[float, Meta(ge=1e-6, le=60)] = 0.003
    warmups: Annotated[int, Meta(ge=1, le=1000)] = 3
    round_s: Annotated[float, Meta(gt=0, le=MOST_S)] = 6.0
    precision: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_time_s: Annotated[float, Meta(gt=0, lt=1e13)] | None = None

    def iterations(self, lifecycle_s: float) -> int:
        """Lifecycles in one value, so that it lasts about `value_s` on the baseline."""
        return max(1, round(min(MOST_ITERATIONS, self.value_s / lifecycle_s)))

    def sweeps_for(self, lifecycle_s: float, cells: int) -> int:
        """Sweeps in a round: fewer where lifecycles are long, so that it ends in about `round_s`.

        A turn runs the lifecycles of one value and one more, untimed, before.
        """
        turn_s = lifecycle_s * (self.iterations(lifecycle_s) + 1)
        return max(MINIMUM_SWEEPS, min(self.sweeps, int(self.round_s / (turn_s * max(1, cells)))))


DEFAULT = Sampling(rounds=9, precision=0.02, max_time_s=120)
FAST = Sampling(rounds=6, sweeps=24)
RIGOROUS = Sampling(rounds=17, sweeps=60, precision=0.01, max_time_s=600)


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run, as the user asked for it; the names are of loops and scenarios."""

    loops: Annotated[tuple[LoopName, ...], Meta(min_length=1, max_length=100)]
    scenarios: Annotated[tuple[ScenarioName, ...], Meta(min_length=1, max_length=100)]
    baseline: LoopName
    sampling: Sampling
    seed: Annotated[int, Meta(ge=0, lt=2**53)]
    delay_s: Annotated[float, Meta(ge=0, le=MOST_S)] = 0.0
    timeout_s: Annotated[float, Meta(ge=0.1, le=MOST_S)] = TIMEOUT_S
    affinity: Processors | None = None
    thread: Thread = "main"


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a group: fresh processes, and for each sweep the order of the cells' turns."""

    group: Group
    index: int
    seed: str

    def __str__(self) -> str:
        """What is measured, for people."""
        return f"{self.group.scenario.name}, round {self.index + 1}"

    def orders(self, sweeps: int) -> tuple[tuple[Cell, ...], ...]:
        """For each sweep the cells in the order of their turns: shuffled cyclic Latin squares, one after another.

        So every cell has every position equally often, but for the last, incomplete square.
        """
        cells, rng = self.group.cells, random.Random(self.seed)
        orders: list[tuple[Cell, ...]] = []
        while len(orders) < sweeps:
            first = rng.sample(cells, len(cells))
            square = [tuple(first[shift:] + first[:shift]) for shift in range(len(cells))]
            orders += rng.sample(square, len(square))
        return tuple(orders[:sweeps])


def cross(
    loops: Collection[Loop],
    scenarios: Collection[Scenario],
    baseline: str,
    python: tuple[int, int],
    thread: Thread = "main",
) -> tuple[Group, ...]:
    """Cross loops with scenarios: a group each, with a control, and the declared skips beside."""
    groups = []
    for scenario in scenarios:
        reasons: dict[Cell, str | None] = {}
        for loop in loops:
            for role in _roles(loop.name, baseline):
                reasons[Cell(scenario.name, loop.name, role, thread)] = scenario.skip_reason(loop, python)
        cells = tuple(cell for cell, reason in reasons.items() if not reason)
        skips = tuple((cell, reason) for cell, reason in reasons.items() if reason)
        groups.append(Group(scenario, cells, skips))
    return tuple(groups)


def _roles(loop: str, baseline: str) -> tuple[Role, ...]:
    return ("baseline", CONTROL) if loop == baseline else ("loop",)


def check(plan: Plan, groups: Collection[Group]) -> None:
    """Refuse groups that can't have come of a plan by `cross`, and a plan that names twice; raises ValueError."""
    if plan.baseline not in plan.loops:
        raise ValueError("its baseline is none of its loops")
    if len({*plan.loops}) < len(plan.loops) or len({*plan.scenarios}) < len(plan.scenarios):
        raise ValueError("its plan names a loop or a scenario twice")
    if [group.scenario.name for group in groups] != [*plan.scenarios]:
        raise ValueError("its groups are not the scenarios of its plan")
    for scenario, found in ((group.scenario, [*group.cells, *(cell for cell, _ in group.skips)]) for group in groups):
        expected = {
            Cell(scenario.name, loop, role, plan.thread) for loop in plan.loops for role in _roles(loop, plan.baseline)
        }
        if {*found} != expected or len(found) != len(expected):
            raise ValueError(f"the cells of {scenario.name} are not those of its plan")
        if scenario.given not in GIVEN or not all(SHOWN.fullmatch(text) for text in (scenario.title, scenario.why)):
            raise ValueError(f"what it says of {scenario.name} is not what a scenario declares")


def schedule(
    groups: Collection[Group], rounds: int, seed: int, done: Mapping[str, int], used: Mapping[str, int]
) -> Iterator[Round]:
    """Rounds still to do: every group once, in an order shuffled anew, then every group again.

    `done` says how many rounds of each scenario are complete, `used` how many round numbers are taken: a round that was
    interrupted keeps its number, and what was measured in it.
    """
    for turn in range(rounds):
        order = [group for group in groups if group.cells]
        random.Random(f"{seed}/{turn}").shuffle(order)
        for group in order:
            name = group.scenario.name
            index = used.get(name, 0) + turn
            if turn < rounds - done.get(name, 0) and index < MOST_ROUNDS:  # a file may have taken the last number
                yield round_of(group, index, seed)


def round_of(group: Group, index: int, seed: int) -> Round:
    """One round of a group; its orders come from the plan's seed."""
    return Round(group, index, f"{seed}/{group.scenario.name}/{index}")


def confidence(compared: int) -> float:
    """Confidence of each interval in a table that compares so many loops (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / max(1, compared)


def minimum_rounds(compared: int) -> int:
    """Rounds that the exact sign interval needs at that confidence: 6 for one loop.

    With n rounds its widest interval, from the least to the greatest, misses with 2 / 2**n.
    """
    return math.ceil(math.log2(2 / (1 - confidence(compared))))


def estimated_seconds(groups: Collection[Group], sampling: Sampling, delay_s: float) -> float:
    """Wall time that a plan takes, roughly: on two cores, with loops slower than the baseline."""
    lifecycle_s = delay_s + LIFECYCLE_S
    turn_s = lifecycle_s * (sampling.iterations(lifecycle_s) + 1) * SLOWER_LOOPS
    total = 0.0
    for cells in (len(group.cells) for group in groups):
        turns = cells * sampling.sweeps_for(lifecycle_s, cells)
        round_s = cells * START_S + sampling.warmups * turn_s + turns * turn_s
        total += CALIBRATION_S + sampling.rounds * round_s
    return total
