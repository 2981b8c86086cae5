"""Outcomes to comparisons: each cell's ratio to the baseline, with its interval and its verdict.

The unit of analysis is the round: its processes are fresh, so rounds are independent observations. The values inside
one round are not. docs/method.md says why each step is what it is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
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
from bench.store.outcomes import TOTAL, Kept, Run
from bench.subjects.scenarios import STAGES

Medians: TypeAlias = Mapping[tuple[str, str, str], Array]
KEY = ["group", "stage", "label"]


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
    rounds: dict[tuple[str, int], dict[str, Run]] = {}
    for run in kept.runs:
        rounds.setdefault((run.cell.group, run.round), {})[run.cell.label] = run
    rows: list[tuple[str, str, str, float, float]] = []
    for (group, _), runs in sorted(rounds.items(), key=lambda one: one[0]):
        baseline = runs.get(kept.about.plan.baseline)
        for label, run in runs.items():
            ratios = _log_ratios(run, baseline) if baseline else {}
            rows += [(group, stage, label, s, ratios.get(stage, np.nan)) for stage, s in _medians(run).items()]
    table = pd.DataFrame(rows, columns=[*KEY, "seconds", "ratio"]).groupby(KEY, sort=False)
    return _arrays(table["seconds"]), _arrays(table["ratio"])


def _medians(run: Run) -> Mapping[str, float]:
    """The median of each stage over all sweeps: all stages have the same number of them."""
    medians = np.median(np.array([*run.values.values()], np.float64), axis=1)
    return dict(zip(run.values, medians.tolist(), strict=True))


def _log_ratios(run: Run, baseline: Run) -> Mapping[str, float]:
    """The median logarithm of each stage divided by the baseline's, over the sweeps and stages that both have."""
    stages = [stage for stage in run.values if stage in baseline.values]
    sweeps = min(len(each.values[TOTAL]) for each in (run, baseline))
    these, those = (
        np.log(np.array([each.values[stage][:sweeps] for stage in stages], np.float64)) for each in (run, baseline)
    )
    return dict(zip(stages, np.median(these - those, axis=1).tolist(), strict=True))


def _arrays(rounds: Iterable[tuple[object, "pd.Series[float]"]]) -> Medians:
    """The numbers of each group, stage and label that has some, round by round."""
    present = ((cast("tuple[str, str, str]", key), numbers.dropna()) for key, numbers in rounds)
    return {key: np.array(numbers, np.float64) for key, numbers in present if len(numbers)}


def distrusted(control: Comparison, threshold: float = THRESHOLD) -> bool:
    """Whether a control, the baseline against itself, shows a difference that can't be there."""
    return control.cell.role == CONTROL and control.ratio is not None and excludes_1(control.ratio, threshold)
