"""What is measured: a plan, its cells, and the groups in which they are compared. Pure: no process, no clock."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

from msgspec import Meta

from bench.plan.sampling import MOST_S, Sampling
from bench.subjects.loops import NAME, Loop
from bench.subjects.scenarios import GIVEN, Scenario
from bench.texts import SHOWN, Line

# What a file may hold is what the command line allows.
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


class Skip(NamedTuple):
    """A cell that is left out, and why."""

    cell: Cell
    reason: Line


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one scenario that are compared with each other, and those that are left out."""

    scenario: Scenario
    cells: tuple[Cell, ...]
    skips: tuple[Skip, ...]


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

    def cross(self, scenario: str) -> tuple[Cell, ...]:
        """All cells of one scenario: each loop, and the baseline a second time as control."""
        cells = []
        for loop in self.loops:
            roles: tuple[Role, ...] = ("baseline", CONTROL) if loop == self.baseline else ("loop",)
            cells += [Cell(scenario, loop, role, self.thread) for role in roles]
        return tuple(cells)


def skips(
    plan: Plan, loops: Collection[Loop], scenarios: Iterable[Scenario], python: tuple[int, int]
) -> tuple[Skip, ...]:
    """The cells that can't run on Python `python` (major, minor), as loops and scenarios declare it."""
    known = {loop.name: loop for loop in loops}
    return tuple(
        Skip(cell, reason)
        for scenario in scenarios
        for cell in plan.cross(scenario.name)
        if (reason := scenario.skip_reason(known[cell.loop], python))
    )


def groups(plan: Plan, scenarios: Iterable[Scenario], skips: Collection[Skip]) -> tuple[Group, ...]:
    """A group for each scenario. Only here cells are grouped: a run folder keeps scenarios and skips."""
    skipped = {skip.cell for skip in skips}
    return tuple(
        Group(
            scenario,
            tuple(cell for cell in plan.cross(scenario.name) if cell not in skipped),
            tuple(skip for skip in skips if skip.cell.scenario == scenario.name),
        )
        for scenario in scenarios
    )


def check(plan: Plan, scenarios: Collection[Scenario], skips: Collection[Skip]) -> None:
    """Refuse a plan that names something twice, and scenarios and skips of another plan; raises ValueError."""
    if plan.baseline not in plan.loops:
        raise ValueError("its baseline is not one of its loops")
    if len({*plan.loops}) < len(plan.loops) or len({*plan.scenarios}) < len(plan.scenarios):
        raise ValueError("its plan names a loop or a scenario twice")
    if [scenario.name for scenario in scenarios] != [*plan.scenarios]:
        raise ValueError("its scenarios are not those of its plan")
    skipped = [skip.cell for skip in skips]
    if len({*skipped}) < len(skipped):
        raise ValueError("it skips a cell twice")
    if strangers := {*skipped}.difference(*(plan.cross(name) for name in plan.scenarios)):
        raise ValueError(f"it skips a cell of {min(cell.scenario for cell in strangers)} that is not in its plan")
    for scenario in scenarios:
        if scenario.given not in GIVEN or not all(SHOWN.fullmatch(text) for text in (scenario.title, scenario.why)):
            raise ValueError(f"what it says of {scenario.name} is not what a scenario declares")
