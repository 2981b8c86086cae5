"""Outcomes to comparisons: each cell's ratio to the baseline, with its interval and its verdict.

The unit of analysis is the round: its processes are fresh, so rounds are independent observations. The values inside
one round are not. docs/method.md says why each step is what it is.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
import pandas as pd

from bench.plan.cells import CONTROL, Cell
from bench.statistics import reasons
from bench.statistics.estimates import (
    THRESHOLD,
    Array,
    Estimate,
    agreed_verdict,
    confidence,
    excludes_1,
    exponential,
    median_estimate,
    minimum_rounds,
)
from bench.statistics.reasons import Reason
from bench.statistics.shapes import shapes
from bench.store.outcomes import TOTAL, Kept
from bench.subjects.scenarios import STAGES

Medians: TypeAlias = Mapping[tuple[str, str, str], Array]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stage of one cell, divided by the same stage of its group's baseline.

    `compared` is the number of loops in its table: confidence follows from it. `seconds` are per iteration; `ratio` is
    this loop's seconds ÷ the baseline's, paired within sweeps: below 1 is faster. What was skipped or failed has
    neither, and `reasons`.
    """

    cell: Cell
    stage: str
    python: str
    baseline: str
    compared: int = 1
    rounds: int = 0
    seconds: Estimate | None = None
    ratio: Estimate | None = None
    verdict: str | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def confidence(self) -> float:
        """Confidence of its intervals, so that those of its table hold together."""
        return confidence(self.compared)


def compare(
    kept: Kept, threshold: float = THRESHOLD, medians: tuple[Medians, Medians] | None = None
) -> tuple[Comparison, ...]:
    """Compare every cell of a run, stage by stage; and name what was skipped or not measured.

    `medians`: the run's `round_medians`, if they are known already.
    """
    about = kept.about
    seconds, ratios = medians or round_medians(kept)
    compared = Counter(cell.group for cell in about.cells if cell.role == "loop")
    skipped = {skip.cell: (Reason(skip.reason),) for skip in about.skips}
    failed, seen = reasons.failures(kept), shapes(kept, confidence(max(compared.values(), default=1)))
    comparisons: list[Comparison] = []
    for cell in (*about.cells, *skipped):
        python = about.facts.get(f"python@{cell.interpreter}" if cell.interpreter else "python", "unknown")
        empty = Comparison(cell, TOTAL, python, about.plan.baseline, max(1, compared[cell.group]))
        empty = replace(empty, reasons=skipped.get(cell) or failed.get(cell, ()))
        keys = [(cell.group, stage, cell.label) for stage in (TOTAL, *STAGES)]
        measured = [key for key in keys if key in seconds]
        rows = [_row(replace(empty, stage=key[1]), seconds[key], ratios.get(key), threshold) for key in measured]
        if rows and cell in seen:
            rows[0] = replace(rows[0], reasons=(*rows[0].reasons, *seen[cell]))
        comparisons += rows or [replace(empty, reasons=empty.reasons or (Reason("not measured yet"),))]
    return tuple(comparisons)


def _row(row: Comparison, seconds: Array, logs: Array | None, threshold: float) -> Comparison:
    """Fill in what was measured: seconds and logs of ratios, one for each round."""
    row = replace(row, rounds=len(seconds), seconds=median_estimate(seconds, row.confidence))
    if row.cell.role == "baseline":
        return row
    if logs is None:
        missing = Reason("nothing to divide by: the baseline was not measured")
        return replace(row, reasons=row.reasons or (missing,))
    ratio, why = median_estimate(logs, row.confidence), row.reasons
    if ratio.low is None:
        why = (Reason(f"{len(logs)} rounds, an interval needs {minimum_rounds(row.compared)}"), *why)
    decided = agreed_verdict(logs, row.confidence, threshold)
    return replace(row, rounds=len(logs), ratio=exponential(ratio), verdict=decided, reasons=why)


def round_medians(kept: Kept) -> tuple[Medians, Medians]:
    """Seconds, and logs of ratios, for each (group, stage, label): one number for each round.

    A round's number is the median over its sweeps. Within a sweep, loop and baseline take their turns within
    milliseconds of each other: whatever drifts slower than that cancels in their ratio.
    """
    if not kept.runs:
        return {}, {}
    parts = {
        (run.cell.group, stage, run.round, run.cell.label): pd.Series(values)
        for run in kept.runs
        for stage, values in run.values.items()
    }
    by_round = ["group", "stage", "round"]
    wide = pd.concat(parts, names=[*by_round, "label", "sweep"]).unstack("label")
    baseline = kept.about.plan.baseline
    seconds = wide.groupby(level=by_round).median()
    ratios = pd.DataFrame()
    if baseline in wide:
        logs = wide.apply(np.log)
        ratios = logs.sub(logs[baseline], axis="index").groupby(level=by_round).median()
    return _columns(seconds), _columns(ratios)


def _columns(frame: pd.DataFrame) -> Medians:
    """The numbers of each group and stage in each column, without those that are missing."""
    medians: dict[tuple[str, str, str], Array] = {}
    for label, column in frame.items():
        for key, numbers in column.dropna().groupby(level=["group", "stage"]):
            group, stage = cast("tuple[str, str]", key)
            medians[group, stage, str(label)] = numbers.to_numpy(np.float64)
    return medians


def distrusted(control: Comparison, threshold: float = THRESHOLD) -> bool:
    """Whether a control, the baseline against itself, shows a difference that can't be there."""
    return control.cell.role == CONTROL and control.ratio is not None and excludes_1(control.ratio, threshold)
