"""Runs to comparisons: ratios to the baseline, intervals, verdicts. With `changes`, alone knows pandas and scipy.

The unit of analysis is the round: its processes are fresh, so rounds are independent observations; the values inside
one are not. docs/method.md says why each step is what it is.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
import pandas as pd

from bench.plan.cells import CONTROL, Cell, Role, Thread
from bench.statistics.estimates import (
    CONFIDENCE,
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
from bench.store.outcomes import TOTAL, Kept
from bench.subjects.scenarios import STAGES

ALONE = "; see it alone: "  # between what went wrong and the command that shows it: the end of a reason

Medians: TypeAlias = Mapping[tuple[str, str, str], Array]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stage of one loop in one scenario, divided by the baseline's.

    `seconds` are per iteration; `ratio` is this loop's seconds ÷ the baseline's, paired within sweeps: below 1 is
    faster. What was skipped or failed has neither, and a `reason`.
    """

    scenario: str
    loop: str
    python: str
    stage: str
    role: Role
    baseline: str
    thread: Thread = "main"
    rounds: int = 0
    seconds: Estimate | None = None
    ratio: Estimate | None = None
    confidence: float = CONFIDENCE
    verdict: str | None = None
    reason: str | None = None


def compare(
    kept: Kept, threshold: float = THRESHOLD, medians: tuple[Medians, Medians] | None = None
) -> tuple[Comparison, ...]:
    """Compare every cell of a run, stage by stage; and name what was skipped or not measured.

    `medians`: its `round_medians`, where they are known already.
    """
    about = kept.about
    seconds, ratios = medians or round_medians(kept)
    compared = Counter(cell.scenario for cell in about.cells if cell.role == "loop")
    reasons = {cell: reason for group in about.groups for cell, reason in group.skips}
    failed = _failure_reasons(kept)
    found = []
    for cell in (*about.cells, *reasons):
        python, level = about.facts.get("python", "unknown"), confidence(compared[cell.scenario])
        empty = Comparison(cell.scenario, cell.loop, python, TOTAL, cell.role, about.plan.baseline, cell.thread)
        empty = replace(empty, confidence=level, reason=reasons.get(cell) or failed.get(cell))
        keys = [(cell.scenario, stage, cell.label) for stage in (TOTAL, *STAGES)]
        measured = [key for key in keys if key in seconds]
        rows = [_row(replace(empty, stage=key[1]), seconds[key], ratios.get(key), threshold) for key in measured]
        found += rows or [replace(empty, reason=empty.reason or "not measured yet")]
    return tuple(found)


def _row(row: Comparison, seconds: Array, logs: Array | None, threshold: float) -> Comparison:
    """Fill in what was measured: seconds and logs of ratios, one for each round."""
    row = replace(row, rounds=len(seconds), seconds=median_estimate(seconds, row.confidence))
    if row.role == "baseline":
        return row
    if logs is None:
        return replace(row, reason=row.reason or "nothing to divide by: the baseline was not measured")
    ratio, reason = median_estimate(logs, row.confidence), row.reason
    if ratio.low is None:
        needed = minimum_rounds(round((1 - CONFIDENCE) / (1 - row.confidence)))
        reason = "; ".join(filter(None, [f"{len(logs)} rounds, an interval needs {needed}", reason]))
    decided = agreed_verdict(logs, row.confidence, threshold)
    return replace(row, rounds=len(logs), ratio=exponential(ratio), verdict=decided, reason=reason)


def round_medians(kept: Kept) -> tuple[Medians, Medians]:
    """For each (scenario, stage, label): seconds, and logs of ratios; one number for each round.

    The median over sweeps is taken of the log ratio within each sweep, where loop and baseline took their turns within
    milliseconds of each other: what drifts slower than that cancels.
    """
    if not kept.runs:
        return {}, {}
    parts = {
        (run.cell.scenario, stage, run.round, run.cell.label): pd.Series(values)
        for run in kept.runs
        for stage, values in run.values.items()
    }
    by_round = ["scenario", "stage", "round"]
    wide = pd.concat(parts, names=[*by_round, "label", "sweep"]).unstack("label")
    baseline = kept.about.plan.baseline
    seconds = wide.groupby(level=by_round).median()
    ratios = pd.DataFrame()
    if baseline in wide:
        logs = wide.apply(np.log)
        ratios = logs.sub(logs[baseline], axis="index").groupby(level=by_round).median()
    return _columns(seconds), _columns(ratios)


def _columns(frame: pd.DataFrame) -> Medians:
    """The numbers of each scenario and stage in each column, without those that are missing."""
    found: dict[tuple[str, str, str], Array] = {}
    for label, column in frame.items():
        for key, numbers in column.dropna().groupby(level=["scenario", "stage"]):
            scenario, stage = cast("tuple[str, str]", key)
            found[scenario, stage, str(label)] = numbers.to_numpy(np.float64)
    return found


def _failure_reasons(kept: Kept) -> Mapping[Cell, str]:
    """What went wrong with cells, in its own words and in which rounds; nothing of those where nothing did."""
    rounds: dict[Cell, dict[str, list[str]]] = {}
    said = [(failure.cell, failure.round, failure.reason) for failure in kept.failures]
    said += [(run.cell, run.round, run.ending) for run in kept.runs if run.ending]
    for cell, index, what in said:
        rounds.setdefault(cell, {}).setdefault(what, []).append(str(index + 1))
    delivered, planned = Counter(run.cell for run in kept.runs), kept.about.plan.sampling.rounds
    reasons = {}
    for cell, found in rounds.items():
        words = "; ".join(f"{what} (round {', '.join(indices)})" for what, indices in found.items())
        reasons[cell] = f"{words}; {delivered[cell]} of {planned} rounds kept{ALONE}{_alone(kept, cell)}"
    return reasons


def _alone(kept: Kept, cell: Cell) -> str:
    """The command that runs what a worker of this cell runs, less the measuring; as many lifecycles, where known."""
    words = [f"python -m scenarios.{cell.scenario} --loop {cell.loop}"]
    words += [f"--thread {cell.thread}"] if cell.thread != "main" else []
    words += [f"--delay {kept.about.plan.delay_s:g}"] if kept.about.plan.delay_s else []
    runs = [run for run in kept.runs if run.cell.scenario == cell.scenario]
    rehearsed = kept.about.plan.sampling.rehearsed
    times = [len(run.values[TOTAL]) * (run.iterations + rehearsed) for run in runs if run.iterations]
    words += [f"--times {max(times)}"] if times else []
    return " ".join(words)


def distrusted(control: Comparison, threshold: float = THRESHOLD) -> bool:
    """Whether a control shows a difference that can't be there: the baseline against itself."""
    return control.role == CONTROL and control.ratio is not None and excludes_1(control.ratio, threshold)
