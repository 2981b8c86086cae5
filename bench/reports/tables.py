"""The report of a run, as a document.

A table for each scenario: loop, total and ratio with their intervals, verdict, stages; below it what must be known to
read it. Numbers of one table share one unit.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from bench.errors import PROGRAM
from bench.plan.cells import Plan, Thread
from bench.plan.sampling import Sampling
from bench.reports import resources as resources_report
from bench.reports import trust
from bench.reports.document import (
    Block,
    Column,
    Command,
    Document,
    Entry,
    Heading,
    Note,
    Number,
    Paragraph,
    Row,
    Table,
    Unit,
)
from bench.reports.numbers import percent, unit_for
from bench.reports.ratios import estimated, judged, sure, to_baseline
from bench.reports.reasons import Gap, commands, notes, sentence
from bench.reports.sentence import closing_sentence
from bench.resources.readings import Resources
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import TOTAL, Kept
from bench.store.placed import placed
from bench.subjects.scenarios import STAGES
from bench.subjects.workloads import SLEEP

THREADS: Mapping[Thread, str] = {
    "main": "All ran in the main thread, the only one where asyncio and most loops install signal handlers.",
    "worker": "All ran in a thread beside the main one, where no signal handlers are installed.",
}
SCENARIO, LOOP = Column("scenario", side="left"), Column("loop", side="left")


def document(kept: Kept, comparisons: Sequence[Comparison], resources: Resources | None = None) -> Document:
    """The sentence, an overview, the tables, and what they were measured with."""
    costs = resources_report.document(resources).page() if resources else ()
    return Document(
        title=Heading("Event loops compared", 1),
        conclusion=Paragraph(closing_sentence(kept, comparisons)),
        summary=(Note(_legend(kept, comparisons)), *_disturbances(kept), *overview(kept, comparisons)),
        body=(*_scenarios(kept, comparisons), *map(Note, dict.fromkeys(kept.notes))),
        details=(*costs, Heading("How it was measured"), _facts(kept)),
    )


def overview(kept: Kept, comparisons: Sequence[Comparison]) -> tuple[Table, ...]:
    """A row for each scenario: the total of the baseline, and each loop's ratio to it; nothing for one scenario."""
    totals = {(row.cell.group, row.cell.label): row for row in comparisons if row.stage == TOTAL and row.seconds}
    baseline = kept.about.plan.baseline
    others = [name for name in dict.fromkeys(name for _, name in totals) if name != baseline]
    rows: list[Row] = []
    for scenario in dict.fromkeys(scenario for scenario, _ in totals):
        first, *ratios = (totals.get((scenario, name)) for name in (baseline, *others))
        seconds = estimated(first.seconds, _unit([first])) if first else None
        rows.append((scenario, seconds, *(estimated(row.ratio) if row else None for row in ratios)))
    columns = tuple((Column(name),) for name in (baseline, *others))
    return (Table((SCENARIO,), columns, tuple(rows)),) if len(rows) > 1 else ()


def _scenarios(kept: Kept, comparisons: Sequence[Comparison]) -> Iterator[Block]:
    for group in kept.about.groups:
        rows = [row for row in comparisons if row.cell.group == group.name]
        totals = [row for row in rows if row.stage == TOTAL]
        yield Heading(f"{group.name}: {group.scenario.title}")
        yield _table(rows)
        yield from trust.of_run(totals)
        yield from notes((row.cell.label, _gap(row)) for row in totals if row.reasons)
        yield from _too_wide(totals, kept.about.plan.sampling)


def _legend(kept: Kept, comparisons: Sequence[Comparison]) -> str:
    baseline = kept.about.plan.baseline
    level = sure(row.compared for row in comparisons if row.seconds)
    return (
        f"total: seconds of one lifecycle, the sum of its stages; ratio: divided by {baseline}'s in the same sweep, "
        f"below 1 is faster; in brackets the confidence interval of "
        f"the median over all rounds, {level}. control: {baseline} again, the noise floor. "
        f"{THREADS[kept.about.plan.thread]}{_own_threads(kept)}"
    )


def _own_threads(kept: Kept) -> str:
    """Which scenarios are an exception to that, if any."""
    own = dict.fromkeys(group.scenario.name for group in kept.about.groups if group.scenario.threads)
    return f" In {', '.join(own)} they ran in threads of the scenario's own, which install none." if own else ""


def _disturbances(kept: Kept) -> Iterator[Block]:
    """What disturbed when the run was begun; nothing where nobody looked."""
    disturbances = kept.about.disturbances
    if disturbances is not None:
        yield Note(f"Disturbances when it began: {'; '.join(disturbances) or 'none found'}.")
        yield Command("see what disturbs now", f"{PROGRAM} doctor")


def _facts(kept: Kept) -> Table:
    plan, sampling = kept.about.plan, kept.about.plan.sampling
    more = f" or more, for {_asked(sampling)}" if sampling.precision else ""
    workers = placed(kept)
    values = f", each of up to {sampling.in_a_turn} values" if workers else ""
    settings: dict[str, Entry] = {
        "measured": kept.about.started,
        "workload": _workloads(plan),
        "rounds": f"{sampling.rounds}{more}, of up to {sampling.sweeps} sweeps{values}",
        "seed": plan.seed,
        "affinity": plan.affinity,
        "method": f"lock-step, version {kept.about.method}",
    }
    if workers:
        settings["workers"] = str(workers)
    rows = (*settings.items(), *kept.facts.items())
    return Table((Column("what", side="left"),), ((Column("value", side="left"),),), rows)


def _table(rows: Sequence[Comparison]) -> Table:
    """The table of one scenario. Where it is too wide, the stages stand in a second one."""
    totals = [row for row in rows if row.stage == TOTAL and row.seconds]
    unit = _unit(totals)
    stages = [stage for stage in STAGES if any(row.stage == stage for row in rows)]
    main = (Column("total", unit), Column("ratio"), Column("verdict"))
    columns = tuple(Column(stage, unit, shares_unit=True) for stage in stages)
    return Table((LOOP,), (main, columns), tuple((*_main(row), *_stages(rows, row, stages)) for row in totals))


def _main(row: Comparison) -> Row:
    cell = row.cell
    return (cell.label, estimated(row.seconds), to_baseline(cell.role, row.ratio), judged(cell.role, row.verdict))


def _stages(rows: Sequence[Comparison], total: Comparison, stages: Sequence[str]) -> Iterator[Entry]:
    seconds = {row.stage: row.seconds for row in rows if row.cell.label == total.cell.label}
    for stage in stages:
        estimate = seconds.get(stage)
        yield Number(estimate.value) if estimate else None


def _gap(row: Comparison) -> Gap:
    return Gap(not row.seconds, sentence(row.reasons), commands(row.reasons))


def _too_wide(totals: Sequence[Comparison], sampling: Sampling) -> Iterator[Note]:
    """Which intervals are wider than was asked for, where anything was."""
    narrowing = [row for row in totals if all(reason.narrows for reason in row.reasons)]
    widths = {row.cell.label: row.ratio.half_width for row in narrowing if row.ratio}
    asked = sampling.precision or math.inf
    wide = [f"{name} ±{percent(width)}" for name, width in widths.items() if asked < width < math.inf]
    if wide:
        yield Note(f"wider than asked, {', '.join(wide)}: more time narrows it ({_asked(sampling)} was asked for)")


def _workloads(plan: Plan) -> str:
    """The workloads with their sizes."""
    sleep = f"get_data with a sleep of {plan.delay_s:g} s"
    return "; ".join(sleep if workload == SLEEP else workload for workload in plan.workloads)


def _asked(sampling: Sampling) -> str:
    return f"±{percent(sampling.precision or 0)} within {sampling.max_time_s or math.inf:g} s"


def _unit(totals: Sequence[Comparison]) -> Unit:
    return unit_for(min((row.seconds.value for row in totals if row.seconds), default=1))
