"""What loops cost besides time, as a document, which is also a section of the report; and as JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from bench.reports.document import (
    BYTE,
    KIB,
    LOOP,
    MILLISECOND,
    SCENARIO,
    Block,
    Column,
    Count,
    Document,
    Entry,
    Heading,
    Note,
    Number,
    Paragraph,
    Row,
    Table,
    Unit,
    Words,
)
from bench.reports.entries import characters
from bench.reports.numbers import interval
from bench.reports.ratios import estimated, sure, to_baseline
from bench.reports.records import indented
from bench.reports.sentence import interpreter
from bench.resources.cold_estimates import Startup, startups
from bench.resources.leaks import FIRST, LATER, RULES, leaks, per_lifecycle, undecided
from bench.resources.readings import (
    OPEN,
    PROCESSES,
    Calls,
    Field,
    LoopCosts,
    Readings,
    Resources,
    held_until_dropped,
    left_after_close,
    never_given_back,
    per_open_loop,
    raised_limit,
)
from bench.subjects.scenarios import STAGES

COUNTED: tuple[Field, ...] = ("descriptors", "threads", "resident", "objects", "traced")
KEPT_FIELDS: tuple[Field, ...] = ("descriptors", "threads", "resident")
MEMORY = ("resident", "traced")
MOST = 3  # of a lifecycle's system calls, those that it makes most often
HOLDS = (
    "resident: memory by the kernel's count, whole pages; objects, traced: what Python allocated, by tracemalloc. "
    f"leak: in each of {PROCESSES} fresh processes, every lifecycle left some descriptors or threads more, "
    f"or more than {RULES['resident'].floor:g} resident or {RULES['traced'].floor:g} traced bytes, and did so again in "
    f"{PROCESSES} others after {LATER.warm:,} lifecycles. A cache that takes longer to fill looks like a leak."
)
KEPT = (
    "until dropped: what a loop keeps after close() and frees when it is dropped; unclosed: what a loop never gives "
    "back that is dropped without close(); limit of open files: before the loop's package is imported, and afterwards."
)
COLD = (
    "get_data: until its first line; over: exit less that of the bare interpreter (-c pass) or of import asyncio in "
    "the same sweep; import: of the loop's package, on top of asyncio's; in brackets the "
    "confidence interval of the median over all sweeps, "
)


def document(resources: Resources) -> Document:
    """The sentence, and the tables of what loops hold, leave behind, call and wait for."""
    versions = "; ".join(f"{name} {text}" for name, text in sorted(resources.facts.items()) if name.startswith("loop "))
    where = f"Measured {resources.started} on {interpreter(resources.facts)} ({versions}), seed {resources.seed}."
    return Document(
        Heading("What one loop costs besides time"),
        conclusion=Paragraph(closing_sentence(resources)),
        body=(*_held(resources), *_called(resources), *_waited(resources)),
        details=(Paragraph(where),),
    )


def as_json(resources: Resources) -> str:
    """An object: of each loop its figures, the cold starts as estimates, and the readings that they come from."""
    figures = [
        {
            "loop": one.loop,
            "version": one.version,
            **_figures(one),
            "leaks": leaks(one),
            "limits": raised_limit(one.opened),
        }
        for one in resources.loops
    ]
    cold = [asdict(one) for one in startups(resources.cold)]
    return indented({"figures": figures, "cold_start": cold, "readings": resources})


def closing_sentence(resources: Resources) -> str:
    """A sentence to quote: what one loop of each kind holds, calls, and waits for."""
    cold = {one.program: one for one in startups(resources.cold)}
    costs = [_costs(one, resources.scenario, cold.get(one.loop)) for one in resources.loops if one.opened]
    if not costs:
        return "No loop could be looked at."
    grown = [f"{one.loop} leaks: {_grown(one)}" for one in resources.loops if leaks(one)]
    where = f"On {interpreter(resources.facts)}, in {resources.scenario}"
    return f"{where}, {'; '.join(costs)}. {'; '.join(grown) or 'No leak was seen'}."


def _costs(loop: LoopCosts, scenario: str, cold: Startup | None) -> str:
    """What one loop takes, in words."""
    held = _entries({what: per_open_loop(loop.opened, what) for what in COUNTED})
    shown = [characters(entry, column) for entry, column in zip(held, _columns(KIB), strict=True)]
    figures = [f"{shown[0]} descriptors", f"{shown[1]} threads", f"{shown[2]} KiB of memory"]
    calls = next((one for one in loop.calls if one.scenario == scenario and not one.missing), None)
    figures += [f"{calls.total} system calls in a lifecycle"] if calls else []
    if cold and cold.first:
        figures += [f"{interval(cold.first, MILLISECOND.size)} ms from a fresh interpreter's start to get_data"]
    return f"{' '.join(filter(None, [loop.loop, loop.version]))} takes {', '.join(figures)}"


def _figures(costs: LoopCosts) -> dict[str, dict[Field, float | None]]:
    return {
        "per_open_loop": {what: per_open_loop(_opened(costs, what), what) for what in COUNTED},
        "left_after_close": {what: left_after_close(_opened(costs, what), what) for what in COUNTED},
        "per_lifecycle": {what: per_lifecycle(costs, what) for what in COUNTED},
        "until_dropped": {what: held_until_dropped(_opened(costs, what), what) for what in COUNTED},
        "unclosed": {what: never_given_back(costs.abandoned, what) for what in KEPT_FIELDS},
    }


def _opened(costs: LoopCosts, what: Field) -> Sequence[Readings]:
    return costs.traced_opened if what in {"objects", "traced"} else costs.opened


def _held(resources: Resources) -> Iterator[Block]:
    """What open loops hold, and what they leave behind."""
    figures = [(one, _figures(one)) for one in resources.loops]
    yield Heading(f"What one open loop holds, having run once (slope while {OPEN} are opened)", 3)
    yield _table(_columns(KIB), [(one.loop, *_entries(found["per_open_loop"])) for one, found in figures])
    yield Heading(f"What is left, in all, when {OPEN} have been closed and dropped", 3)
    yield _table(_columns(KIB), [(one.loop, *_entries(found["left_after_close"])) for one, found in figures])
    yield from _kept(resources)
    slopes = [f"slope over {look.lifecycles - look.warm:,} after {look.warm:,}" for look in (FIRST, LATER)]
    slope = f"{slopes[0]}; {slopes[1]} where the first looks like a leak"
    yield Heading(f"What a lifecycle of {resources.scenario} leaves behind ({slope})", 3)
    rows = [(one.loop, *_entries(found["per_lifecycle"]), _leak(one)) for one, found in figures]
    yield _table((*_columns(BYTE), Column("leak", side="left")), rows)
    yield Note(HOLDS)


def _kept(resources: Resources) -> Iterator[Block]:
    """What only dropping a loop frees, what is never given back, and the limit that a loop raises."""
    columns = [Column(f"{what} until dropped", KIB if what in MEMORY else None) for what in KEPT_FIELDS]
    columns += [Column(f"{what} unclosed", KIB if what in MEMORY else None) for what in KEPT_FIELDS]
    rows = [
        (
            one.loop,
            *_entries({what: held_until_dropped(one.opened, what) for what in KEPT_FIELDS}),
            *_entries({what: never_given_back(one.abandoned, what) for what in KEPT_FIELDS}),
            _limit(one),
        )
        for one in resources.loops
    ]
    table = _table((*columns, Column("limit of open files")), rows)
    if table.rows:
        yield Heading("What one loop keeps after close(), and what it never gives back without close()", 3)
        yield table
        yield Note(KEPT)


def _limit(costs: LoopCosts) -> Entry:
    if changed := raised_limit(costs.opened):
        return " to ".join("none" if limit < 0 else f"{limit:,}" for limit in changed)
    return "unchanged" if any(each.limits for each in costs.opened) else None


def _columns(memory: Unit) -> tuple[Column, ...]:
    return tuple(Column(what, memory if what in MEMORY else None) for what in COUNTED)


def _entries(figures: Mapping[Field, float | None]) -> Iterator[Entry]:
    for what, figure in figures.items():
        yield None if figure is None else Number(figure) if what in MEMORY else Count(figure)


def _leak(costs: LoopCosts) -> Entry:
    if leaks(costs):
        return f"leaks {_grown(costs)}"
    return ("unknown" if undecided(costs) else "none") if costs.lived else None


def _grown(costs: LoopCosts) -> str:
    names = {"descriptors": "descriptors", "threads": "threads", "resident": "memory", "traced": "memory"}
    return ", ".join(dict.fromkeys(names[what] for what in leaks(costs)))


def _called(resources: Resources) -> Iterator[Block]:
    """The system calls of each loop in each scenario."""
    yield Heading("System calls of one lifecycle, by stage", 3)
    if resources.no_calls:
        yield Note(f"not in the table: {resources.no_calls}")
        return
    rows = [(one, calls) for one in resources.loops for calls in one.calls if not calls.missing]
    rows.sort(key=lambda row: row[1].scenario)
    columns = [Column(name) for name in ("total", *STAGES)]
    often = Column("most frequent", side="left")
    yield _table((*columns, often), [_calls(*row) for row in rows], (SCENARIO, LOOP))
    yield from _call_notes(resources.loops)


def _calls(costs: LoopCosts, calls: Calls) -> Row:
    names: Counter[str] = Counter()
    for counted in calls.stages.values():
        names.update(counted)
    most = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    stages: dict[str, int] = {stage: sum(counted.values()) for stage, counted in calls.stages.items()}
    often = Words(tuple(f"{name} {times}" for name, times in most))
    return (calls.scenario, costs.loop, calls.total, *map(stages.get, STAGES), often)


def _call_notes(loops: Sequence[LoopCosts]) -> Iterator[Note]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for costs in loops:
        for calls in costs.calls:
            if calls.missing:
                reasons.setdefault((costs.loop, calls.missing), []).append(calls.scenario)
            elif calls.slope != calls.total:
                yield Note(
                    f"{costs.loop} in {calls.scenario}: {calls.total} calls in a typical lifecycle, "
                    f"{calls.slope:g} on average: some are made only now and then"
                )
    for (loop, what), scenarios in reasons.items():
        yield Note(f"{loop} in {', '.join(scenarios)}: not in the table: {what}")


def _waited(resources: Resources) -> Iterator[Block]:
    """The cold starts; and what else could not be measured."""
    yield Heading(f"Cold start of {resources.scenario}: a fresh interpreter, from just before it is started", 3)
    cold = startups(resources.cold)
    columns = [Column(name, MILLISECOND) for name in ("get_data", "exit", "over bare", "over asyncio", "import")]
    yield _table((*columns, Column("ratio")), [_cold(one) for one in cold], (Column("program", side="left"),))
    compared = sum(one.role == "loop" for one in cold)
    yield Note(f"{COLD}{sure([compared], 'for all loops together')}.")
    skips = {one.skipped for one in resources.loops}
    reasons: dict[str, list[str]] = {}
    for one in cold:
        if one.missing and one.missing not in skips:
            reasons.setdefault(one.missing, []).append(one.program)
    yield from (Note(f"{', '.join(programs)}: cold start: {what}") for what, programs in reasons.items())
    for loop in resources.loops:
        if loop.skipped:
            yield Note(f"{loop.loop}: no lifecycle, no cold start: {loop.skipped}")
    yield from (Note(f"{one.loop}: {'; '.join(one.missing)}") for one in resources.loops if one.missing)


def _cold(one: Startup) -> Row:
    times = (one.first, one.exit, one.over_bare, one.over_asyncio, one.imports)
    return (one.program, *map(estimated, times), to_baseline(one.role, one.ratio))


def _table(columns: Sequence[Column], rows: Sequence[Row], keys: tuple[Column, ...] = (LOOP,)) -> Table:
    """The rows that have figures; every column is a group of its own."""
    figured = (row for row in rows if any(entry is not None for entry in row[len(keys) :]))
    return Table(keys, tuple((column,) for column in columns), tuple(figured))
