"""What to measure and in which order: cells, groups, rounds, sweeps. Pure: no process, no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta

from bench.plan.sampling import MOST_S, Sampling
from bench.subjects.loops import NAME, Loop
from bench.subjects.scenarios import GIVEN, Scenario
from bench.texts import SHOWN, Line

# What a file may say, and so what is kept: as on the command line.
Role: TypeAlias = Literal["baseline", "control", "loop"]
Thread: TypeAlias = Literal["main", "worker"]
LoopName: TypeAlias = Annotated[str, Meta(pattern=rf"\A{NAME.pattern}\Z")]
ScenarioName: TypeAlias = Annotated[str, Meta(pattern=r"\A\w{1,64}\Z")]
Affinity: TypeAlias = Annotated[
    str, Meta(max_length=1000, pattern=r"\A(auto|[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*)\Z")
]
CONTROL: Final = "control"
AUTO: Final = "auto"
TIMEOUT_S = 20.0


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
class Plan:
    """A whole run, as the user asked for it; the names are of loops and scenarios."""

    loops: Annotated[tuple[LoopName, ...], Meta(min_length=1, max_length=100)]
    scenarios: Annotated[tuple[ScenarioName, ...], Meta(min_length=1, max_length=100)]
    baseline: LoopName
    sampling: Sampling
    seed: Annotated[int, Meta(ge=0, lt=2**53)]
    delay_s: Annotated[float, Meta(ge=0, le=MOST_S)] = 0.0
    timeout_s: Annotated[float, Meta(ge=0.1, le=MOST_S)] = TIMEOUT_S
    affinity: Affinity | None = None
    thread: Thread = "main"


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
