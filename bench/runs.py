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

from bench.plan import Cell

TOTAL: Literal["total"] = "total"
MAXIMUM_TEXT = 1000
MAXIMUM_LINE = 1 << 24  # bytes that are read at once, from a worker or a journal
STEADY = 8  # a value with this part of the most iterations tells how long one takes
PICOSECONDS = 12  # digits kept: a clock tick of 1 ns is shared by some fifty iterations
FOLDERS = re.compile(r"(?:\b[A-Za-z]:)?(?:[\\/][^\s\\/'\":,;()<>]+)+(?=[\\/])")
# What may be published of pyperf's metadata: nothing that names a person, a host or a path.
KEPT_METADATA = re.compile(
    "aslr|cpu_(affinity|config|count|freq|model_name)|date|duration|load_avg_1min|loop(_.*)?|loops|"
    "mem_max_rss|perf_version|platform|python_(compiler|implementation|version)|runnable_threads|timer"
)

Stage: TypeAlias = Literal["total", "create", "start", "work", "finish"]
Seconds: TypeAlias = Annotated[float, Meta(gt=0, lt=1e6)]
Number: TypeAlias = Annotated[int, Meta(ge=0, lt=2**31)]
Positive: TypeAlias = Annotated[int, Meta(gt=0, lt=2**31)]


class Run(Struct, frozen=True, tag=True):
    """Values of one cell in one round: `values[stage]` are seconds per iteration, one per sweep.

    `ending` says how the worker ended, if it did so badly after it had delivered.
    """

    cell: Cell
    round: Number
    values: Mapping[Stage, Annotated[tuple[Seconds, ...], Meta(min_length=1)]]
    metadata: Mapping[str, str | int | float]
    ending: str | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be paired: stages of different length, or no total."""
        if TOTAL not in self.values or len({len(numbers) for numbers in self.values.values()}) != 1:
            raise ValueError("its stages are not those of one lifecycle")


class Failure(Struct, frozen=True, tag=True):
    """A cell that gave no values in a round, why, and the last that its worker printed."""

    cell: Cell
    round: Number
    reason: str
    output: str = ""


class Calibration(Struct, frozen=True, tag=True):
    """How long one lifecycle of a scenario takes on the baseline, and what follows from it."""

    scenario: str
    lifecycle_s: Seconds
    iterations: Positive
    sweeps: Positive


class Done(Struct, frozen=True, tag=True):
    """A round that is complete: each of its cells has delivered, or has failed. It took `seconds` of the run's time."""

    scenario: str
    round: Number
    seconds: Annotated[float, Meta(ge=0, lt=1e9)] = 0.0


class Dropped(Struct, frozen=True, tag=True):
    """A round whose times can't be believed, and why; it is measured anew, under another number."""

    scenario: str
    round: Number
    reason: str


class Resumed(Struct, frozen=True, tag=True):
    """From here on it was measured with something else than before, because the user forced it."""

    changes: tuple[str, ...]


Outcome: TypeAlias = Run | Failure | Calibration | Done | Dropped | Resumed


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a worker sends at its end; `warmups` are pyperf's pairs of iterations and seconds."""

    values: Mapping[Stage, tuple[Seconds, ...]] = field(default_factory=dict)
    warmups: tuple[tuple[Positive, Seconds], ...] = ()
    metadata: Mapping[str, str | int | float] = field(default_factory=dict)
    error: str | None = None


def run_of(delivery: Delivery, cell: Cell, index: int, ending: str | None) -> Run:
    """Make a run of what a worker delivered: all that may be published."""
    told = {name: value for name, value in sorted(delivery.metadata.items()) if KEPT_METADATA.fullmatch(name)}
    metadata = {name: value[:MAXIMUM_TEXT] if isinstance(value, str) else value for name, value in told.items()}
    values = {stage: tuple(round(one, PICOSECONDS) for one in numbers) for stage, numbers in delivery.values.items()}
    return Run(cell, index, values, metadata, ending)


def failure_of(cell: Cell, index: int, reason: str, output: str) -> Failure:
    """Make a failure, each file in its text without its folders: they name machines and people."""
    return Failure(cell, index, without_folders(reason)[:MAXIMUM_TEXT], without_folders(output))


def without_folders(text: str) -> str:
    """A text in which files have no folders any more."""
    return FOLDERS.sub("…", text.replace(str(Path.home()), "~"))


def calibrated_seconds(delivery: Delivery) -> float:
    """Seconds of one lifecycle, from a calibrating worker: the least of its values with some iterations.

    On a busy machine one preemption doubles a value of 3 ms, and only one or two have the most iterations: their median
    made values three times too short. With few iterations they are too long, since caches are cold.
    """
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
    if isinstance(outcome, Run) and set(outcome.values) != set(stages[outcome.cell]):
        raise ValueError(f"its stages are {', '.join(outcome.values)}")
    return outcome
