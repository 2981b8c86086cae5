"""Runs to the ratios of their single sweeps, which pictures show beside the estimates."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.plan.cells import Cell
from bench.store.outcomes import TOTAL, Kept


@dataclass(frozen=True, slots=True)
class Spread:
    """The ratios of one cell in one round (from 0), one for each sweep; without a round, in all of them together."""

    round: int | None
    ratios: tuple[float, ...]

    @property
    def median(self) -> float:
        """What the estimate takes of a round: the median of the logarithms."""
        return math.exp(statistics.median(map(math.log, self.ratios)))

    def thinned(self, most: int) -> tuple[float, ...]:
        """Up to `most` of the ratios, evenly by rank, so that they are spread as all of them are."""
        if len(self.ratios) <= most:
            return self.ratios
        ordered, last = sorted(self.ratios), len(self.ratios) - 1
        return tuple(ordered[round(last * index / max(1, most - 1))] for index in range(most))


def spreads(kept: Kept) -> Mapping[Cell, tuple[Spread, ...]]:
    """Every value of a run, divided by the baseline's of the same sweep; nothing of rounds without a baseline."""
    totals = {(run.cell.group, run.cell.label, run.round): run.values[TOTAL] for run in kept.runs}
    found: dict[Cell, list[Spread]] = {}
    for run in kept.runs:
        divisor = totals.get((run.cell.group, kept.about.plan.baseline, run.round), ())
        values = run.values[TOTAL]
        if run.cell.role != "baseline" and divisor:
            ratios = tuple(value / other for value, other in zip(values, divisor, strict=False))
            found.setdefault(run.cell, []).append(Spread(run.round, ratios))
    return {cell: tuple(sorted(rounds, key=lambda one: one.round or 0)) for cell, rounds in found.items()}


def together(rounds: Sequence[Spread]) -> Spread:
    """All rounds as one."""
    return Spread(None, tuple(ratio for spread in rounds for ratio in spread.ratios))
