"""The answer of a run, which fits on one screen: the ratios of all scenarios, what they mean, and what they do not say.

With one loop beside the baseline, a row is a scenario and has the interval; with more, a row is a loop, and loops that
can't be told apart from the fastest share a mark. There are no ranks.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from bench.plan.cells import CONTROL
from bench.reports import gaps, trust
from bench.reports.document import (
    LOOP,
    SCENARIO,
    Block,
    Column,
    Entry,
    Judged,
    Marked,
    Note,
    Number,
    Paragraph,
    Row,
    Table,
)
from bench.reports.meaning import meaning
from bench.reports.numbers import unit_for
from bench.reports.ratios import estimated, judged, sure
from bench.statistics.comparisons import Comparison
from bench.statistics.places import BASELINE, places
from bench.store.outcomes import TOTAL, Kept

FIRST = "*"


def answer(kept: Kept, comparisons: Sequence[Comparison]) -> Iterator[Block]:
    """What was found, what it means, and what must be known to believe it."""
    totals = tuple(row for row in comparisons if row.stage == TOTAL)
    measured = [row for row in totals if row.seconds]
    if measured:
        yield from overview(kept, measured)
        yield Note(_legend(kept, measured))
        yield Paragraph(meaning(kept, measured))
    yield from trust.of_run(totals)
    yield from gaps.merged(totals, len(kept.about.groups))
    yield from gaps.too_wide(measured, kept.about.plan.sampling)
    yield from map(Note, dict.fromkeys(kept.notes))


def overview(kept: Kept, totals: Sequence[Comparison]) -> Iterator[Table]:
    """The ratio of each loop in each scenario with its verdict, and the baseline's seconds."""
    cells = {(row.cell.group, row.cell.label): row for row in totals if row.seconds}
    names = tuple(dict.fromkeys(row.cell.group for row in totals if row.seconds))
    loops = [loop for loop in kept.about.plan.labels if any((name, loop) in cells for name in names)]
    yield _by_loop(kept, cells, names) if _are_many(totals) else _by_scenario(kept, cells, names, loops)


def _are_many(totals: Sequence[Comparison]) -> bool:
    """Whether more than one loop is compared with the baseline."""
    return len({row.cell.label for row in totals if row.cell.role == "loop" and row.seconds}) > 1


def _by_scenario(
    kept: Kept, cells: Mapping[tuple[str, str], Comparison], names: Sequence[str], loops: Sequence[str]
) -> Table:
    """A row for each scenario: the baseline's seconds, the ratio with its interval and verdict, and the control."""
    baseline = kept.about.plan.baseline
    others = [loop for loop in loops if loop != baseline]
    rows: list[Row] = []
    for name in names:
        ratios = [cells.get((name, loop)) for loop in others]
        entries = [entry for row in ratios for entry in _ratio(row)]
        control = cells.get((name, CONTROL))
        rows.append(
            (name, _seconds(cells.get((name, baseline))), *entries, estimated(control.ratio) if control else None)
        )
    groups: list[tuple[Column, ...]] = [(Column(baseline),)]
    groups += [(Column(loop, bar=True), Column("verdict", side="left")) for loop in others]
    return Table((SCENARIO,), (*groups, (Column(CONTROL, if_narrow="drop"),)), tuple(rows))


def _ratio(row: Comparison | None) -> tuple[Entry, Entry]:
    return (estimated(row.ratio), judged(row.cell.role, row.verdict)) if row else (None, None)


def _seconds(row: Comparison | None) -> Number | None:
    """The median with its own unit, since scenarios differ."""
    return Number(row.seconds.value, unit_for(row.seconds.value)) if row and row.seconds else None


def _by_loop(kept: Kept, cells: Mapping[tuple[str, str], Comparison], names: Sequence[str]) -> Table:
    """A row for each loop, a column for each scenario; loops keep the order in which they were asked for."""
    first = {name: _first(kept, cells, name) for name in names}
    labels = [label for loop in kept.about.plan.labels for label in _labels(kept, loop)]
    rows = tuple(
        (label, *(_entry(cells.get((name, label)), label in first[name]) for name in names))
        for label in labels
        if any((name, label) in cells for name in names)
    )
    return Table((LOOP,), tuple((Column(name, side="left"),) for name in names), rows)


def _labels(kept: Kept, loop: str) -> tuple[str, ...]:
    return (loop, CONTROL) if loop == kept.about.plan.baseline else (loop,)


def _first(kept: Kept, cells: Mapping[tuple[str, str], Comparison], name: str) -> Collection[str]:
    """The loops in this scenario that can't be told apart from the fastest."""
    ratios = {label: row.ratio for (scenario, label), row in cells.items() if scenario == name and row.ratio}
    ratios.pop(CONTROL, None)
    ratios[kept.about.plan.baseline] = BASELINE
    return {label for label, place in places(ratios).items() if place == 1}


def _entry(row: Comparison | None, first: bool) -> Entry:  # noqa: FBT001  (whether it has the mark)
    entry = _seconds(row) if row and row.cell.role == "baseline" else _judged(row)
    return Marked(entry, FIRST) if entry and first else entry


def _judged(row: Comparison | None) -> Judged | None:
    if not row or not row.ratio:
        return None
    return Judged(row.ratio.value, "" if row.cell.role == CONTROL else row.verdict or "")


def _legend(kept: Kept, totals: Sequence[Comparison]) -> str:
    baseline, level = kept.about.plan.baseline, sure(row.compared for row in totals)
    ratio = f"Times as long as with {baseline}, measured in the same moments; below 1 is faster."
    if _are_many(totals):
        ratio += f" {FIRST}: no loop is faster for sure. Intervals ({level}) stand in the tables of the scenarios."
    else:
        ratio += f" In brackets the confidence interval, {level}."
    return f"{ratio} {CONTROL}: {baseline} again, what is noise."
