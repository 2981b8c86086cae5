"""Named runs to the records of a data set, and back. Pure."""

import functools
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TypeVar

import msgspec
import numpy as np

from bench.statistics.digests import Digest
from bench.statistics.loads import Load
from bench.statistics.runs import Named
from bench.store.folder import about_of
from bench.store.outcomes import Kept
from bench.store.parquet import Stored

Same = TypeVar("Same", bound=Hashable)


class _Meta(msgspec.Struct, frozen=True):
    """What a run is, and the parts of its digest that are not lists of numbers."""

    name: str
    machine: str | None
    about: msgspec.Raw
    facts: Mapping[str, str]
    load: Load
    value_s: Mapping[str, float]
    complete: bool
    notes: tuple[str, ...]


def stored(run: Named) -> Stored:
    """The run as a data set keeps it; a named machine makes its name unique."""
    digest = run.digest()
    meta = _Meta(
        run.name, run.machine_name, msgspec.Raw(msgspec.json.encode(run.about)), digest.facts, digest.load,
        digest.value_s, digest.complete, digest.notes,
    )  # fmt: skip
    keys = [*digest.seconds]
    name = f"{run.machine_name}-{run.name}" if run.machine_name else run.name
    logs = [digest.logs.get(key, np.empty(0)).tolist() for key in keys]
    return Stored(name, msgspec.json.encode(meta), keys, [digest.seconds[key].tolist() for key in keys], logs)


def named(kept: Stored) -> Named:
    """The run without its values; raises ValueError if the record is not a run."""
    meta = msgspec.json.decode(kept.about, type=_Meta)
    keys = [_one(key) for key in kept.keys]
    seconds = {key: np.asarray(numbers) for key, numbers in zip(keys, kept.seconds, strict=True)}
    logs = {key: np.asarray(numbers) for key, numbers in zip(keys, kept.logs, strict=True) if len(numbers)}
    digest = Digest(seconds, logs, meta.facts, meta.load, meta.value_s, meta.complete, meta.notes)
    about = about_of(bytes(meta.about))
    about = replace(
        about, scenarios=_one(about.scenarios), facts=digest.facts if about.facts == meta.facts else about.facts
    )
    return Named(meta.name, Kept(about, ()), meta.machine, digest)


@functools.lru_cache(maxsize=4096)
def _one(same: Same) -> Same:
    """The first of things that are the same, so that thousands of runs share it."""
    return same
