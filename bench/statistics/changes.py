"""Pairs to changes: how a loop's ratio to the baseline moved from an old run to a new one, and how sure that is.

Each run is divided by its own baseline first: what the machine did to both loops cancels, and the change is a ratio of
ratios. The unit of analysis is the round, as in `comparisons`; the rounds of two runs are two independent samples.
"""

import bisect
import functools
import math
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from scipy import stats

from bench.plan.cells import CONTROL, Cell
from bench.statistics.comparisons import Comparison, compare, round_medians
from bench.statistics.estimates import (
    THRESHOLD,
    Array,
    Estimate,
    agreed,
    confidence,
    excludes_1,
    exponential,
    mean_and_variance,
    student,
)
from bench.statistics.loads import allowance
from bench.statistics.pairs import Pair, minimum_rounds
from bench.statistics.reasons import Reason
from bench.store.outcomes import TOTAL

MOST_EXACT = 60 * 60  # differences: beyond, counting takes seconds, and the normal approximation is as good

Key: TypeAlias = tuple[str, str, str]
Rows: TypeAlias = Sequence[Comparison]


@dataclass(frozen=True, slots=True)
class Change:
    """One stage of one cell in an old run and a new one, and what follows from the two.

    `change` is the new ratio ÷ the old: below 1 the loop became faster, as measured by its baseline. `mean_change` is
    the same by means and Welch's t, and has its say in the verdict. Both are None where a run lacks the ratio.
    Where the machine differs, or values lasted longer in one run, the loop is not `comparable`: that alone moves a
    ratio, so the verdict is inconclusive. Where the machine was busy, the intervals hold what load can do to a ratio.
    `reasons` are the change's own; those of each run stand in `old` and `new`.
    """

    old: Comparison
    new: Comparison
    change: Estimate | None = None
    mean_change: Estimate | None = None
    comparable: bool = True
    verdict: str | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def cell(self) -> Cell:
        """The cell of both runs."""
        return self.old.cell

    @property
    def stage(self) -> str:
        """The stage of both runs."""
        return self.old.stage

    @property
    def baseline(self) -> str:
        """What both runs are divided by."""
        return self.old.baseline

    @property
    def compared(self) -> int:
        """Loops in the larger of the two tables."""
        return max(self.old.compared, self.new.compared)

    @property
    def confidence(self) -> float:
        """Confidence of its intervals: that of the tables of one run."""
        return confidence(self.compared)


def between(pair: Pair, threshold: float = THRESHOLD, known: tuple[Rows, Rows] | None = None) -> tuple[Change, ...]:
    """Compare each cell of the old run with the same of the new one, stage by stage.

    `known`: the comparisons of both runs, if there are some already.
    """
    medians = [round_medians(kept) for kept in (pair.old, pair.new)]
    if pair.digests:
        medians = [(digest.seconds, digest.logs) for digest in pair.digests]
    (_, old_logs), (_, new_logs) = medians
    rows = known or [compare(kept, medians=theirs) for kept, theirs in zip((pair.old, pair.new), medians, strict=True)]
    old, new = map(_by_key, rows)
    doubts, loads = _doubts(pair), pair.loads
    changes = []
    for key in {**old, **new}:
        earlier, later = old.get(key) or _absent(new[key]), new.get(key) or _absent(old[key])
        row = Change(earlier, later)
        is_loop = row.cell.role == "loop"
        if earlier.ratio and later.ratio:
            allowed = allowance(*loads, row.stage) if is_loop else 0.0
            row = _changed(row, (old_logs[key], new_logs[key]), threshold, allowed)
        if row.change and is_loop and (why := doubts.get(row.cell.group)):
            row = replace(row, comparable=False, verdict="inconclusive", reasons=(*row.reasons, *why))
        changes.append(row)
    return tuple(changes)


def _doubts(pair: Pair) -> Mapping[str, tuple[Reason, ...]]:
    """For each group, what else than a loop moves its ratio, by an unknown amount; empty where nothing does."""
    doubts: dict[str, tuple[Reason, ...]] = {}
    if machine := pair.other_machine:
        why = f"measured on another machine ({'; '.join(machine)}), which alone moves a ratio; measure both on one"
        doubts = {group.name: (Reason(why),) for group in pair.new.about.groups}
    for group, lengths in pair.other_lengths.items():
        why = (
            f"values lasted {lengths}, which alone moves a ratio by some per cent; measure again, on a quieter machine"
        )
        doubts[group] = (*doubts.get(group, ()), Reason(why))
    return doubts


def _by_key(rows: Rows) -> dict[Key, Comparison]:
    return {(row.cell.group, row.stage, row.cell.label): row for row in rows}


def _absent(row: Comparison) -> Comparison:
    """The same row of a run that has not measured it."""
    return replace(row, rounds=0, seconds=None, ratio=None, verdict=None, reasons=())


def _changed(row: Change, logs: tuple[Array, Array], threshold: float, allowed: float) -> Change:
    """Fill in how the logs of ratios, one for each round, moved; `allowed` is how far load alone can move them."""
    estimates = [_wider(estimate(*logs, row.confidence), allowed) for estimate in (shift_estimate, welch_estimate)]
    shift, mean = estimates
    why = row.reasons
    if shift.low is None:
        needed = minimum_rounds(row.compared)
        old, new = map(len, logs)
        why = (*why, Reason(f"{old} and {new} rounds, the interval of a change needs {needed} in each"))
    elif allowed:
        why = (*why, Reason(f"its interval holds what load can do to a ratio, a factor of {math.exp(allowed):.2f}"))
    decided = agreed((shift, mean), threshold)
    return replace(row, change=exponential(shift), mean_change=exponential(mean), verdict=decided, reasons=why)


def _wider(estimate: Estimate, allowed: float) -> Estimate:
    """With this much more on either side, where there is an interval."""
    if estimate.low is None or estimate.high is None:
        return estimate
    return Estimate(estimate.value, estimate.low - allowed, estimate.high + allowed)


def shift_estimate(old: Array, new: Array, level: float) -> Estimate:
    """How far `new` lies from `old`: the median of all differences, and the exact interval of the Mann-Whitney test.

    The test assumes that rounds are independent and that one distribution is the other one shifted. It assumes nothing
    about their form. Where the spreads differ, it can miss more often than it claims: in simulation 15 % instead of 5 %
    for 6 rounds with four times the spread of 17. Welch's interval allows for that, and both must agree.

    Source: Hodges & Lehmann, *Estimates of location based on rank tests* (1963); Conover, *Practical nonparametric
    statistics* (1999), 5.4.
    """
    differences = np.sort(np.subtract.outer(new, old), axis=None)
    cut = _cut(len(old), len(new), level)
    if not cut:
        return Estimate(statistics.median(differences.tolist()), None, None)
    return Estimate(statistics.median(differences.tolist()), float(differences[cut - 1]), float(differences[-cut]))


@functools.cache
def _cut(old: int, new: int, level: float) -> int:
    """The rank, from either end of the sorted differences, that bounds the interval; 0 if even the first is too narrow.

    The interval holds all shifts that the test would not reject. Shifting past a difference raises U by one, so only
    the number of differences below counts. Samples without ties represent all samples: ties can only widen it.
    """
    method: Literal["exact", "asymptotic"] = "exact" if old * new <= MOST_EXACT else "asymptotic"

    def chance(u: int) -> float:
        """Probability of `u` differences below 0 or fewer, if there were no shift."""
        beaten, rest = divmod(u, old)
        others = [-1.0] * beaten + [old - rest - 0.5] + [float(old)] * (new - beaten - 1)
        return float(stats.mannwhitneyu(range(old), others, alternative="less", method=method).pvalue)

    return bisect.bisect_right(range(old * new), (1 - level) / 2 + 1e-12, key=chance)


def welch_estimate(old: Array, new: Array, level: float) -> Estimate:
    """How far the mean of `new` lies from that of `old`, and Welch's interval, for unequal spreads.

    Source: Welch, *The generalization of Student's problem when several different population variances are involved*
    (1947).
    """
    if min(len(old), len(new)) == 1:
        return Estimate(float(np.mean(new) - np.mean(old)), None, None)
    (old_mean, old_variance), (new_mean, new_variance) = map(mean_and_variance, (old, new))
    mean, parts = new_mean - old_mean, [old_variance / len(old), new_variance / len(new)]
    variance = sum(parts)
    if not variance:
        return Estimate(mean, mean, mean)
    shares = [(part / variance) ** 2 / (len(sample) - 1) for part, sample in zip(parts, (old, new), strict=True)]
    half = math.sqrt(variance) * student(level, 1 / sum(shares))
    return Estimate(mean, mean - half, mean + half)


def slower_by(change: Change, limit: float) -> bool:
    """Whether the change is comparable and both its intervals lie wholly above 1 + `limit`."""
    bounds = [estimate.low for estimate in (change.change, change.mean_change) if estimate and change.comparable]
    return bool(bounds) and all(low is not None and low > 1 + limit for low in bounds)


def smallest_slowdown(change: Change, limit: float) -> float:
    """The smallest slow-down, 0.1 for 10 %, of which `slower_by` this limit is true with intervals as wide as these.

    Infinite where none would be: without an interval, or where runs are not comparable.
    """
    both = [estimate for estimate in (change.change, change.mean_change) if estimate and estimate.low and estimate.high]
    if not change.comparable or len(both) < 2:  # noqa: PLR2004  (two tests must agree)
        return math.inf
    widths = [max(one.value / (one.low or 1), (one.high or 1) / one.value) for one in both]
    return (1 + limit) * max(widths) - 1


def uncompared(pair: Pair, changes: Collection[Change]) -> tuple[Change, ...]:
    """What both runs planned and at least one has not measured; skips are not planned."""
    planned = [{(cell.group, cell.label) for cell in kept.about.cells} for kept in (pair.old, pair.new)]
    rows = (row for row in changes if row.stage == TOTAL and row.cell.role != "baseline" and row.change is None)
    return tuple(row for row in rows if all((row.cell.group, row.cell.label) in cells for cells in planned))


def distrusted(control: Change, threshold: float = THRESHOLD) -> bool:
    """Whether a control, the baseline against itself, changed: which can't be."""
    return control.cell.role == CONTROL and control.change is not None and excludes_1(control.change, threshold)
