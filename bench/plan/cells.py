"""What is measured: a plan, its cells, and the groups in which they are compared. Pure: no process, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

from msgspec import Meta

from bench.plan.sampling import MOST_S, Sampling
from bench.subjects import interpreters
from bench.subjects.interpreters import Interpreter
from bench.subjects.loops import NAME, Loop
from bench.subjects.scenarios import GIVEN, Scenario
from bench.subjects.workloads import SLEEP, TEXT, name_of
from bench.texts import SHOWN, Line

# What a file may hold is what the command line allows.
Role: TypeAlias = Literal["baseline", "control", "loop"]
Thread: TypeAlias = Literal["main", "worker"]
LoopName: TypeAlias = Annotated[str, Meta(pattern=rf"\A{NAME.pattern}\Z")]
InterpreterName: TypeAlias = Annotated[str, Meta(pattern=rf"\A{interpreters.NAME.pattern}\Z")]
CellInterpreter: TypeAlias = Annotated[str, Meta(pattern=rf"\A({interpreters.NAME.pattern})?\Z")]
Label: TypeAlias = Annotated[str, Meta(max_length=300)]
ScenarioName: TypeAlias = Annotated[str, Meta(pattern=r"\A\w{1,64}\Z")]
WorkloadText: TypeAlias = Annotated[str, Meta(max_length=200, pattern=rf"\A{TEXT.pattern}\Z")]
GroupName: TypeAlias = Annotated[str, Meta(max_length=300)]
Affinity: TypeAlias = Annotated[
    str, Meta(max_length=1000, pattern=r"\A(auto|[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*)\Z")
]
CONTROL: Final = "control"
AUTO: Final = "auto"
TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One loop in one scenario with one workload, in one thread, on one interpreter; the control is a second baseline.

    `interpreter` is empty where the run has only one.
    """

    scenario: ScenarioName
    loop: LoopName
    role: Role
    thread: Thread = "main"
    workload: WorkloadText = SLEEP
    interpreter: CellInterpreter = ""

    @property
    def group(self) -> str:
        """The name of its group."""
        return group_name(self.scenario, self.workload)

    @property
    def label(self) -> str:
        """What it is called inside its group."""
        return CONTROL if self.role == CONTROL else label_of(self.loop, self.interpreter)


def group_name(scenario: str, workload: str) -> str:
    """What a group is called in tables: `runner`, and with another workload than `sleep` `runner/turns=1000`."""
    return scenario if workload == SLEEP else f"{scenario}/{workload}"


def label_of(loop: str, interpreter: str) -> str:
    """What a loop is called in tables: `uvloop`, and `uvloop@3.13` where a run has several interpreters."""
    return f"{loop}@{interpreter}" if interpreter else loop


class Skip(NamedTuple):
    """A cell that is left out, and why."""

    cell: Cell
    reason: Line


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one scenario and one workload, which are compared with each other, and those that are left out."""

    scenario: Scenario
    cells: tuple[Cell, ...]
    skips: tuple[Skip, ...]
    workload: WorkloadText = SLEEP

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return group_name(self.scenario.name, self.workload)


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run, as the user asked for it: names of loops, scenarios, interpreters, workloads with their sizes.

    Without `interpreters` it is measured on the one that runs the harness. `baseline` is the label of a cell.
    `together`: whether workloads that differ in nothing but their sizes share the rounds of a scenario.
    """

    loops: Annotated[tuple[LoopName, ...], Meta(min_length=1, max_length=100)]
    scenarios: Annotated[tuple[ScenarioName, ...], Meta(min_length=1, max_length=100)]
    baseline: Label
    sampling: Sampling
    seed: Annotated[int, Meta(ge=0, lt=2**53)]
    delay_s: Annotated[float, Meta(ge=0, le=MOST_S)] = 0.0
    timeout_s: Annotated[float, Meta(ge=0.1, le=MOST_S)] = TIMEOUT_S
    affinity: Affinity | None = None
    thread: Thread = "main"
    workloads: Annotated[tuple[WorkloadText, ...], Meta(min_length=1, max_length=100)] = (SLEEP,)
    interpreters: Annotated[tuple[InterpreterName, ...], Meta(max_length=100)] = ()
    together: bool = False

    @property
    def told_apart(self) -> tuple[str, ...]:
        """The interpreters as cells name them: empty where there is only one."""
        return self.interpreters if len(self.interpreters) > 1 else ("",)

    @property
    def baseline_loop(self) -> str:
        """The loop of the baseline, on whichever interpreter."""
        return self.baseline.partition("@")[0]

    @property
    def labels(self) -> tuple[str, ...]:
        """What is compared: each loop on each interpreter, without the control."""
        return tuple(label_of(loop, interpreter) for interpreter, loop in product(self.told_apart, self.loops))

    def cross(self, scenario: str, workload: str = SLEEP) -> tuple[Cell, ...]:
        """All cells of one scenario and workload: each loop on each interpreter, the baseline a second time as control.

        Those of one interpreter stand together.
        """
        cells = []
        for interpreter, loop in product(self.told_apart, self.loops):
            is_baseline = label_of(loop, interpreter) == self.baseline
            roles: tuple[Role, ...] = ("baseline", CONTROL) if is_baseline else ("loop",)
            cells += [Cell(scenario, loop, role, self.thread, workload, interpreter) for role in roles]
        return tuple(cells)


def skips(
    plan: Plan, loops: Collection[Loop], scenarios: Iterable[Scenario], hosts: Mapping[str, Interpreter]
) -> tuple[Skip, ...]:
    """The cells that can't run, as loops and scenarios declare it, or because their interpreter lacks the loop.

    `hosts`: the interpreters, by the names that cells have for them.
    """
    known = {loop.name: loop for loop in loops}
    return tuple(
        Skip(cell, reason)
        for scenario in scenarios
        for workload in plan.workloads
        for cell in plan.cross(scenario.name, workload)
        if (reason := _skip_reason(scenario, known[cell.loop], hosts[cell.interpreter]))
    )


def _skip_reason(scenario: Scenario, loop: Loop, host: Interpreter) -> str | None:
    return host.lacks.get(loop.name) or scenario.skip_reason(loop, host.version)


def groups(plan: Plan, scenarios: Iterable[Scenario], skips: Collection[Skip]) -> tuple[Group, ...]:
    """A group for each scenario and workload. Only here cells are grouped: a run folder keeps scenarios and skips."""
    skipped = {skip.cell for skip in skips}
    return tuple(
        Group(
            scenario,
            tuple(cell for cell in plan.cross(scenario.name, workload) if cell not in skipped),
            tuple(skip for skip in skips if skip.cell.group == group_name(scenario.name, workload)),
            workload,
        )
        for scenario in scenarios
        for workload in plan.workloads
    )


def measured(plan: Plan, compared: tuple[Group, ...]) -> tuple[Group, ...]:
    """The groups as they are measured, each in rounds of its own.

    Where workloads are measured together, one round has the cells of all sizes of a workload. It is called as the last
    of them. Cells with different sizes are still not compared with each other.
    """
    if not plan.together:
        return compared
    alike: dict[tuple[str, str], Group] = {}
    for group in compared:
        key = group.scenario.name, name_of(group.workload)
        before = alike.get(key, replace(group, cells=(), skips=()))
        alike[key] = replace(group, cells=(*before.cells, *group.cells), skips=(*before.skips, *group.skips))
    return tuple(alike.values())


def check(plan: Plan, scenarios: Collection[Scenario], skips: Collection[Skip]) -> None:
    """Refuse a plan that names something twice, and scenarios and skips of another plan; raises ValueError."""
    if plan.baseline not in plan.labels:
        raise ValueError("its baseline is not one of its loops")
    if any(len({*named}) < len(named) for named in (plan.loops, plan.scenarios, plan.workloads, plan.interpreters)):
        raise ValueError("its plan names a loop, a scenario, a workload or an interpreter twice")
    if [scenario.name for scenario in scenarios] != [*plan.scenarios]:
        raise ValueError("its scenarios are not those of its plan")
    skipped = [skip.cell for skip in skips]
    if len({*skipped}) < len(skipped):
        raise ValueError("it skips a cell twice")
    if strangers := {*skipped}.difference(*(plan.cross(*both) for both in product(plan.scenarios, plan.workloads))):
        raise ValueError(f"it skips a cell of {min(cell.group for cell in strangers)} that is not in its plan")
    for scenario in scenarios:
        if scenario.given not in GIVEN or not all(SHOWN.fullmatch(text) for text in (scenario.title, scenario.why)):
            raise ValueError(f"what it says of {scenario.name} is not what a scenario declares")
