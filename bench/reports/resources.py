"""What loops cost besides time, as text: in the terminal, as a section of the report, and as JSON."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from bench.reports.layout import NOTHING, Lines, grid, indented, paragraphs, parted
from bench.reports.numbers import interval, number, of_baseline
from bench.reports.sentence import interpreter
from bench.resources.cold_estimates import Startup, startups
from bench.resources.leaks import FIRST, RULES, leaks, per_lifecycle
from bench.resources.readings import (
    OPEN,
    PROCESSES,
    Calls,
    Field,
    LoopCosts,
    Readings,
    Resources,
    left_after_close,
    per_open_loop,
)
from bench.subjects.scenarios import STAGES

KIB, BYTE, ONE, MS = 1024.0, 1.0, 0.0, 1e-3
COLUMNS: Mapping[Field, tuple[str, float]] = {
    "descriptors": ("descriptors", ONE),
    "threads": ("threads", ONE),
    "resident": ("resident KiB", KIB),
    "objects": ("objects", ONE),
    "traced": ("traced KiB", KIB),
}
TEXTS = ("loop", "leak", "most frequent")
MOST = 3  # of a lifecycle's system calls, those that it makes most often


def as_text(found: Resources, style: str, width: int | None) -> str:
    """All tables in one of tabulate's formats, then the sentence; tables wider than `width` are parted."""
    return paragraphs([*_parts(found, style, width), closing_sentence(found)], width)


def as_markdown(found: Resources) -> list[str]:
    """The section of a report, in its paragraphs."""
    facts = "; ".join(f"{name} {value}" for name, value in sorted(found.facts.items()) if name.startswith("loop "))
    how = f"Measured {found.started} on {interpreter(found.facts)} ({facts}), seed {found.seed}."
    return ["## What one loop costs besides time", closing_sentence(found), *_parts(found, "github", None), how]


def as_json(found: Resources) -> str:
    """An object: of each loop its figures, the cold starts as estimates, and the readings that they come from."""
    figures = [{"loop": one.loop, "version": one.version, **_figures(one), "leaks": leaks(one)} for one in found.loops]
    whole = {"figures": figures, "cold_start": [asdict(one) for one in startups(found.cold)], "readings": found}
    return indented(whole)


def closing_sentence(found: Resources) -> str:
    """What of it can be quoted: of each loop what one holds, calls, and waits for."""
    cold = {one.program: one for one in startups(found.cold)}
    said = []
    for costs in (one for one in found.loops if one.opened):
        figures = [
            f"{_shown(per_open_loop(costs.opened, 'descriptors'))} descriptors",
            f"{_shown(per_open_loop(costs.opened, 'threads'))} threads",
            f"{_shown(per_open_loop(costs.opened, 'resident'), KIB)} KiB of memory",
        ]
        calls = next((one for one in costs.calls if one.scenario == found.scenario and not one.missing), None)
        figures += [f"{calls.total} system calls in a lifecycle"] if calls else []
        first = cold[costs.loop].first if costs.loop in cold else None
        figures += [f"{interval(first, MS)} ms from a fresh interpreter's start to get_data"] if first else []
        said.append(f"{costs.loop} {costs.version or ''}".strip() + f" takes {', '.join(figures)}")
    grown = [f"{costs.loop} leaks: {_grown(costs)}" for costs in found.loops if leaks(costs)]
    if not said:
        return "No loop could be looked at."
    where = f"On {interpreter(found.facts)}, in {found.scenario}"
    return f"{where}, {'; '.join(said)}. {'; '.join(grown) or 'No leak was seen'}."


def _parts(found: Resources, style: str, width: int | None) -> Iterator[str]:
    yield f"What one open loop holds, having run once (slope while {OPEN} are opened)"
    yield from _fitted([_held(one, "per_open_loop") for one in found.loops], style, width, 1)
    yield f"What is left, in all, when {OPEN} have been closed and dropped"
    yield from _fitted([_held(one, "left_after_close") for one in found.loops], style, width, 1)
    slope = f"slope over {FIRST.lifecycles - FIRST.warm}, {FIRST.warm} to warm up"
    yield f"What a lifecycle of {found.scenario} leaves behind ({slope})"
    yield from _fitted([_lived(one) for one in found.loops], style, width, 1)
    yield (
        "resident: memory by the kernel's count, whole pages; objects, traced: what Python allocated, by tracemalloc. "
        f"leak: in each of {PROCESSES} fresh processes some descriptors or threads more, or more than "
        f"{RULES['resident'].floor:g} resident or {RULES['traced'].floor:g} traced bytes, with every lifecycle."
    )
    yield "System calls of one lifecycle, by stage"
    if found.no_calls:
        yield f"not in the table: {found.no_calls}"
    else:
        rows = [(one, calls) for one in found.loops for calls in one.calls if not calls.missing]
        rows.sort(key=lambda row: row[1].scenario)
        yield from _fitted([_calls(*row) for row in rows], style, width, 2)
        yield from _call_notes(found.loops)
    yield f"Cold start of {found.scenario}: a fresh interpreter, from just before it is started"
    cold = startups(found.cold)
    yield from _fitted([_cold(one) for one in cold], style, width, 1)
    yield (
        "get_data: to its first line; over: exit less that of the bare interpreter (-c pass) or of import asyncio in "
        "the same sweep; import: of the loop's package, on top of asyncio's; in brackets the confidence interval."
    )
    skips = {one.skipped for one in found.loops}
    yield from (f"{one.program}: cold start: {one.missing}" for one in cold if one.missing not in {None, *skips})
    yield from (f"{one.loop}: no lifecycle, no cold start: {one.skipped}" for one in found.loops if one.skipped)
    yield from (f"{one.loop}: {'; '.join(one.missing)}" for one in found.loops if one.missing)


def _figures(costs: LoopCosts) -> dict[str, dict[str, float | None]]:
    return {
        "per_open_loop": {what: per_open_loop(_source(costs, what, "opened"), what) for what in COLUMNS},
        "left_after_close": {what: left_after_close(_source(costs, what, "opened"), what) for what in COLUMNS},
        "per_lifecycle": {what: per_lifecycle(costs, what) for what in COLUMNS},
    }


def _source(costs: LoopCosts, what: Field, kind: str) -> Sequence[Readings]:
    traced = what in {"objects", "traced"}
    if kind == "opened":
        return costs.traced_opened if traced else costs.opened
    return costs.traced_lived if traced else costs.lived


def _held(costs: LoopCosts, when: str) -> dict[str, str]:
    figures = _figures(costs)[when]
    return {"loop": costs.loop, **{name: _shown(figures[what], unit) for what, (name, unit) in COLUMNS.items()}}


def _lived(costs: LoopCosts) -> dict[str, str]:
    figures = _figures(costs)["per_lifecycle"]
    names = {what: name.replace("KiB", "B") for what, (name, _) in COLUMNS.items()}
    cells = {
        name: _shown(figures[what], BYTE if what in {"resident", "traced"} else ONE) for what, name in names.items()
    }
    verdict = f"leaks {_grown(costs)}" if leaks(costs) else "none" if costs.lived else NOTHING
    return {"loop": costs.loop, **cells, "leak": verdict}


def _grown(costs: LoopCosts) -> str:
    names = {"descriptors": "descriptors", "threads": "threads", "resident": "memory", "traced": "memory"}
    return ", ".join(dict.fromkeys(names[what] for what in leaks(costs)))


def _calls(costs: LoopCosts, calls: Calls) -> dict[str, str]:
    named: dict[str, int] = {}
    for names in calls.stages.values():
        for name, count in names.items():
            named[name] = named.get(name, 0) + count
    most = sorted(named.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    stages: dict[str, int] = {stage: sum(names.values()) for stage, names in calls.stages.items()}
    seen = {stage: str(stages.get(stage, NOTHING)) for stage in STAGES}
    often = ", ".join(f"{name} {count}" for name, count in most) or NOTHING
    return {"scenario": calls.scenario, "loop": costs.loop, "total": str(calls.total), **seen, "most frequent": often}


def _call_notes(loops: Sequence[LoopCosts]) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for costs in loops:
        for calls in costs.calls:
            if calls.missing:
                reasons.setdefault((costs.loop, calls.missing), []).append(calls.scenario)
            elif calls.slope != calls.total:
                yield (
                    f"{costs.loop} in {calls.scenario}: {calls.total} calls in a typical lifecycle, "
                    f"{calls.slope:g} on average: some are made only now and then"
                )
    yield from (f"{loop} in {', '.join(where)}: not in the table: {what}" for (loop, what), where in reasons.items())


def _cold(one: Startup) -> dict[str, str]:
    return {
        "program": one.program,
        "get_data ms": interval(one.first, MS),
        "exit ms": interval(one.exit, MS),
        "over bare ms": interval(one.over_bare, MS),
        "over asyncio ms": interval(one.over_asyncio, MS),
        "import ms": interval(one.imports, MS),
        "ratio": of_baseline(one.role, one.ratio),
    }


def _fitted(lines: Lines, style: str, width: int | None, keys: int) -> list[str]:
    """One table of the rows that have figures; where it is too wide several, each with the first `keys` columns."""
    names = list(lines[0]) if lines else []
    lines = [line for line in lines if any(line[name] != NOTHING for name in names[keys:])]
    groups = [names[:keys], *([name] for name in names[keys:])]
    return parted(lines, groups, style, width, functools.partial(grid, texts=TEXTS))


def _shown(figure: float | None, unit: float = ONE) -> str:
    """A count as it is; bytes in their unit, three digits of them."""
    if figure is None:
        return NOTHING
    if unit == ONE:
        return f"{round(figure, 2):g}"
    return number(figure / unit) if figure else "0"
