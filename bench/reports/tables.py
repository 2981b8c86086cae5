"""The report of a run, as a document.

First the answer, then a table for each scenario: loop, total and ratio with their intervals, verdict, stages; below it
what must be known to read it. Numbers of one table share one unit.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bench.contract.findings import promised
from bench.errors import AS_MODULE
from bench.plan.cells import Plan, Thread
from bench.plan.sampling import Sampling
from bench.reports import again, charts, growth, serving, surroundings, troubles, trust
from bench.reports.answer import answer
from bench.reports.besides import NOTHING, Besides
from bench.reports.document import (
    LOOP,
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
from bench.reports.gaps import half_width, wide_rows
from bench.reports.numbers import percent, unit_for
from bench.reports.origins import origin, views
from bench.reports.prose import unbroken
from bench.reports.ratios import estimated, judged, sure, to_baseline
from bench.reports.reasons import Gap, commands, notes, sentence
from bench.reports.sentence import closing_sentence
from bench.statistics.comparisons import Comparison
from bench.statistics.places import BASELINE, places
from bench.statistics.shares import Shares, stage_shares
from bench.store.outcomes import TOTAL, Kept
from bench.store.placed import placed
from bench.subjects.scenarios import STAGES
from bench.subjects.workloads import SLEEP

THREADS: Mapping[Thread, str] = {
    "main": "All ran in the main thread, the only one where asyncio and most loops install signal handlers.",
    "worker": "All ran in a thread beside the main one, where no signal handlers are installed.",
}
PLACES = "place: 1, and one more for each loop that is faster for sure; loops that share one can't be told apart. "
PROMISED = (
    f" promises: of asyncio's, how many the loop keeps of those that {unbroken(f'{AS_MODULE} check')} tried; "
    "not part of any verdict."
)


def document(kept: Kept, comparisons: Sequence[Comparison], besides: Besides | None = None) -> Document:
    """The answer, the tables of all scenarios, and what they were measured with."""
    besides = besides or NOTHING
    promises = promised(besides.checks)
    return Document(
        title=Heading("Event loops compared", 1),
        origin=origin(kept),
        views=views(kept),
        conclusion=Paragraph(closing_sentence(kept, comparisons)),
        summary=(
            *charts.overview(comparisons),
            *answer(kept, comparisons),
            *serving.served(kept),
            *growth.of_run(kept.about.groups, comparisons),
            *_disturbances(kept),
            *surroundings.of_run(kept),
        ),
        body=(Note(_legend(kept, comparisons, promises)), *_scenarios(kept, comparisons, promises)),
        details=(
            *troubles.section(kept, comparisons),
            *besides.sections(),
            Heading("How it was measured"),
            _facts(kept),
            Command("make it again", again.command(kept.about.plan)),
        ),
    )


def brief(report: Document) -> Document:
    """The answer alone, for a screen: it leaves the tables of the scenarios to the report."""
    return replace(report, body=())


def _scenarios(kept: Kept, comparisons: Sequence[Comparison], promises: Mapping[str, str]) -> Iterator[Block]:
    shares, skipped = stage_shares(kept), {skip.cell for skip in kept.about.skips}
    for group in kept.about.groups:
        rows = [row for row in comparisons if row.cell.group == group.name]
        totals = [row for row in rows if row.stage == TOTAL]
        yield Heading(f"{group.name}: {group.scenario.title}", key=group.name)
        yield _table(rows, shares, promises)
        yield from trust.of_run(totals)
        yield from notes((row.cell.label, _gap(row)) for row in totals if row.reasons and row.cell not in skipped)
        yield from _too_wide(totals, kept.about.plan.sampling)
        yield from serving.fetched(kept, group, rows)


def _legend(kept: Kept, comparisons: Sequence[Comparison], promises: Mapping[str, str]) -> str:
    baseline = kept.about.plan.baseline
    level = sure(row.compared for row in comparisons if row.seconds)
    places = PLACES if any(row.compared > 1 for row in comparisons) else ""
    return (
        f"total: time of one lifecycle, the median over all rounds. {', '.join(STAGES)}: its stages. They add up to "
        f"the total: each is the total times the mean share that it has in the same values. ratio: to {baseline}'s, "
        f"the median of the quotients in the same sweep; below 1 is faster. It is not the quotient of two totals, "
        f"which are medians of different moments; in brackets the confidence interval, {level}. control: {baseline} "
        f"again, the noise floor. {places}{THREADS[kept.about.plan.thread]}{_own_threads(kept)}"
        f"{PROMISED if promises else ''}"
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
        yield Command("see what disturbs now", f"{AS_MODULE} doctor")


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


def _table(rows: Sequence[Comparison], shares: Mapping[tuple[str, str], Shares], promises: Mapping[str, str]) -> Table:
    """The table of one scenario. Where it is too wide, the stages stand in a second one, their ratios in a third."""
    totals = [row for row in rows if row.stage == TOTAL and row.seconds]
    unit = _unit(totals)
    stages = [stage for stage in STAGES if any(row.stage == stage for row in rows)]
    place = _places(totals)
    main = (Column("total", unit), Column("ratio", bar=True), Column("verdict"), *((Column("place"),) if place else ()))
    columns = tuple(Column(stage, unit, shares_unit=True) for stage in stages)
    ratios = ((Column(f"{stage} ratio"),) for stage in stages)
    checked = (Column("promises"),) if promises else ()
    entries = tuple(
        (
            *_main(row, place),
            *(promises.get(row.cell.loop) for _ in checked),
            *_parts(row, shares, stages),
            *_ratios(rows, row),
        )
        for row in totals
    )
    return Table((LOOP,), tuple(filter(None, (main, checked, columns, *ratios))), entries)


def _main(row: Comparison, place: Mapping[str, int]) -> Row:
    role = row.cell.role
    places = (place.get(row.cell.label),) if place else ()
    return (row.cell.label, estimated(row.seconds), to_baseline(role, row.ratio), judged(role, row.verdict), *places)


def _places(totals: Sequence[Comparison]) -> Mapping[str, int]:
    """The places of the baseline and of loops; empty where one loop is compared, since its verdict says it."""
    ratios = {row.cell.label: row.ratio for row in totals if row.ratio and row.cell.role == "loop"}
    baseline = {row.cell.label: BASELINE for row in totals if row.cell.role == "baseline"}
    return places(baseline | ratios) if len(ratios) > 1 else {}


def _parts(row: Comparison, shares: Mapping[tuple[str, str], Shares], stages: Sequence[str]) -> Iterator[Entry]:
    """The total, divided into its stages."""
    seconds, parts = row.seconds, shares.get((row.cell.group, row.cell.label), {})
    for stage in stages:
        yield Number(seconds.value * parts[stage]) if seconds and stage in parts else None


def _ratios(rows: Sequence[Comparison], total: Comparison) -> Iterator[Entry]:
    """The ratio of each stage to the baseline's; the baseline's own is 1."""
    for row in rows:
        if row.cell == total.cell and row.stage != TOTAL:
            yield to_baseline(row.cell.role, row.ratio)


def _gap(row: Comparison) -> Gap:
    return Gap(not row.seconds, sentence(row.reasons), commands(row.reasons))


def _too_wide(totals: Sequence[Comparison], sampling: Sampling) -> Iterator[Note]:
    """Which intervals are wider than was asked for, where anything was."""
    wide = [f"{row.cell.label} ±{percent(half_width(row))}" for row in wide_rows(totals, sampling)]
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
