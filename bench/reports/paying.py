"""Which loop for how much work: what a start costs beside what each operation saves, with lines of equal break-even.

A loop that starts s seconds slower and saves b seconds with each operation has paid for its start after s / b of them.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.reports import scales
from bench.reports.advice import pays
from bench.reports.document import LOOP, Chart, Column, Entry, Interval, Table
from bench.reports.looks import look_of
from bench.reports.numbers import interval, unit_for
from bench.reports.pictures import Axis, Guide, Plane, Reach, Spot, Subject
from bench.reports.scenes import shortened
from bench.statistics.break_even import BreakEven
from bench.statistics.estimates import Estimate, confidence
from bench.statistics.operations import costs
from bench.store.outcomes import Kept

NOUN = "operations"
STEEPEST = 12  # times as steep as the diagonal, or as flat: beyond it, a line can't be told from an axis


@dataclass(frozen=True, slots=True)
class Paying:
    """What one loop costs and saves against the baseline, in seconds, and after how many operations it is ahead."""

    loop: str
    start_excess: Estimate
    saving: Estimate
    paid: BreakEven


def of_run(kept: Kept) -> Mapping[str, Chart]:
    """A chart for each group of a run with many operations, if the run had one with few beside it."""
    level = confidence(len(kept.about.plan.loops) - 1)
    rows: dict[str, list[Paying]] = {}
    for one in costs(kept):
        if one.cell.role == "loop":
            spent = one.spending
            paid = Paying(one.cell.label, spent.start_excess(level), spent.saving(level), spent.break_even(level))
            rows.setdefault(one.cell.group, []).append(paid)
    return {group: paying(found, kept.about.plan.baseline, group) for group, found in rows.items()}


def paying(rows: Sequence[Paying], baseline: str, group: str) -> Chart:
    """The chart of these loops."""
    x, y = (_axis(title, estimates) for title, estimates in (
        (f"later start than {baseline}", [row.start_excess for row in rows]),
        ("saved by each operation", [row.saving for row in rows]),
    ))  # fmt: skip
    about = (
        f"To the right, how much later than {baseline} a loop starts; upwards, how much time it saves with each "
        "operation; both with intervals. A loop on a dashed line has paid for its start after that number of them; "
        "above the line earlier, below it later. Below the horizontal line at 0 it never pays."
    )
    plane = Plane(x, y, tuple(map(_spot, rows)), tuple(_guides(x, y)))
    return Chart(f"paying-{group}", "Which loop for how much work", about, plane, _table(rows))


def _axis(title: str, estimates: Sequence[Estimate]) -> Axis:
    numbers = [number for one in estimates for number in (one.value, one.low, one.high) if number is not None]
    low, high = scales.evenly(numbers)
    unit = unit_for(max(-low, high) / 10)
    return Axis(f"{title}, {unit.symbol}", low, high, size=unit.size, one=0.0)


def _spot(row: Paying) -> Spot:
    look, (start, saving) = look_of(row.loop), (_said(one) for one in (row.start_excess, row.saving))
    says = f"{row.loop}: starts {start} later, saves {saving} each time; {pays(row.paid, NOUN)}"
    x, y = (Reach(one.value, one.low, one.high) for one in (row.start_excess, row.saving))
    return Spot(x, y, Subject(row.loop), shortened(row.loop), says, look.paint, look.shape)


def _said(estimate: Estimate) -> str:
    unit = unit_for(abs(estimate.value))
    return f"{interval(estimate, unit.size)} {unit.symbol}"


def _guides(x: Axis, y: Axis) -> Iterator[Guide]:
    """Lines through the origin: on each, a start is paid for after a power of 10 of operations."""
    diagonal = x.high / y.high
    first = math.ceil(math.log10(diagonal / STEEPEST))
    for power in range(max(0, first), max(0, math.floor(math.log10(diagonal * STEEPEST)) + 1)):
        number = 10**power
        begin, end = max(x.low, number * y.low), min(x.high, number * y.high)
        yield Guide((begin, begin / number), (end, end / number), f"{number:,} operation{'s' * (number > 1)}")


def _table(rows: Sequence[Paying]) -> Table:
    columns = (Column("later start"), Column("saved each time"), Column("it", side="left"))
    return Table((LOOP,), (columns,), tuple(
        (row.loop, _entry(row.start_excess), _entry(row.saving), pays(row.paid, NOUN)) for row in rows
    ))  # fmt: skip


def _entry(estimate: Estimate) -> Entry:
    return Interval(estimate, unit_for(abs(estimate.value)))
