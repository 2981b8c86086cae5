"""How fast a loop is beside how many of asyncio's promises it keeps: a loop may be fast by what it leaves out."""

import re
from collections.abc import Mapping

from bench.plan.cells import CONTROL
from bench.reports.document import LOOP, Chart, Column, Interval, Percent, Table, Verdict
from bench.reports.pictures import Axis, Plane, Reach, Spot
from bench.reports.scenes import SAME, Scene, bounds, label, look_of_row, ratio_axis, shortened, subject
from bench.statistics.comparisons import Comparison

LEAST = 0.02  # of the promises, on the axis: where all loops keep all of them, they stand together at the top
KEPT_OF_TRIED = re.compile(r"(\d{1,6})/(\d{1,6})")


def promised(scene: Scene, promises: Mapping[str, str]) -> tuple[Chart, ...]:
    """The loops of one scenario that were checked; nothing where that is none but the baseline.

    `promises`: kept/tried of each loop that was checked, such as 41/44.
    """
    kept = {loop: part for loop, text in promises.items() if (part := _kept(text)) is not None}
    rows = [row for row in scene.totals if row.cell.loop in kept and row.cell.role != CONTROL]
    if not any(row.cell.role == "loop" and row.ratio for row in rows):
        return ()
    x = ratio_axis(scene.divisor, bounds(row.ratio for row in rows))
    y = Axis("promises kept, %", max(0.0, 1 - max(LEAST, 1.1 * (1 - min(kept.values())))), 1.0, size=0.01)
    about = (
        f"To the left of the line a loop is faster than {scene.divisor}; upwards it keeps more of asyncio's promises, "
        "of those that were tried on it. Promises are not part of any verdict."
    )
    spots = tuple(_spot(row, kept[row.cell.loop]) for row in rows if row.ratio or row.cell.role == "baseline")
    plane = Plane(x, y, spots, bands=(SAME, *scene.floor))
    name = f"promises-{scene.scenario}"
    return (Chart(name, "Speed beside promises kept", about, plane, _table(rows, promises, kept)),)


def _kept(text: str) -> float | None:
    """The part that is kept; None where nothing was tried."""
    found = KEPT_OF_TRIED.fullmatch(text)
    return int(found[1]) / int(found[2]) if found and int(found[2]) else None


def _spot(row: Comparison, part: float) -> Spot:
    look, ratio = look_of_row(row), row.ratio
    x = Reach(ratio.value, ratio.low, ratio.high) if ratio else Reach(1.0)
    says = f"{label(row) if ratio else row.cell.loop}: {100 * part:.0f} % of promises kept"
    return Spot(x, Reach(part), subject(row), shortened(row.cell.label), says, look.paint, look.shape)


def _table(rows: list[Comparison], promises: Mapping[str, str], kept: Mapping[str, float]) -> Table:
    columns = (Column("ratio"), Column("verdict"), Column("kept/tried"), Column("part"))
    return Table((LOOP,), (columns,), tuple(
        (row.cell.loop, Interval(row.ratio) if row.ratio else 1, Verdict(row.verdict or "baseline"),
         promises[row.cell.loop], Percent(kept[row.cell.loop]))
        for row in rows
    ))  # fmt: skip
