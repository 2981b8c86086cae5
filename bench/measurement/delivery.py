"""What a worker delivers at its end, and what of it becomes an outcome."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bench import texts
from bench.plan.cells import Cell
from bench.store.outcomes import PICOSECONDS, Failure, Iterations, Run, Seconds, Stage, Values, Whole
from bench.texts import MAXIMUM_TEXT, publishable, without_folders

MAXIMUM_OUTPUT = 4000


STEADY = 8  # a value with this part of the most iterations tells how long one takes


# What pyperf takes under these names: numbers of this kind, from this one up.
NUMBERS: Mapping[str, tuple[tuple[type, ...], float]] = {
    "loops": ((int,), 1), "mem_max_rss": ((int,), 1), "duration": ((int, float), 0), "load_avg_1min": ((int, float), 0),
}  # fmt: skip


# What may be published of pyperf's metadata: nothing that names a person, a host or a path.
KEPT_METADATA = re.compile(
    "aslr|cpu_(affinity|config|count|freq|model_name)|date|duration|load_avg_1min|loop(_.*)?|loops|"
    "mem_max_rss|perf_version|platform|python_(compiler|implementation|version)|runnable_threads|timer"
)


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


def calibrated_seconds(delivery: Delivery) -> float:
    """Seconds of one lifecycle, from a calibrating worker: the least of its values with some iterations.

    On a busy machine one preemption doubles a value of 3 ms, and only one or two have the most iterations: their median
    made values three times too short. With few iterations they are too long, since caches are cold.
    """
    if not delivery.warmups:
        raise ValueError("delivered no values to calibrate with")
    most = max(iterations for iterations, _ in delivery.warmups)
    return min(seconds for iterations, seconds in delivery.warmups if iterations * STEADY >= most)
