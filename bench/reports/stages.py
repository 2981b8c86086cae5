"""The chart of where the time of a lifecycle goes, and the table of what differs from the baseline, by stage."""

from collections.abc import Mapping, Sequence

from bench.reports import scales
from bench.reports.document import LOOP, Chart, Column, Entry, Number, Percent, Row, Table, Unit
from bench.reports.numbers import interval, number, unit_for
from bench.reports.pictures import Axis, Line, Mark, Picture, Span
from bench.reports.scenes import SAME, Scene, subject
from bench.statistics.comparisons import Comparison
from bench.subjects.scenarios import STAGES


def stages(scene: Scene) -> tuple[Chart, ...]:
    """Where the time of a lifecycle goes, and where it differs from the baseline's; nothing without stages."""
    by_label = {row.cell.label: _seconds_of(scene, row.cell.label) for row in scene.totals}
    rows = [row for row in scene.totals if by_label[row.cell.label]]
    if not rows:
        return ()
    unit = unit_for(min(row.seconds.value for row in rows if row.seconds))
    longest = max(sum(seconds.values()) for seconds in by_label.values())
    low, high = scales.around([longest, *(row.seconds.value for row in rows if row.seconds)], logarithmic=False)
    axis = Axis(f"{unit.symbol} of one lifecycle", low, high, size=unit.size)
    lines = tuple(_stage_line(row, by_label, unit) for row in rows)
    about = (
        f"The stages of a lifecycle behind each other, in {unit.symbol}: medians of each stage. The bands are totals "
        "that count as the same as the baseline's, and the control's interval."
    )
    picture = Picture(axis, lines, _stage_bands(scene))
    return (
        Chart(f"stages-{scene.scenario}", "Where the time goes", about, picture, _stage_table(rows, by_label, unit)),
    )


def _stage_bands(scene: Scene) -> tuple[Span, ...]:
    baseline = scene.baseline.seconds.value if scene.baseline and scene.baseline.seconds else 0
    if not baseline:
        return ()
    bands = (SAME, *scene.floor)
    return tuple(Span(band.low * baseline, band.high * baseline, band.look, says=band.says) for band in bands)


def _stage_line(row: Comparison, by_label: Mapping[str, Mapping[str, float]], unit: Unit) -> Line:
    bars, start = list[Mark](), 0.0
    for stage, seconds in by_label[row.cell.label].items():
        says = f"{row.cell.label}, {stage}: {number(seconds / unit.size)} {unit.symbol}"
        bars.append(Span(start, start + seconds, "bar", f"s{STAGES.index(stage)}", says, stage))
        start += seconds
    title = f"{row.cell.label} {interval(row.seconds, unit.size)} {unit.symbol}{_most_of_it(row, by_label, unit)}"
    return Line(tuple(bars), subject(row), title)


def _most_of_it(row: Comparison, by_label: Mapping[str, Mapping[str, float]], unit: Unit) -> str:
    """The stage that differs most from the baseline's, where the verdict is that the loop differs."""
    differences = _differences(by_label, row.cell.label, row.baseline)
    if row.verdict not in {"faster", "slower"} or not differences:
        return ""
    stage = max(differences, key=lambda name: abs(differences[name]))
    return f", most of the difference in {stage}: {_signed(differences[stage], unit)}"


def _stage_table(rows: Sequence[Comparison], by_label: Mapping[str, Mapping[str, float]], unit: Unit) -> Table:
    """Each stage of each loop, beside the same stage of the baseline."""
    baseline = rows[0].baseline
    columns = (
        Column("stage", side="left"),
        Column("median", unit),
        Column("less the baseline's", unit, "left"),
        Column("of its total"),
    )
    entries: list[Row] = []
    for row in rows:
        seconds = by_label[row.cell.label]
        for stage, value in seconds.items():
            less = value - by_label.get(baseline, {}).get(stage, value)
            signed: Entry = Number(less) if row.cell.role == "loop" else None
            entries.append((row.cell.label, stage, Number(value), signed, Percent(value / sum(seconds.values()))))
    return Table((LOOP,), (columns,), tuple(entries))


def _seconds_of(scene: Scene, label: str) -> Mapping[str, float]:
    """The medians of the stages of one cell, in their order."""
    found = {row.stage: row.seconds.value for row in scene.rows if row.cell.label == label and row.seconds}
    return {stage: found[stage] for stage in STAGES if stage in found}


def _differences(by_label: Mapping[str, Mapping[str, float]], label: str, baseline: str) -> Mapping[str, float]:
    theirs = by_label.get(baseline, {})
    return {stage: seconds - theirs[stage] for stage, seconds in by_label[label].items() if stage in theirs}


def _signed(seconds: float, unit: Unit) -> str:
    return f"{'+' if seconds > 0 else '-'}{number(abs(seconds) / unit.size)} {unit.symbol}"
