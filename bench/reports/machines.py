"""Runs of several machines as one document: what holds on each, on the average machine and on the next; and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from bench.plan.cells import CONTROL
from bench.reports import page, trust
from bench.reports.document import (
    LOOP,
    Block,
    Caution,
    Column,
    Document,
    Entry,
    Heading,
    Interval,
    Note,
    Number,
    Paragraph,
    Row,
    Table,
    Verdict,
)
from bench.reports.grids import CSV
from bench.reports.machine_charts import ratios
from bench.reports.numbers import number, unit_for
from bench.reports.ratios import estimated, judged, sure
from bench.reports.records import indented
from bench.reports.rendering import PAGE, render
from bench.statistics.estimates import CONFIDENCE
from bench.statistics.machines import Across, Version
from bench.statistics.pooling import LEAST_MACHINES, MISSING
from bench.statistics.runs import Named

MACHINE = Column("machine", side="left", if_narrow="wrap")
NOTHING = "Nothing was measured that could be compared."
TAU = (
    f"average of machines: a random-effects meta-analysis of the ratios of each machine, with its {CONFIDENCE:.0%} "
    "interval. tau: how far machines differ, the standard deviation of the logarithms of their ratios; 0.1 is about "
    f"10 %. next machine: where {CONFIDENCE:.0%} of further machines lie, if these are a fair sample of them."
)
TOO_FEW = (
    f"No line is pooled: that needs {LEAST_MACHINES} machines with the same versions. Each row holds for its machine "
    "alone."
)

Section: TypeAlias = tuple[str, Version]  # the name of a group, and its baseline


def document(
    runs: Sequence[Named], cells: Sequence[Across], notes: Sequence[str] = (), *, can_pool: bool = True
) -> Document:
    """The sentence, the machines, and a table for each scenario; `can_pool`: whether there is statsmodels."""
    sections = _sections(cells)
    body = [block for section, rows in sections.items() for block in _section(section, rows)]
    return Document(
        title=Heading("Event loops on several machines", 1),
        conclusion=Paragraph(_conclusion(cells)),
        summary=(
            Note(_legend(cells)),
            *_pooling(cells, can_pool=can_pool),
            Heading("Machines"),
            _machines(runs),
            *map(Note, (*notes, *_incomplete(runs))),
        ),
        body=tuple(body),
    )


def files(document: Document) -> Mapping[str, str]:
    """The document as files, by their names."""
    made = {name: render(document, style) for name, style in (("README.md", PAGE), ("machines.csv", CSV))}
    return {**made, "report.html": page.text(document)}


def as_json(runs: Sequence[Named], cells: Sequence[Across]) -> str:
    """The machines, and an object for each cell with the ratio of each machine; absent numbers are null."""
    return indented({
        "runs": [
            {"name": run.name, "machine": run.machine, "measured": run.about.started, "facts": run.facts,
             "complete": run.digest().complete}
            for run in runs
        ],
        "cells": [dict(_fields(cell)) for cell in cells],
    })  # fmt: skip


def _fields(cell: Across) -> Iterator[tuple[str, object]]:
    yield from (("cell", cell.cell), ("baseline", cell.baseline), ("version", cell.version))
    yield ("machines", [
        {"machine": one.machine, "runs": one.runs, "ratio": one.ratio, "verdict": one.verdict,
         "seconds": one.row.seconds, "variance": one.effect.variance if one.effect else None}
        for one in cell.machines
    ])  # fmt: skip
    yield ("pooled", cell.pooled)


def _sections(cells: Sequence[Across]) -> Mapping[Section, list[Across]]:
    sections: dict[Section, list[Across]] = {}
    for cell in cells:
        sections.setdefault((cell.cell.group, cell.baseline), []).append(cell)
    return sections


def _section(section: Section, cells: Sequence[Across]) -> Iterator[Block]:
    group, baseline = section
    loops = [cell for cell in cells if cell.cell.role == "loop" and cell.measured]
    if not loops:
        return
    yield Heading(f"{group}, divided by {baseline.loop} {baseline.version} on {baseline.python}")
    yield _table(cells)
    yield from ratios(group, loops)
    yield from _trust(cells)


def _table(cells: Sequence[Across]) -> Table:
    """A row for each loop on each machine, then one for all; the baseline's seconds are those of each machine."""
    baselines = {one.machine: one for cell in cells if cell.cell.role == "baseline" for one in cell.machines}
    seconds = {machine: one.row.seconds for machine, one in baselines.items()}
    unit = unit_for(min((one.value for one in seconds.values() if one), default=1))
    rows: list[Row] = []
    pooled = (Column("tau"), Column("next machine")) if any(cell.pooled for cell in cells) else ()
    for cell in sorted(cells, key=lambda cell: cell.cell.role, reverse=True):  # loops, then the control
        if cell.cell.role == "baseline":
            continue
        for one in cell.machines:
            main = (_loop(cell), one.machine, estimated(one.ratio), judged(cell.cell.role, one.verdict))
            rows.append((*main, *("" for _ in pooled), estimated(seconds.get(one.machine))))
        rows += _pooled(cell)
    groups = ((Column("ratio"), Column("verdict")), pooled, (Column(cells[0].baseline.loop, unit),))
    return Table((LOOP, MACHINE), tuple(filter(None, groups)), tuple(rows))


def _loop(cell: Across) -> str:
    """The loop and its version, and its interpreter if that is not the baseline's; the control has none."""
    if cell.cell.role == CONTROL:
        return cell.cell.label
    version = cell.version
    return (
        f"{version.loop} {version.version}{'' if version.python == cell.baseline.python else f' on {version.python}'}"
    )


def _pooled(cell: Across) -> Iterator[Row]:
    if pooled := cell.pooled:
        verdict: Entry = Verdict(pooled.verdict) if cell.cell.role == "loop" else judged(cell.cell.role, "")
        name = f"average of {len(cell.measured)}"
        following = Interval(pooled.next_machine)
        yield (_loop(cell), name, estimated(pooled.ratio), verdict, Number(pooled.tau), following, "")


def _trust(cells: Sequence[Across]) -> Iterator[Caution]:
    for cell in cells:
        for one in cell.machines:
            for caution in trust.of_run([one.row]):
                yield replace(caution, cause=f"on {one.machine}, {caution.cause}")


def _conclusion(cells: Sequence[Across]) -> str:
    """For each loop from what to what its ratio goes, over all scenarios and machines; and where the next one lies."""
    loops: dict[str, list[Across]] = {}
    for cell in cells:
        if cell.cell.role == "loop" and cell.measured:
            loops.setdefault(_loop(cell), []).append(cell)
    return " ".join(_sentence(loop, rows) for loop, rows in loops.items()) or NOTHING


def _sentence(loop: str, cells: Sequence[Across]) -> str:
    ratios = sorted(one.ratio.value for cell in cells for one in cell.measured if one.ratio)
    machines = {one.machine for cell in cells for one in cell.measured}
    takes = " to ".join(dict.fromkeys(map(number, (ratios[0], ratios[-1]))))
    on = f"On {len(machines)} machines" if len(machines) > 1 else "On one machine"
    said = f"{on}, a lifecycle takes {takes} times as long with {loop} as with {cells[0].baseline.loop}"
    widest = [cell.pooled.next_machine for cell in cells if cell.pooled]
    bounds = [bound for one in widest for bound in (one.low, one.high) if bound is not None]
    if bounds:
        said += f"; on the next machine, {number(min(bounds))} to {number(max(bounds))}"
    return f"{said}."


def _legend(cells: Sequence[Across]) -> str:
    level = sure(one.row.compared for cell in cells for one in cell.machines)
    return (
        "ratio: the loop's seconds divided by the baseline's of the same run on the same machine, below 1 is faster; "
        f"in brackets the confidence intervals, {level}. Seconds of two machines are never put together. "
        "control: the baseline again, the noise floor of each machine."
    )


def _pooling(cells: Sequence[Across], *, can_pool: bool) -> Iterator[Note]:
    if any(cell.pooled for cell in cells):
        yield Note(TAU)
    elif any(len(cell.measured) >= LEAST_MACHINES for cell in cells) and not can_pool:
        yield Note(f"No line is pooled: {MISSING}")
    else:
        yield Note(TOO_FEW)


def _machines(runs: Sequence[Named]) -> Table:
    """How much each machine has measured, with which interpreters, and when."""
    by_machine: dict[str, list[Named]] = {}
    for run in runs:
        by_machine.setdefault(run.machine, []).append(run)
    rows = tuple(
        (machine, len(theirs), _each(theirs, "cpu"), _each(theirs, "kernel"), _each(theirs, "python"), _days(theirs))
        for machine, theirs in by_machine.items()
    )
    texts = [Column(name, side="left", if_narrow="below") for name in ("processor", "kernel", "python", "measured")]
    return Table((MACHINE,), ((Column("runs"),), *((text,) for text in texts)), rows)


def _each(runs: Sequence[Named], name: str) -> str:
    return ", ".join(dict.fromkeys(run.facts.get(name, "unknown") for run in runs))


def _days(runs: Sequence[Named]) -> str:
    days = sorted(run.about.started for run in runs)
    return " to ".join(dict.fromkeys((days[0], days[-1])))


def _incomplete(runs: Sequence[Named]) -> Iterator[str]:
    """What a reader must know of single runs."""
    for run in runs:
        if not run.digest().complete:
            yield f"{run.name} is not complete: not every scenario has the planned rounds"
        yield from (f"{run.name}: {problem}" for problem in dict.fromkeys(run.digest().notes))
