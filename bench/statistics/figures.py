"""What the servers and clients of workloads said, as estimates: one number for each round, as of times. Pure."""

from collections.abc import Mapping

import numpy as np

from bench.plan.cells import Cell
from bench.statistics.estimates import Estimate, confidence, median_estimate
from bench.store.outcomes import Kept, Run

Figures = Mapping[str, Estimate]


def figures(kept: Kept, group: str) -> Mapping[Cell, Figures]:
    """Of each measured cell of a group, by name: the median over its rounds, and its interval."""
    runs = [run for run in kept.runs if run.cell.group == group]
    level = confidence(len({run.cell for run in runs if run.cell.role == "loop"}))
    cells = dict.fromkeys(run.cell for run in runs)
    return {cell: _estimates([run for run in runs if run.cell == cell], level) for cell in cells}


def _estimates(runs: list[Run], level: float) -> Figures:
    names = dict.fromkeys(name for run in runs for name in run.figures)
    return {name: median_estimate(np.array([run.figures[name] for run in runs if name in run.figures]), level)
            for name in names}  # fmt: skip


def together(kept: Kept, group: str, name: str) -> Estimate | None:
    """A figure that is no matter of the loop: of each round the median of what all its workers found."""
    rounds: dict[int, list[float]] = {}
    for run in kept.runs:
        if run.cell.group == group and name in run.figures:
            rounds.setdefault(run.round, []).append(run.figures[name])
    return median_estimate(np.array([np.median(found) for found in rounds.values()]), confidence(1)) if rounds else None
