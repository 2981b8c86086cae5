"""Values to shapes: where a loop has no single ratio, so that an interval of it misleads. Pure.

Three shapes are looked for in the totals of a cell and of its baseline: processes of two speeds, lifecycles that take
longer and longer, and rare values that take many times as long. docs/method.md says how often each is a false alarm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.plan.cells import Cell
from bench.statistics.estimates import Array, Estimate, exponential, mean_estimate, median_estimate
from bench.statistics.loads import others_by_round
from bench.statistics.reasons import Reason
from bench.store.outcomes import TOTAL, Kept

LEAST_ROUNDS = 6
CERTAIN = 0.999

FAST_PART = 0.1  # of the values of a process: other programs seldom interrupted the one at this quantile
TWO_SPEEDS = 1.2  # by this factor, at least, the slow processes differ from the fast ones
LEAST_PART = 3  # at least a third of the processes have each speed: a machine can slow down a few
BUSIER = 1.0  # other programs beside the slow processes, more than beside the fast ones: they are the cause
CLEAR, FEW_ROUNDS = 4.0, 24.0  # the gap is this many standard deviations within a speed, and more for few rounds

TREND = 1.1  # by this factor, at least, the end of a process differs from its beginning

STALLS = 1.1  # by this factor, at least, the mean ratio is greater than the typical one
OF_THE_LOOP = 3.0  # what its rare values add, in times of what the baseline's add: machines have stalls too


@dataclass(frozen=True, slots=True)
class Round:
    """The values of a loop and of its baseline, by sweep, and how many other programs wanted a processor."""

    loop: Array
    baseline: Array
    others: float = 0.0

    @property
    def logs(self) -> Array:
        """The logarithms of the ratios, by sweep."""
        return np.log(self.loop) - np.log(self.baseline)


def shapes(kept: Kept, level: float) -> Mapping[Cell, tuple[Reason, ...]]:
    """What is seen in each cell, divided by the baseline; no cell in which nothing is. Intervals have this level."""
    totals = {(run.cell.group, run.cell.label, run.round): run.values[TOTAL] for run in kept.runs}
    baseline, others = kept.about.plan.baseline, others_by_round(kept.runs)
    rounds: dict[Cell, list[Round]] = {}
    for run in kept.runs:
        values, divisor = run.values[TOTAL], totals.get((run.cell.group, baseline, run.round), ())
        if run.cell.role != "baseline" and len(divisor) == len(values):
            of_round = Round(np.array(values), np.array(divisor), others.get((run.cell.group, run.round), 0.0))
            rounds.setdefault(run.cell, []).append(of_round)
    seen = {cell: shapes_of(values, level) for cell, values in rounds.items()}
    return {cell: reasons for cell, reasons in seen.items() if reasons}


def shapes_of(rounds: Sequence[Round], level: float) -> tuple[Reason, ...]:
    """What is seen in the rounds of one cell; nothing in fewer than six."""
    if len(rounds) < LEAST_ROUNDS:
        return ()
    seen = (two_speeds(rounds), trend(rounds), stalls(rounds, level))
    return tuple(reason for reason in seen if reason)


def two_speeds(rounds: Sequence[Round]) -> Reason | None:
    """Some processes are slow, others fast, and none between; and it was not other programs that slowed them down."""
    ordered = sorted(rounds, key=_fast_part)
    logs = np.array([_fast_part(of_round) for of_round in ordered])
    number, least = len(rounds), len(rounds) // LEAST_PART
    cut = least + int(np.argmax(np.diff(logs)[least - 1 : number - least]))
    fast, slow = logs[:cut], logs[cut:]
    gap = float(slow[0] - fast[-1])
    spread = float(np.sqrt((np.var(fast) * len(fast) + np.var(slow) * len(slow)) / (number - 2)))
    if gap < np.log(TWO_SPEEDS) or gap < (CLEAR + FEW_ROUNDS / number) * spread:
        return None
    others = [float(np.median([of_round.others for of_round in part])) for part in (ordered[:cut], ordered[cut:])]
    if others[1] - others[0] >= BUSIER:
        return None
    ratios = " and ".join(f"{float(np.exp(np.median(part))):.3g}" for part in (fast, slow))
    return Reason(
        f"its processes have two speeds: {len(slow)} of {number} are slow (ratios {ratios}); one ratio does not "
        "describe it, and more rounds do not narrow the interval",
        narrows=False,
    )


def _fast_part(of_round: Round) -> float:
    """The logarithm of the ratio of the fast values of two processes."""
    loop, baseline = (np.quantile(values, FAST_PART) for values in (of_round.loop, of_round.baseline))
    return float(np.log(loop) - np.log(baseline))


def trend(rounds: Sequence[Round]) -> Reason | None:
    """Lifecycles take longer and longer, or shorter and shorter."""
    ends = [_ends(of_round.logs) for of_round in rounds]
    begin, end = (np.array(logs, np.float64) for logs in zip(*ends, strict=True))
    if abs(np.median(end - begin)) < np.log(TREND) or not _certain(end - begin):
        return None
    first, last = (float(np.exp(np.median(logs))) for logs in (begin, end))
    way = "longer and longer" if last > first else "shorter and shorter"
    return Reason(
        f"its lifecycles take {way} within a process (ratio {first:.3g} in its first third, {last:.3g} in its last): "
        "the ratio depends on how many a process runs"
    )


def stalls(rounds: Sequence[Round], level: float) -> Reason | None:
    """Rare values are so long that the mean ratio is greater than the typical one."""
    typical = np.array([np.median(of_round.logs) for of_round in rounds])
    means = np.array([np.log(np.mean(each.loop) / np.mean(each.baseline)) for each in rounds])
    added = np.median([_added(each.loop) for each in rounds])
    of_baseline = np.median([_added(each.baseline) for each in rounds])
    if (
        np.median(means - typical) < np.log(STALLS)
        or not _certain(means - typical)
        or added < OF_THE_LOOP * of_baseline
    ):
        return None
    usual, mean = (_in_words(exponential(median_estimate(logs, level))) for logs in (typical, means))
    return Reason(f"rare lifecycles take much longer: its typical ratio is {usual}, that of the means {mean}")


def _ends(logs: Array) -> tuple[float, float]:
    """The medians of the first and of the last third."""
    third = max(1, len(logs) // 3)
    return float(np.median(logs[:third])), float(np.median(logs[-third:]))


def _added(values: Array) -> float:
    """How much longer the mean is than the median, as a part of the median."""
    return float(np.mean(values) / np.median(values)) - 1


def _certain(logs: Array) -> bool:
    """All have one sign, and Student's interval of their mean excludes 0."""
    if not (np.all(logs > 0) or np.all(logs < 0)):
        return False
    mean = mean_estimate(logs, CERTAIN)
    return not (mean.low or 0) <= 0 <= (mean.high or 0)


def _in_words(ratio: Estimate) -> str:
    bounds = "" if ratio.low is None or ratio.high is None else f" ({ratio.low:.3g}–{ratio.high:.3g})"
    return f"{ratio.value:.3g}{bounds}"
