"""Outcomes to shares: which part of a lifecycle each stage takes, so that the parts add up to the total."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from bench.store.outcomes import TOTAL, Kept, Run

Shares: TypeAlias = Mapping[str, float]  # of each stage; together 1


def stage_shares(kept: Kept) -> Mapping[tuple[str, str], Shares]:
    """For each (scenario, label) the mean share of each stage.

    A share divides a stage by the total of the same value. The shares of one value add up to 1, and so do their means;
    medians of stages do not add up to the median of totals. Each round counts the same.
    """
    rounds: dict[tuple[str, str], list[Run]] = {}
    for run in kept.runs:
        rounds.setdefault((run.cell.group, run.cell.label), []).append(run)
    return {key: _means(runs) for key, runs in rounds.items()}


def _means(runs: Sequence[Run]) -> Shares:
    means = [{stage: _share(run, values) for stage, values in run.values.items() if stage != TOTAL} for run in runs]
    sums: dict[str, float] = {}
    for shares in means:
        for stage, share in shares.items():
            sums[stage] = sums.get(stage, 0.0) + share
    whole = sum(sums.values())  # the clocks of a value are rounded, so that its stages may miss its total by a tick
    return {stage: part / whole for stage, part in sums.items()}


def _share(run: Run, stage: Sequence[float]) -> float:
    return float(np.mean(np.array(stage, np.float64) / np.array(run.values[TOTAL], np.float64)))
