"""Runs to digests: the numbers of their rounds, which lines through time and comparisons of machines are made of.

A digest is a hundredth of its run. A data set keeps it beside the values, so that thousands of runs can be read.
"""

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bench.statistics.comparisons import Medians, round_medians
from bench.statistics.loads import Load, load_of
from bench.store.outcomes import TOTAL, Kept


@dataclass(frozen=True, slots=True)
class Digest:
    """What is known of a run without its values: whole lifecycles only, a number for each round.

    `value_s`: how long a value of the baseline lasted in each group, the median.
    """

    seconds: Medians
    logs: Medians
    facts: Mapping[str, str]
    load: Load
    value_s: Mapping[str, float]
    complete: bool
    notes: tuple[str, ...] = ()

    def is_like(self, other: "Digest") -> bool:
        """Whether both are of the same measurements."""
        return bool(self.seconds) and all(
            np.array_equal(numbers, other.seconds.get(key, ())) for key, numbers in self.seconds.items()
        )


def digest(kept: Kept) -> Digest:
    """The digest of a run."""
    seconds, logs = ({key: numbers for key, numbers in each.items() if key[1] == TOTAL} for each in round_medians(kept))
    return Digest(seconds, logs, kept.facts, load_of(kept), dict(value_seconds(kept)), kept.complete, kept.notes)


def value_seconds(kept: Kept) -> Iterator[tuple[str, float]]:
    """For each group how long a value of the baseline lasted, the median."""
    for group in kept.about.groups:
        runs = (run for run in kept.runs if run.cell.role == "baseline" and run.cell.group == group.name)
        if seconds := [run.iterations * value for run in runs if run.iterations for value in run.values[TOTAL]]:
            yield group.name, statistics.median(seconds)
