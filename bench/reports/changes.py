"""Changes to text: tables for people, in the terminal and in Markdown, and JSON for other programs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from bench.plan.cells import CONTROL
from bench.reports.layout import NOTHING, Lines, indented, paragraphs, parted
from bench.reports.numbers import interval, number, of_baseline, unit_for
from bench.reports.reasons import line
from bench.reports.sentence import ends, from_least_to_most, judged
from bench.statistics.changes import Change, distrusted, slower_by, uncompared
from bench.statistics.estimates import CONFIDENCE, THRESHOLD, excludes_1
from bench.statistics.pairs import Pair
from bench.store.outcomes import TOTAL


def as_text(pair: Pair, changes: Sequence[Change], style: str, width: int | None) -> str:
    """What changed in one of tabulate's formats; tables that are wider than `width` are parted."""
    parts = [_heading(pair), *_scenarios(pair, changes, style, width), _legend(pair), *pair.notes]
    if len(pair.old.about.plan.scenarios) > 1:
        parts += _tables(_totals(pair, changes), ["scenario", "loop"], style, width)[:1]
    return paragraphs([*parts, closing_sentence(pair, changes)], width)


def as_markdown(pair: Pair, changes: Sequence[Change], failed: Sequence[str]) -> str:
    """What changed, as a part of a page: the sentence, what failed, the totals, and how to read them."""
    parts = [f"## Event loops: {_name(pair.old_name)} and {_name(pair.new_name)}", closing_sentence(pair, changes)]
    parts += [f"**Failed:** {failure}" for failure in failed]
    parts += _tables(_totals(pair, changes), ["scenario", "loop"], "github", None)
    notes = (note for rows in _by_scenario(changes).values() for note in _notes(rows))
    return paragraphs([*parts, *dict.fromkeys(notes), _legend(pair), _heading(pair), *pair.notes], None)


def as_json(pair: Pair, changes: Sequence[Change], failed: Sequence[str]) -> str:
    """All that is known of the changes; absent numbers are null."""
    sides = {"old": (pair.old_name, pair.old.about), "new": (pair.new_name, pair.new.about)}
    document = {
        **{side: {"name": _name(name), "measured": about.started, "facts": about.facts}
           for side, (name, about) in sides.items()},
        "baseline": pair.old.about.plan.baseline,
        "method": pair.old.about.method,
        "threshold": THRESHOLD,
        "differences": pair.differences,
        "seconds_comparable": not pair.other_machine,
        "notes": pair.notes,
        "failed": failed,
        "changes": [_flat(row) for row in changes],
    }  # fmt: skip
    return indented(document)


def reason_of(row: Change) -> str | None:
    """Why it is missing or not whole, in the words of both runs and its own."""
    sides = {"old": line(row.old.reasons), "new": line(row.new.reasons)}
    if sides["old"] == sides["new"]:
        sides = {"old and new": sides["old"]}
    parts = [*(f"{side}: {reason}" for side, reason in sides.items() if reason), line(row.reasons)]
    return "; ".join(filter(None, parts)) or None


def _flat(row: Change) -> dict[str, object]:
    """A change as one flat object."""
    return {
        "scenario": row.cell.scenario, "loop": row.cell.loop, "stage": row.stage, "role": row.cell.role,
        "baseline": row.baseline, "old_rounds": row.old.rounds, "new_rounds": row.new.rounds,
        "old_seconds": row.old.seconds, "new_seconds": row.new.seconds, "old_ratio": row.old.ratio,
        "new_ratio": row.new.ratio, "confidence": row.confidence, "change": row.change, "mean_change": row.mean_change,
        "comparable": row.comparable, "verdict": row.verdict, "reason": reason_of(row),
    }  # fmt: skip


def failures(pair: Pair, changes: Sequence[Change], slower: float | None, *, inconclusive: bool) -> tuple[str, ...]:
    """What fails the checks that were asked for: a total that is slower by more than `slower`, or says nothing."""
    missing = uncompared(pair, changes)
    said = []
    for row in changes:
        if row.stage == TOTAL and row.cell.role == "loop":
            if slower is not None and slower_by(row, slower):
                by = f"{slower * 100:g}%: {interval(row.change)}"
                said.append(f"{row.cell.loop} in {row.cell.scenario} is slower by more than {by}")
            if inconclusive and row in missing:
                said.append(f"{row.cell.loop} in {row.cell.scenario} could not be compared")
            elif inconclusive and row.verdict == "inconclusive":
                said.append(f"{row.cell.loop} in {row.cell.scenario} is inconclusive: {interval(row.change)}")
    return tuple(said)


def closing_sentence(pair: Pair, changes: Sequence[Change]) -> str:
    """How each loop changed over all scenarios, and how far from 1 the control did."""
    rows = [row for row in changes if row.stage == TOTAL and row.change]
    said = []
    for loop in dict.fromkeys(row.cell.loop for row in rows if row.cell.role == "loop"):
        found = [(row.cell.scenario, row.change, row.verdict) for row in rows if row.cell.loop == loop and row.change]
        said.append(from_least_to_most(found, f"with {loop} {_versions(pair, loop)}"))
    if not said:
        return "Nothing was measured in both runs that could be compared."
    baseline = pair.old.about.plan.baseline
    if controls := [row.change.value for row in rows if row.cell.role == CONTROL and row.change]:
        said.append(f"{baseline} against itself changed by {ends(controls)}")
    names = f"From {_name(pair.old_name)} to {_name(pair.new_name)}"
    return f"{names}, each divided by its own {baseline}, a lifecycle takes {'; '.join(said)}."


def _name(text: str) -> str:
    """What a user calls a run, without folders: they name machines and people."""
    return PurePath(text).name or "run"


def _versions(pair: Pair, loop: str) -> str:
    versions = (kept.about.facts.get(f"loop {loop}", "unknown") for kept in (pair.old, pair.new))
    return " → ".join(dict.fromkeys(versions))


def _heading(pair: Pair) -> str:
    old, new = (
        f"{_name(name)}, measured {kept.about.started}"
        for name, kept in ((pair.old_name, pair.old), (pair.new_name, pair.new))
    )
    return f"old: {old}; new: {new}. What differs: {'; '.join(pair.differences) or 'nothing that is recorded'}."


def _legend(pair: Pair) -> str:
    baseline = pair.old.about.plan.baseline
    return (
        f"change: the new ratio divided by the old, below 1 is faster; ratio: divided by {baseline}'s in the same run; "
        f"in brackets the intervals, {CONFIDENCE:.0%} sure for all loops of a scenario together. "
        f"control: {baseline} again, the noise floor."
    )


def _by_scenario(changes: Sequence[Change]) -> Mapping[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for row in changes:
        found.setdefault(row.cell.scenario, []).append(row)
    return found


def _scenarios(pair: Pair, changes: Sequence[Change], style: str, width: int | None) -> Iterator[str]:
    groups = (*pair.old.about.groups, *pair.new.about.groups)
    titles = {group.scenario.name: group.scenario.title for group in groups}
    for scenario, rows in _by_scenario(changes).items():
        yield f"{scenario}: {titles.get(scenario, NOTHING)}"
        shown = [row for row in rows if row.stage == TOTAL or row.cell.role == "loop"]
        yield from _tables(_lines(pair, shown), ["loop", "stage"], style, width)
        yield from _notes(rows)


def _totals(pair: Pair, changes: Sequence[Change]) -> Lines:
    return _lines(pair, [row for row in changes if row.stage == TOTAL and row.cell.role != "baseline"])


def _lines(pair: Pair, rows: Sequence[Change]) -> Lines:
    """A line for each row that at least one of the runs has measured; all in one unit."""
    both = [(row.old.seconds, row.new.seconds) for row in rows]
    totals = [row.value for seconds in both for row in seconds if row]
    unit, symbol = unit_for(min(totals, default=1))
    mark = " †" if pair.other_machine else ""
    return [
        {
            "scenario": row.cell.scenario,
            "loop": row.cell.label,
            "stage": row.stage,
            "change": interval(row.change),
            "verdict": judged(row.cell.role, row.verdict),
            "old ratio": of_baseline(row.cell.role, row.old.ratio),
            "new ratio": of_baseline(row.cell.role, row.new.ratio),
            f"old {symbol}{mark}": number(old.value / unit) if old else NOTHING,
            f"new {symbol}{mark}": number(new.value / unit) if new else NOTHING,
        }
        for row, (old, new) in zip(rows, both, strict=True)
        if old or new
    ]


def _tables(lines: Lines, first: Sequence[str], style: str, width: int | None) -> list[str]:
    """The table of these lines, as few as fit: which row, then change, ratios and seconds, each pair undivided."""
    names = list(lines[0])[3:] if lines else []
    return parted(lines, [first, names[0:2], names[2:4], names[4:6]], style, width)


def _notes(rows: Sequence[Change]) -> Iterator[str]:
    """Whether the rows are to be trusted, and what is not, or not wholly, in their table."""
    reasons: dict[str, list[str]] = {}
    for row in (row for row in rows if row.stage == TOTAL):
        if row.cell.role == CONTROL:
            yield from _distrust(row)
        if reason := reason_of(row):
            missing = "" if row.old.seconds or row.new.seconds else "not in the table: "
            reasons.setdefault(f"{missing}{reason}", []).append(row.cell.label)
    yield from (f"{', '.join(labels)}: {reason}" for reason, labels in reasons.items())


def _distrust(control: Change) -> Iterator[str]:
    said = [
        f"came out at {interval(ratio)} in the {side} run"
        for side, ratio in (("old", control.old.ratio), ("new", control.new.ratio))
        if ratio and excludes_1(ratio, THRESHOLD)
    ]
    if distrusted(control):
        said.append(f"changed by {interval(control.change)}")
    if said:
        yield (
            f"NOT TO BE TRUSTED: {control.cell.scenario}: {control.baseline} against itself {', and '.join(said)}, "
            f"more than {THRESHOLD:.0%} from 1; measure again, on a quieter machine or with more rounds"
        )
