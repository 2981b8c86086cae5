"""Which loop for how much work: what a start costs beside what each operation saves, with lines of equal break-even.

A loop that starts s seconds slower and saves b seconds with each operation has paid for its start after s / b of them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.reports import scales
from bench.reports.document import LOOP, Chart, Column, Entry, Interval, Table
from bench.reports.looks import look_of
from bench.reports.numbers import interval, unit_for
from bench.reports.pictures import Axis, Guide, Plane, Reach, Spot, Subject
from bench.reports.scenes import shortened
from bench.statistics.break_even import BreakEven
from bench.statistics.estimates import Estimate

STEEPEST = 12  # times as steep as the diagonal, or as flat: beyond it, a line can't be told from an axis


@dataclass(frozen=True, slots=True)
class Paying:
    """What one loop costs and saves against the baseline, in seconds, and after how many operations it is ahead."""

    loop: str
    start_excess: Estimate
    saving: Estimate
    paid: BreakEven | None = None


def paying(rows: Sequence[Paying], baseline: str, operation: str) -> tuple[Chart, ...]:
    """The chart of these loops, for this kind of operation; nothing without loops."""
    if not rows:
        return ()
    x, y = (_axis(title, estimates) for title, estimates in (
        (f"later start than {baseline}", [row.start_excess for row in rows]),
        (f"saved by each {operation}", [row.saving for row in rows]),
    ))  # fmt: skip
    about = (
        f"To the right, how much later than {baseline} a loop starts; upwards, how much time it saves with each "
        f"{operation}; both with intervals. A loop on a dashed line has paid for its start after that number of them; "
        "above the line earlier, below it later. Below the horizontal line at 0 it never pays."
    )
    plane = Plane(x, y, tuple(map(_spot, rows)), tuple(_guides(x, y, operation)))
    return (Chart(f"paying-{operation}".replace(" ", "-"), "Which loop for how much work", about, plane, _table(rows)),)


def _axis(title: str, estimates: Sequence[Estimate]) -> Axis:
    numbers = [number for one in estimates for number in (one.value, one.low, one.high) if number is not None]
    low, high = scales.evenly(numbers)
    unit = unit_for(max(-low, high) / 10)
    return Axis(f"{title}, {unit.symbol}", low, high, size=unit.size, one=0.0)


def _spot(row: Paying) -> Spot:
    look, (start, saving) = look_of(row.loop), (_said(one) for one in (row.start_excess, row.saving))
    says = f"{row.loop}: starts {start} later, saves {saving} each time; {ahead(row.paid)}"
    x, y = (Reach(one.value, one.low, one.high) for one in (row.start_excess, row.saving))
    return Spot(x, y, Subject(row.loop), shortened(row.loop), says, look.paint, look.shape)


def _said(estimate: Estimate) -> str:
    unit = unit_for(abs(estimate.value))
    return f"{interval(estimate, unit.size)} {unit.symbol}"


def _guides(x: Axis, y: Axis, operation: str) -> Iterator[Guide]:
    """Lines through the origin: on each, a start is paid for after a power of 10 of operations."""
    diagonal = x.high / y.high
    first = math.ceil(math.log10(diagonal / STEEPEST))
    for power in range(max(0, first), max(0, math.floor(math.log10(diagonal * STEEPEST)) + 1)):
        number = 10**power
        begin, end = max(x.low, number * y.low), min(x.high, number * y.high)
        yield Guide((begin, begin / number), (end, end / number), f"{number:,} {operation}{'s' * (number > 1)}")


def ahead(paid: BreakEven | None) -> str:
    """When a loop is ahead of the baseline, in words."""
    match paid:
        case BreakEven("after", value, low, high) if value is not None and low is not None and high is not None:
            return f"ahead after {value:,.0f} ({low:,.0f}–{high:,.0f})"
        case BreakEven("never"):
            return "never ahead"
        case BreakEven("always"):
            return "ahead from the first on"
        case BreakEven("unknown", low=low) if low is not None:
            return f"ahead not before {low:,.0f}, if ever"
        case _:
            return "when it is ahead is unknown"


def _table(rows: Sequence[Paying]) -> Table:
    columns = (Column("later start"), Column("saved each time"), Column("it is", side="left"))
    return Table((LOOP,), (columns,), tuple(
        (row.loop, _entry(row.start_excess), _entry(row.saving), ahead(row.paid)) for row in rows
    ))  # fmt: skip


def _entry(estimate: Estimate) -> Entry:
    return Interval(estimate, unit_for(abs(estimate.value)))
