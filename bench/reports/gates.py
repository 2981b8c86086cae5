"""What a user asks of a comparison of two runs, or of one run; what fails it, and how small a slow-down could show."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.plan.cells import Cell
from bench.reports.numbers import interval, percent
from bench.statistics.changes import Change, slower_by, smallest_slowdown, uncompared
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import THRESHOLD
from bench.statistics.pairs import Pair
from bench.store.outcomes import TOTAL


@dataclass(frozen=True, slots=True)
class Gate:
    """What fails: a total that is slower by more than `slower`, one that is `inconclusive`, or a gate without `power`.

    A gate has power where a slow-down by twice its limit, and by the limit and 1 % at least, would have shown.
    """

    slower: float | None = None
    inconclusive: bool = False
    power: bool = False


def failures(gate: Gate, pair: Pair, changes: Sequence[Change]) -> tuple[str, ...]:
    """What fails, a sentence for each."""
    missed = uncompared(pair, changes)
    return tuple(failure for row in _totals(changes) for failure in _failures(gate, row, row in missed))


def passed(gate: Gate, changes: Sequence[Change]) -> str | None:
    """What a gate that nothing failed says of its power; None without a limit."""
    totals = _totals(changes)
    if gate.slower is None or not totals:
        return None
    limit = gate.slower
    weakest = max(totals, key=lambda row: smallest_slowdown(row, limit))
    return _passed(weakest.cell, smallest_slowdown(weakest, limit), limit, "these two runs")


def slower(gate: Gate, rows: Sequence[Comparison]) -> tuple[str, ...]:
    """The loops of one run that are slower than its baseline by more than the gate allows, a sentence for each.

    Their whole interval lies beyond that. With `power`, also those of which the run could not have shown it.
    """
    limit, found = gate.slower or 0.0, list[str]()
    for row in (row for row in rows if row.stage == TOTAL and row.cell.role == "loop" and row.ratio):
        name, smallest = f"{row.cell.label} in {row.cell.group}", _smallest(row, limit)
        if row.verdict == "slower" and row.ratio and (row.ratio.low or 0) > 1 + limit:
            found.append(f"{name} is slower than {row.baseline} by more than {limit * 100:g}%: {interval(row.ratio)}")
        elif gate.power and smallest > _needed(limit):
            slowdown = f"a slow-down of {percent(_needed(limit))}"
            found.append(f"{name}: {slowdown} could not have failed; this run {_shown(smallest)}")
    return tuple(found)


def not_slower(gate: Gate, rows: Sequence[Comparison]) -> str | None:
    """What a gate that no loop of one run failed says of its power; None where no loop was compared."""
    limit = gate.slower or 0.0
    totals = [row for row in rows if row.stage == TOTAL and row.cell.role == "loop" and row.ratio]
    if not totals:
        return None
    weakest = max(totals, key=lambda row: _smallest(row, limit))
    return _passed(weakest.cell, _smallest(weakest, limit), limit, "this run")


def _smallest(row: Comparison, limit: float) -> float:
    """The smallest slow-down, 0.1 for 10 %, that fails with an interval as wide as this; infinite if none would."""
    ratio = row.ratio
    return (1 + limit) * ratio.value / ratio.low - 1 if ratio and ratio.low else math.inf


def _passed(cell: Cell, smallest: float, limit: float, runs: str) -> str:
    needed = _needed(limit)
    power = f"in {cell.group}, for {cell.label}, {runs} {_shown(smallest)}"
    if smallest <= needed:
        return f"passed; {power}"
    return f"passed, but {power}: the gate could not have failed on one of {percent(needed)}"


def _totals(changes: Sequence[Change]) -> list[Change]:
    return [row for row in changes if row.stage == TOTAL and row.cell.role == "loop"]


def _shown(smallest: float) -> str:
    if math.isinf(smallest):
        return "could not have shown any slow-down"
    return f"could have shown a slow-down of {percent(smallest)}, and no smaller one"


def _needed(limit: float) -> float:
    return limit + max(limit, THRESHOLD)


def _failures(gate: Gate, row: Change, missed: bool) -> Iterator[str]:  # noqa: FBT001  (whether the row is one of them)
    name = f"{row.cell.label} in {row.cell.group}"
    if gate.slower is not None and slower_by(row, gate.slower):
        yield f"{name} is slower by more than {gate.slower * 100:g}%: {interval(row.change)}"
    elif gate.slower is not None and gate.power and smallest_slowdown(row, gate.slower) > _needed(gate.slower):
        shown = _shown(smallest_slowdown(row, gate.slower))
        yield f"{name}: a slow-down of {percent(_needed(gate.slower))} could not have failed; these two runs {shown}"
    if gate.inconclusive and missed:
        yield f"{name} could not be compared"
    elif gate.inconclusive and row.verdict == "inconclusive":
        yield f"{name} is inconclusive: {interval(row.change)}"
