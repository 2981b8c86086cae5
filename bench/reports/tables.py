"""Comparisons as tables for people: in the terminal, and in Markdown.

A table for each scenario: loop, total and ratio with their intervals, verdict, the stages; below it what must be known
to read it. Numbers of one table share one unit.
"""

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from bench.plan.cells import Thread
from bench.plan.sampling import Sampling
from bench.reports import resources
from bench.reports.layout import NOTHING, fits, grid, listing, paragraphs, parted
from bench.reports.numbers import interval, number, of_baseline, percent, unit_for
from bench.reports.reasons import REPRODUCE, commands, sentence
from bench.reports.sentence import closing_sentence, judged
from bench.resources.readings import Resources
from bench.statistics.comparisons import Comparison, distrusted
from bench.statistics.estimates import THRESHOLD
from bench.store.outcomes import TOTAL, Kept
from bench.subjects.scenarios import STAGES

THREADS: Mapping[Thread, str] = {
    "main": "All ran in the main thread, the only one where asyncio and most loops install signal handlers.",
    "worker": "All ran in a thread beside the main one, where no signal handlers are installed.",
}


def as_text(kept: Kept, comparisons: Sequence[Comparison], style: str, width: int | None) -> str:
    """The report in one of tabulate's formats; tables that are wider than `width` are parted."""
    parts = [*_scenarios(kept, comparisons, style, width), _legend(kept), *_disturbances(kept)]
    whole = [table for table in overview(kept, comparisons, style) if fits(table, width)]
    parts += [*whole, closing_sentence(kept, comparisons)]
    return paragraphs(parts, width)


def as_markdown(kept: Kept, comparisons: Sequence[Comparison], found: Resources | None = None) -> str:
    """The report as a page: the sentence, the tables, and what they were measured with."""
    plan, sampling = kept.about.plan, kept.about.plan.sampling
    more = f" or more, for {_asked(sampling)}" if sampling.precision else ""
    settings = {
        "measured": kept.about.started,
        "workload": f"get_data with a sleep of {plan.delay_s:g} s",
        "rounds": f"{sampling.rounds}{more}, of up to {sampling.sweeps} sweeps",
        "seed": str(plan.seed),
        "affinity": plan.affinity or NOTHING,
        "method": f"lock-step, version {kept.about.method}",
    }
    rows = [[text.replace("|", r"\|") for text in row] for row in (*settings.items(), *kept.about.facts.items())]
    facts = listing(rows, ("what", "value"), "github")
    parts = ["# Event loops compared", closing_sentence(kept, comparisons), _legend(kept), *_disturbances(kept)]
    parts += overview(kept, comparisons, "github")
    parts += _scenarios(kept, comparisons, "github", None, "## ")
    parts += resources.as_markdown(found) if found else []
    parts += ["## How it was measured", facts]
    return paragraphs(parts, None)


def overview(kept: Kept, comparisons: Sequence[Comparison], style: str) -> list[str]:
    """One line for each scenario: the total of the baseline, and each loop's ratio to it; none for one scenario."""
    totals = {(row.cell.scenario, row.cell.label): row for row in comparisons if row.stage == TOTAL and row.seconds}
    baseline = kept.about.plan.baseline
    others = [label for label in dict.fromkeys(label for _, label in totals) if label != baseline]
    lines = []
    for scenario in dict.fromkeys(scenario for scenario, _ in totals):
        rows = [totals.get((scenario, label)) for label in (baseline, *others)]
        unit, symbol = _unit([row for row in rows[:1] if row])
        seconds = f"{interval(rows[0].seconds, unit)} {symbol}" if rows[0] else NOTHING
        cells = [scenario, seconds, *(interval(row.ratio if row else None) for row in rows[1:])]
        lines.append(dict(zip(["scenario", baseline, *others], cells, strict=True)))
    return [grid(lines, ["scenario", baseline, *others], style)] if len(lines) > 1 else []


def _scenarios(
    kept: Kept, comparisons: Sequence[Comparison], style: str, width: int | None, mark: str = ""
) -> Iterator[str]:
    for scenario in (group.scenario for group in kept.about.groups):
        rows = [row for row in comparisons if row.cell.scenario == scenario.name]
        yield f"{mark}{scenario.name}: {scenario.title}"
        yield from _tables(rows, style, width)
        yield from _notes(rows, width)
        yield from _too_wide(rows, kept.about.plan.sampling)
    yield from dict.fromkeys(kept.notes)


def _legend(kept: Kept) -> str:
    baseline = kept.about.plan.baseline
    return (
        f"total: seconds of one lifecycle, the sum of its stages; ratio: divided by {baseline}'s in the same sweep, "
        f"below 1 is faster; in brackets the confidence interval. control: {baseline} again, the noise floor. "
        f"{THREADS[kept.about.plan.thread]}"
    )


def _disturbances(kept: Kept) -> list[str]:
    """What disturbed when the run was begun; nothing of a run of which nobody looked."""
    found = kept.about.disturbances
    said = f"{'; '.join(found) or 'none found'}. `python -m bench doctor` says more." if found is not None else ""
    return [f"Disturbances when it began: {said}"] if said else []


def _tables(rows: Sequence[Comparison], style: str, width: int | None) -> list[str]:
    """The table of one scenario; in two, which and how fast, then the stages, where it is too wide."""
    totals = [row for row in rows if row.stage == TOTAL and row.seconds]
    unit, symbol = _unit(totals)
    stages = [stage for stage in STAGES if any(row.stage == stage for row in rows)]
    names = ["loop", f"total {symbol}", "ratio", "verdict"]
    lines = [dict(zip(names, _main(row, unit), strict=True)) | _stages(rows, row, stages, unit) for row in totals]
    return parted(lines, [names[:1], names[1:], stages], style, width)


def _notes(rows: Sequence[Comparison], width: int | None) -> Iterator[str]:
    """What must be known to read a table: whether to trust it, and what is not, or not wholly, in it."""
    reasons: dict[str, list[Comparison]] = {}
    for row in (row for row in rows if row.stage == TOTAL):
        if distrusted(row):
            yield (
                f"NOT TO BE TRUSTED: {row.baseline} against itself came out at {interval(row.ratio)}, "
                f"more than {THRESHOLD:.0%} from 1; measure again, on a quieter machine or with more rounds"
            )
        if row.reasons:
            said = f"{'' if row.seconds else 'not in the table: '}{sentence(row.reasons)}"
            reasons.setdefault(f"{said}{commands(row.reasons)}", []).append(row)
    for alike in reasons.values():
        said = f"{'' if alike[0].seconds else 'not in the table: '}{sentence(alike[0].reasons)}"
        said = f"{', '.join(row.cell.label for row in alike)}: {said}"
        for command in commands(alike[0].reasons):  # on a line of its own, whole, to be copied
            said = f"{textwrap.fill(said, width) if width else said}\n    {REPRODUCE}{command}"
        yield said


def _too_wide(rows: Sequence[Comparison], sampling: Sampling) -> Iterator[str]:
    """Which intervals are wider than was asked for, where anything was."""
    totals = [row for row in rows if row.stage == TOTAL and row.ratio]
    widths = {row.cell.label: row.ratio.half_width for row in totals if row.ratio}
    asked = sampling.precision or math.inf
    wide = [f"{label} ±{percent(width)}" for label, width in widths.items() if asked < width < math.inf]
    if wide:
        yield f"wider than asked, {', '.join(wide)}: more time narrows it ({_asked(sampling)} was asked for)"


def _asked(sampling: Sampling) -> str:
    return f"±{percent(sampling.precision or 0)} within {sampling.max_time_s or math.inf:g} s"


def _unit(totals: Sequence[Comparison]) -> tuple[float, str]:
    return unit_for(min((row.seconds.value for row in totals if row.seconds), default=1))


def _main(row: Comparison, unit: float) -> list[str]:
    return [
        row.cell.label,
        interval(row.seconds, unit),
        of_baseline(row.cell.role, row.ratio),
        judged(row.cell.role, row.verdict),
    ]


def _stages(rows: Sequence[Comparison], total: Comparison, stages: Sequence[str], unit: float) -> dict[str, str]:
    found = {row.stage: row.seconds for row in rows if row.cell.label == total.cell.label}
    return {name: number(seconds.value / unit) if (seconds := found.get(name)) else NOTHING for name in stages}
