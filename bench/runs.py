"""A run: what one worker yields in one round. Also what it says when it fails, and the way home.

Loops are other people's code and may write anything into a pipe, and anybody may have written a file: nothing is
believed before msgspec has checked it against these types.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from bench import texts
from bench.plan import MOST_ITERATIONS, MOST_ROUNDS, MOST_SWEEPS, Cell, ScenarioName
from bench.texts import Line, Lines

TOTAL: Literal["total"] = "total"
MAXIMUM_TEXT = 1000
MAXIMUM_OUTPUT = 4000
MAXIMUM_LINE = 1 << 24  # bytes that are read at once, from a worker or a journal
STEADY = 8  # a value with this part of the most iterations tells how long one takes
PICOSECONDS = 12  # digits kept: a clock tick of 1 ns is shared by some fifty iterations
FOLDERS = re.compile(r"(?:\b[A-Za-z]:)?(?:[\\/][^\s\\/'\":,;()<>]+)+(?=[\\/])")
# What pyperf takes under these names: numbers of this kind, from this one up.
NUMBERS: Mapping[str, tuple[tuple[type, ...], float]] = {
    "loops": ((int,), 1), "mem_max_rss": ((int,), 1), "duration": ((int, float), 0), "load_avg_1min": ((int, float), 0),
}  # fmt: skip
# What may be published of pyperf's metadata: nothing that names a person, a host or a path.
KEPT_METADATA = re.compile(
    "aslr|cpu_(affinity|config|count|freq|model_name)|date|duration|load_avg_1min|loop(_.*)?|loops|"
    "mem_max_rss|perf_version|platform|python_(compiler|implementation|version)|runnable_threads|timer"
)

Stage: TypeAlias = Literal["total", "create", "start", "work", "finish"]
Seconds: TypeAlias = Annotated[float, Meta(ge=10**-PICOSECONDS, lt=1e6)]
Index: TypeAlias = Annotated[int, Meta(ge=0, lt=MOST_ROUNDS)]
Iterations: TypeAlias = Annotated[int, Meta(gt=0, le=MOST_ITERATIONS)]
Sweeps: TypeAlias = Annotated[int, Meta(gt=0, le=MOST_SWEEPS)]
Values: TypeAlias = Annotated[tuple[Seconds, ...], Meta(min_length=1, max_length=MOST_SWEEPS)]
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

    def __post_init__(self) -> None:
        """Refuse what can't be paired: stages of different length, or no total."""
        if TOTAL not in self.values or len({len(numbers) for numbers in self.values.values()}) != 1:
            raise ValueError("its stages are not those of one lifecycle")


class Failure(Struct, frozen=True, tag=True):
    """A cell that gave no values in a round, why, and the last that its worker printed."""

    cell: Cell
    round: Index
    reason: Line
    output: Lines = ""


class Calibration(Struct, frozen=True, tag=True):
    """How long one lifecycle of a scenario takes on the baseline, and what follows from it."""

    scenario: ScenarioName
    lifecycle_s: Seconds
    iterations: Iterations
    sweeps: Sweeps


class Done(Struct, frozen=True, tag=True):
    """A round that is complete: each of its cells has delivered, or has failed. It took `seconds` of the run's time."""

    scenario: ScenarioName
    round: Index
    seconds: Annotated[float, Meta(ge=0, lt=1e9)] = 0.0


class Dropped(Struct, frozen=True, tag=True):
    """A round whose times can't be believed, and why; it is measured anew, under another number."""

    scenario: ScenarioName
    round: Index
    reason: Line


class Resumed(Struct, frozen=True, tag=True):
    """From here on it was measured with something else than before, because the user forced it."""

    changes: Annotated[tuple[Line, ...], Meta(max_length=100)]


Outcome: TypeAlias = Run | Failure | Calibration | Done | Dropped | Resumed


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a worker sends at its end; `warmups` are pyperf's pairs of iterations and seconds."""

    values: Mapping[Stage, Values] = field(default_factory=dict)
    warmups: tuple[tuple[Iterations, Seconds], ...] = ()
    metadata: Mapping[str, str | Whole | float] = field(default_factory=dict)
    error: str | None = None


def delivery_of(answer: bytes) -> Delivery:
    """Read what a worker sends at its end; raises ValueError for anything else."""
    try:
        return msgspec.json.decode(answer, type=Delivery)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def run_of(delivery: Delivery, cell: Cell, index: int, ending: str | None) -> Run:
    """Make a run of what a worker delivered: all that may be published, and that pyperf can keep.

    Raises ValueError where stages are missing.
    """
    told = {name: value for name, value in sorted(delivery.metadata.items()) if KEPT_METADATA.fullmatch(name)}
    shown = {
        name: texts.line(value)[:MAXIMUM_TEXT] if isinstance(value, str) else value for name, value in told.items()
    }
    metadata = {name: value for name, value in shown.items() if _keepable(name, value)}
    values = {stage: tuple(round(one, PICOSECONDS) for one in numbers) for stage, numbers in delivery.values.items()}
    return Run(cell, index, values, metadata, ending)


def _keepable(name: str, value: str | float) -> bool:
    """Whether pyperf takes it: texts that say something, and for some names numbers of some kind alone."""
    if name in NUMBERS:
        kinds, least = NUMBERS[name]
        return not isinstance(value, str) and isinstance(value, kinds) and value >= least
    return value != "" and (name != "date" or isinstance(value, str))


def failure_of(cell: Cell, index: int, reason: str, output: str) -> Failure:
    """Make a failure, its texts as they may be published."""
    kept = without_folders(texts.lines(output))[-MAXIMUM_OUTPUT:]
    return Failure(cell, index, publishable(reason), kept)


def publishable(text: str) -> str:
    """One line of a text that may be shown to everybody."""
    return without_folders(texts.line(text))[:MAXIMUM_TEXT]


def without_folders(text: str) -> str:
    """A text in which files have no folders any more: they name machines and people."""
    return FOLDERS.sub("…", text.replace(str(Path.home()), "~"))


def calibrated_seconds(delivery: Delivery) -> float:
    """Seconds of one lifecycle, from a calibrating worker: the least of its values with some iterations.

    On a busy machine one preemption doubles a value of 3 ms, and only one or two have the most iterations: their median
    made values three times too short. With few iterations they are too long, since caches are cold.
    """
    if not delivery.warmups:
        raise ValueError("delivered no values to calibrate with")
    most = max(iterations for iterations, _ in delivery.warmups)
    return min(seconds for iterations, seconds in delivery.warmups if iterations * STEADY >= most)


def note_of(outcome: Outcome) -> str | None:
    """What a reader must know of an outcome that is no value, in words; None if there is nothing."""
    if isinstance(outcome, Resumed):
        return f"RESUMED BY FORCE after something had changed ({'; '.join(outcome.changes)}): its values are of both"
    if isinstance(outcome, Dropped):
        return f"{outcome.scenario}, round {outcome.round + 1} was dropped, and measured anew: {outcome.reason}"
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
    if isinstance(outcome, Calibration | Done | Dropped) and all(cell.scenario != outcome.scenario for cell in stages):
        raise ValueError("its scenario is not in the plan")
    if isinstance(outcome, Run) and set(outcome.values) != set(stages[outcome.cell]):
        raise ValueError(f"its stages are {', '.join(outcome.values)}")
    return outcome
