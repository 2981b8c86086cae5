"""What a worker delivers at its end, and how that becomes an outcome."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta

from bench import texts
from bench.plan.cells import Cell
from bench.plan.sampling import MOST_SWEEPS
from bench.store.outcomes import PICOSECONDS, Failure, Run, Seconds, Stage, Values, Whole
from bench.texts import MAXIMUM_TEXT, publishable, without_folders

MAXIMUM_OUTPUT = 4000
MOST_PROCESSORS = 10_000


# What pyperf accepts under these names: numbers of these types, from this minimum up.
NUMBERS: Mapping[str, tuple[tuple[type, ...], float]] = {
    "loops": ((int,), 1), "mem_max_rss": ((int,), 1), "duration": ((int, float), 0), "load_avg_1min": ((int, float), 0),
}  # fmt: skip


# The part of pyperf's metadata that may be published: nothing that names a person, a host or a path.
KEPT_METADATA = re.compile(
    "aslr|cpu_(affinity|config|count|freq|model_name)|date|duration|figure_.*|load_avg_1min|loop(_.*)?|loops|"
    "mem_max_rss|nice|perf_version|platform|python_(compiler|implementation|version)|runnable_threads|timer"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a worker sends at its end. `turns` are the seconds of each turn, by the worker's own clock."""

    values: Mapping[Stage, Values] = field(default_factory=dict)
    turns: Annotated[tuple[Seconds, ...], Meta(max_length=MOST_SWEEPS)] = ()
    metadata: Mapping[str, str | Whole | float] = field(default_factory=dict)
    error: str | None = None


def delivery_of(answer: bytes) -> Delivery:
    """Read what a worker sends at its end; raises ValueError for anything else."""
    try:
        return msgspec.json.decode(answer, type=Delivery)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def run_of(delivery: Delivery, cell: Cell, index: int, ending: str | None) -> Run:
    """Make a run of a delivery, with the metadata that may be published and that pyperf can store.

    Raises ValueError where stages are missing.
    """
    public = {name: value for name, value in sorted(delivery.metadata.items()) if KEPT_METADATA.fullmatch(name)}
    printable = {
        name: texts.line(value)[:MAXIMUM_TEXT] if isinstance(value, str) else value for name, value in public.items()
    }
    metadata = {name: value for name, value in printable.items() if _storable(name, value)}
    values = {stage: tuple(round(s, PICOSECONDS) for s in seconds) for stage, seconds in delivery.values.items()}
    return Run(cell, index, values, metadata, ending)


def _storable(name: str, value: str | float) -> bool:
    """Whether pyperf accepts it: any text but an empty one; for some names only numbers."""
    if name in NUMBERS:
        types, minimum = NUMBERS[name]
        return not isinstance(value, str) and isinstance(value, types) and value >= minimum
    return value != "" and (name != "date" or isinstance(value, str))


def failure_of(cell: Cell, index: int, reason: str, output: str) -> Failure:
    """Make a failure whose texts may be published."""
    end_of_output = without_folders(texts.lines(output))[-MAXIMUM_OUTPUT:]
    return Failure(cell, index, publishable(reason), end_of_output)


def calibrated(answer: bytes) -> tuple[float, int]:
    """Seconds of a calibrating value, and how many processors its threads can use; raises ValueError otherwise."""
    return msgspec.json.decode(answer, type=tuple[Seconds, Annotated[int, Meta(ge=1, le=MOST_PROCESSORS)]])
