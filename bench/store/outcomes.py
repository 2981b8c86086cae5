"""The records of a run: what it is, each outcome of its rounds, and all that was kept of it.

Loops are other people's code and may write anything into a pipe, and anybody may have written a file: nothing is
believed before msgspec has checked it against these types.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from bench.plan.cells import Cell, Group, Plan, ScenarioName, Skip, WorkloadText, group_name, groups, measured
from bench.plan.sampling import MOST_IN_A_TURN, MOST_ITERATIONS, MOST_ROUNDS, MOST_SWEEPS
from bench.subjects.scenarios import Scenario
from bench.subjects.workloads import FIGURE, SLEEP
from bench.texts import Line, Lines

METHOD = 2  # goes up when the same loop would measure differently: never compare across
TOTAL: Literal["total"] = "total"
MAXIMUM_LINE = 1 << 24  # bytes that are read at once, from a worker or a journal
MOST = 1e12  # of a figure
PICOSECONDS = 12  # digits kept: a clock tick of 1 ns is shared by some fifty iterations

Stage: TypeAlias = Literal["total", "create", "start", "work", "finish"]
Seconds: TypeAlias = Annotated[float, Meta(ge=10**-PICOSECONDS, lt=1e6)]
Index: TypeAlias = Annotated[int, Meta(ge=0, lt=MOST_ROUNDS)]
Iterations: TypeAlias = Annotated[int, Meta(gt=0, le=MOST_ITERATIONS)]
Sweeps: TypeAlias = Annotated[int, Meta(gt=0, le=MOST_SWEEPS)]
Values: TypeAlias = Annotated[tuple[Seconds, ...], Meta(min_length=1, max_length=MOST_SWEEPS * MOST_IN_A_TURN)]
Part: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Whole: TypeAlias = Annotated[int, Meta(gt=-(2**53), lt=2**53)]
Metadata: TypeAlias = Mapping[Annotated[str, Meta(pattern=r"\A\w{1,64}\Z")], Line | Whole | float]


class Run(Struct, frozen=True, tag=True):
    """Values of one cell in one round: `values[stage]` are seconds per iteration, one per sweep.

    `ending` says how the worker ended, if it did so badly after it had delivered.
    """

    cell: Cell
    round: Index
    values: Mapping[Stage, Values]
    metadata: Metadata
    ending: Line | None = None

    @property
    def iterations(self) -> int | None:
        """Iterations of each value; None if that is not known. pyperf calls them loops."""
        loops = self.metadata.get("loops")
        return loops if isinstance(loops, int) else None

    @property
    def figures(self) -> Mapping[str, float]:
        """What its workload's server or client said, by name: above 0, in the unit that the workload gives it."""
        named = {name.removeprefix(FIGURE): said for name, said in self.metadata.items() if name.startswith(FIGURE)}
        return {name: float(said) for name, said in named.items() if not isinstance(said, str) and 0 < said < MOST}

    def __post_init__(self) -> None:
        """Refuse what can't be paired: stages of different length, or no total."""
        if TOTAL not in self.values or len({len(numbers) for numbers in self.values.values()}) != 1:
            raise ValueError("its stages are not those of one lifecycle")


class Failure(Struct, frozen=True, tag=True):
    """A cell that gave no values in a round, the reason, and the end of what its worker printed."""

    cell: Cell
    round: Index
    reason: Line
    output: Lines = ""


class Calibration(Struct, frozen=True, tag=True):
    """How long a lifecycle took on the baseline: method 1 calibrated once for all loops of a scenario. Only read."""

    scenario: ScenarioName
    lifecycle_s: Seconds
    iterations: Iterations
    sweeps: Sweeps

    @property
    def group(self) -> str:
        """The name of its group: method 1 had one workload."""
        return self.scenario


class Done(Struct, frozen=True, tag=True):
    """A complete round: each of its cells has delivered or failed. It took `seconds` of the run's time."""

    scenario: ScenarioName
    round: Index
    seconds: Annotated[float, Meta(ge=0, lt=1e9)] = 0.0
    workload: WorkloadText = SLEEP

    @property
    def group(self) -> str:
        """The name of its group."""
        return group_name(self.scenario, self.workload)


class Dropped(Struct, frozen=True, tag=True):
    """A round whose times can't be trusted, and why; it is measured again under another number."""

    scenario: ScenarioName
    round: Index
    reason: Line
    workload: WorkloadText = SLEEP

    @property
    def group(self) -> str:
        """The name of its group."""
        return group_name(self.scenario, self.workload)


class Surroundings(Struct, frozen=True, tag=True):
    """What happened on the machine during a round, beside it; None is unknown.

    `others` and `stolen` are parts of the time of all processors, used by other programs and taken by the host; `load`
    is the average of the last minute; `switches` counts how often a worker was interrupted for another program.
    """

    scenario: ScenarioName
    round: Index
    others: Part | None = None
    stolen: Part | None = None
    load: Annotated[float, Meta(ge=0, lt=1e6)] | None = None
    switches: Annotated[int, Meta(ge=0, lt=2**53)] | None = None
    workload: WorkloadText = SLEEP

    @property
    def group(self) -> str:
        """The name of its group."""
        return group_name(self.scenario, self.workload)


class Resumed(Struct, frozen=True, tag=True):
    """The user forced the run to go on after something had changed; `facts` are those of what was measured then."""

    changes: Annotated[tuple[Line, ...], Meta(max_length=100)]
    facts: Mapping[Line, Line] = {}


Outcome: TypeAlias = Run | Failure | Calibration | Done | Dropped | Surroundings | Resumed


def note_of(outcome: Outcome) -> str | None:
    """A sentence about an outcome that is not a value, if a reader must know it."""
    if isinstance(outcome, Resumed):
        return f"RESUMED BY FORCE after something had changed ({'; '.join(outcome.changes)}): its values are of both"
    if isinstance(outcome, Dropped):
        return f"{outcome.group}, round {outcome.round + 1} was dropped and measured again: {outcome.reason}"
    return None


def line_of(outcome: Outcome) -> bytes:
    """One line of JSON that `outcome_of` reads back."""
    return msgspec.json.encode(outcome) + b"\n"


def outcome_of(line: bytes, stages: Mapping[Cell, Collection[str]]) -> Outcome:
    """Read one line of a journal, believing nothing; raises ValueError with what is wrong.

    `stages`: what a run of each cell of the plan must have.
    """
    try:
        outcome: Outcome = msgspec.json.decode(line, type=Outcome)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if isinstance(outcome, Run | Failure) and outcome.cell not in stages:
        raise ValueError("its cell is not in the plan")
    if isinstance(outcome, Calibration | Done | Dropped | Surroundings) and all(
        cell.group != outcome.group for cell in stages
    ):
        raise ValueError("its scenario is not in the plan")
    if isinstance(outcome, Run) and set(outcome.values) != set(stages[outcome.cell]):
        raise ValueError(f"its stages are {', '.join(outcome.values)}")
    return outcome


@dataclass(frozen=True, slots=True)
class About:
    """What a run is: its plan, what loops and scenarios declared when it was begun, and where it was measured.

    `disturbances` were seen when it was begun; None: nobody looked.
    """

    plan: Plan
    scenarios: tuple[Scenario, ...]
    skips: tuple[Skip, ...]
    facts: Mapping[Line, Line]
    started: Line
    method: int = METHOD
    disturbances: tuple[Line, ...] | None = None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The cells that are compared with each other, scenario by scenario and workload by workload."""
        return groups(self.plan, self.scenarios, self.skips)

    @property
    def measured(self) -> tuple[Group, ...]:
        """The cells that share rounds: the same groups, unless the plan has several of them measured together."""
        return measured(self.plan, self.groups)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All that is to be measured."""
        return tuple(cell for group in self.groups for cell in group.cells)


@dataclass(frozen=True, slots=True)
class Kept:
    """All that a run folder holds of its run; `problems` name the lines of the journal that could not be read."""

    about: About
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...] = ()

    @property
    def runs(self) -> tuple[Run, ...]:
        """What was measured."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Run))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be measured."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failure))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know besides the values: forced resumes, dropped rounds, unreadable lines."""
        return (*(note for outcome in self.outcomes if (note := note_of(outcome))), *self.problems)

    @property
    def facts(self) -> Mapping[str, str]:
        """What it was measured with; where a forced resume changed that, both: `3.13.1 and 3.14.0`."""
        resumed = [outcome.facts for outcome in self.outcomes if isinstance(outcome, Resumed)]
        each = [self.about.facts, *resumed]
        names = dict.fromkeys(name for facts in each for name in facts)
        return {name: " and ".join(dict.fromkeys(facts[name] for facts in each if name in facts)) for name in names}

    @property
    def rounds_done(self) -> Mapping[str, int]:
        """For each group that is measured, by its name, the number of complete rounds."""
        done = {(outcome.group, outcome.round) for outcome in self.outcomes if isinstance(outcome, Done)}
        return Counter(group for group, _ in done)

    @property
    def complete(self) -> bool:
        """Whether at least the planned number of rounds was measured in every group."""
        return self.rounds_of_all >= self.about.plan.sampling.rounds

    @property
    def rounds_of_all(self) -> int:
        """How many complete rounds every group has at least; the plan's where there is nothing to measure."""
        done = self.rounds_done
        counted = (done.get(group.name, 0) for group in self.about.measured if group.cells)
        return min(counted, default=self.about.plan.sampling.rounds)
