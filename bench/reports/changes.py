"""What changed between two runs, as a document, and as an excerpt for a summary; and JSON for other programs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath

from bench.reports import trust
from bench.reports.document import (
    LOOP,
    SCENARIO,
    Block,
    Caution,
    Column,
    Document,
    Heading,
    Narrow,
    Note,
    Number,
    Paragraph,
    Row,
    Table,
)
from bench.reports.numbers import NOTHING, unit_for
from bench.reports.ratios import estimated, judged, sure, to_baseline
from bench.reports.reasons import Gap, commands, line, notes, sentence
from bench.reports.records import indented
from bench.reports.sentence import each, ends, totals
from bench.statistics.changes import Change
from bench.statistics.estimates import THRESHOLD
from bench.statistics.pairs import Pair
from bench.statistics.reasons import Reason
from bench.store.outcomes import TOTAL

STAGE = Column("stage", side="left")


def document(pair: Pair, changes: Sequence[Change]) -> Document:
    """The sentence, the totals of all scenarios, and the tables of each."""
    return Document(
        title=_title(pair),
        conclusion=Paragraph(closing_sentence(pair, changes)),
        summary=(Note(_legend(pair, changes)), *map(Note, pair.notes), *_totals(pair, changes)),
        body=(_runs(pair), *_scenarios(pair, changes)),
    )


def excerpt(pair: Pair, changes: Sequence[Change], failed: Sequence[str]) -> Document:
    """The sentence, what failed, and the totals with what must be known to read them."""
    totals = [row for row in changes if row.stage == TOTAL]
    notes_below = (block for rows in _by_scenario(totals).values() for block in _notes(rows))
    return Document(
        title=_title(pair),
        conclusion=Paragraph(closing_sentence(pair, changes)),
        summary=(
            *(Caution("Failed", failure) for failure in failed),
            _all_totals(pair, changes),
            *dict.fromkeys(notes_below),
            Note(_legend(pair, changes)),
        ),
        body=(_runs(pair), *map(Note, pair.notes)),
    )


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


def _flat(row: Change) -> dict[str, object]:
    """A change as one flat object."""
    return {
        "scenario": row.cell.scenario, "loop": row.cell.loop, "stage": row.stage, "role": row.cell.role,
        "baseline": row.baseline, "old_rounds": row.old.rounds, "new_rounds": row.new.rounds,
        "old_seconds": row.old.seconds, "new_seconds": row.new.seconds, "old_ratio": row.old.ratio,
        "new_ratio": row.new.ratio, "confidence": row.confidence, "change": row.change, "mean_change": row.mean_change,
        "comparable": row.comparable, "verdict": row.verdict, "reason": reason_of(row),
        "workload": row.cell.workload, "interpreter": row.cell.interpreter,
    }  # fmt: skip


def reason_of(row: Change) -> str | None:
    """Why it is missing or not whole, with the commands, for other programs."""
    return _why(row, line) or None


def _why(row: Change, words: Callable[[Sequence[Reason]], str | None]) -> str:
    """Why it is missing or not whole: the words for the reasons of both runs, and for its own."""
    sides = {"old": words(row.old.reasons), "new": words(row.new.reasons)}
    if sides["old"] == sides["new"]:
        sides = {"old and new": sides["old"]}
    parts = [*(f"{side}: {reason}" for side, reason in sides.items() if reason), words(row.reasons)]
    return "; ".join(filter(None, parts))


def closing_sentence(pair: Pair, changes: Sequence[Change]) -> str:
    """How each loop changed over all scenarios, and how far from 1 the control did."""
    results, controls = totals((row.cell, row.change, row.verdict) for row in changes if row.stage == TOTAL)
    if not results:
        return "Nothing was measured in both runs that could be compared."
    baseline = pair.old.about.plan.baseline
    loops = {f"{loop} {_versions(pair, loop)}": rows for loop, rows in results.items()}
    control = [f"{baseline} against itself changed by {ends(controls)}"] if controls else []
    names = f"From {_name(pair.old_name)} to {_name(pair.new_name)}"
    return f"{names}, each divided by its own {baseline}, a lifecycle takes {'; '.join([*each(loops), *control])}."


def _name(text: str) -> str:
    """What a user calls a run, without folders: they name machines and people."""
    return PurePath(text).name or "run"


def _versions(pair: Pair, loop: str) -> str:
    versions = (kept.about.facts.get(f"loop {loop}", "unknown") for kept in (pair.old, pair.new))
    return " → ".join(dict.fromkeys(versions))


def _title(pair: Pair) -> Heading:
    return Heading(f"Event loops: {_name(pair.old_name)} and {_name(pair.new_name)}")


def _runs(pair: Pair) -> Paragraph:
    old, new = (
        f"{_name(name)}, measured {kept.about.started}"
        for name, kept in ((pair.old_name, pair.old), (pair.new_name, pair.new))
    )
    differences = "; ".join(pair.differences) or "nothing that is recorded"
    return Paragraph(f"old: {old}; new: {new}. What differs: {differences}.")


def _legend(pair: Pair, changes: Sequence[Change]) -> str:
    baseline = pair.old.about.plan.baseline
    level = sure(row.compared for row in changes)
    return (
        f"change: the new ratio divided by the old, below 1 is faster; ratio: divided by {baseline}'s in the same run; "
        f"in brackets the confidence intervals, {level}. "
        f"control: {baseline} again, the noise floor."
    )


def _by_scenario(changes: Sequence[Change]) -> Mapping[str, list[Change]]:
    rows: dict[str, list[Change]] = {}
    for row in changes:
        rows.setdefault(row.cell.group, []).append(row)
    return rows


def _scenarios(pair: Pair, changes: Sequence[Change]) -> Iterator[Block]:
    groups = (*pair.old.about.groups, *pair.new.about.groups)
    titles = {group.name: group.scenario.title for group in groups}
    for scenario, rows in _by_scenario(changes).items():
        yield Heading(f"{scenario}: {titles.get(scenario, NOTHING)}", 3)
        yield _table(pair, (LOOP, STAGE), [row for row in rows if row.stage == TOTAL or row.cell.role == "loop"])
        yield from _notes([row for row in rows if row.stage == TOTAL])


def _totals(pair: Pair, changes: Sequence[Change]) -> Iterator[Table]:
    """The totals of all scenarios but the baseline's, where there are several."""
    if len(pair.old.about.plan.scenarios) > 1:
        yield _all_totals(pair, changes)


def _all_totals(pair: Pair, changes: Sequence[Change]) -> Table:
    rows = [row for row in changes if row.stage == TOTAL and row.cell.role != "baseline"]
    return _table(pair, (SCENARIO, LOOP), rows)


def _table(pair: Pair, keys: tuple[Column, ...], rows: Sequence[Change]) -> Table:
    """What at least one of the runs has measured; all seconds in one unit. In a narrow table of totals only changes."""
    measured = [row for row in rows if row.old.seconds or row.new.seconds]
    seconds = [one.value for row in measured for one in (row.old.seconds, row.new.seconds) if one]
    unit = unit_for(min(seconds, default=1))
    narrow: Narrow = "drop" if SCENARIO in keys else "part"
    mark = "†" if pair.other_machine else ""
    groups = (
        (Column("change"), Column("verdict")),
        tuple(Column(f"{side} ratio", if_narrow=narrow) for side in ("old", "new")),
        tuple(Column(side, unit, mark=mark, if_narrow=narrow) for side in ("old", "new")),
    )
    return Table(keys, groups, tuple(_row(keys, row) for row in measured))


def _row(keys: tuple[Column, ...], row: Change) -> Row:
    names = {SCENARIO: row.cell.group, LOOP: row.cell.label, STAGE: row.stage}
    return (
        *(names[key] for key in keys),
        estimated(row.change),
        judged(row.cell.role, row.verdict),
        *(to_baseline(row.cell.role, ratio) for ratio in (row.old.ratio, row.new.ratio)),
        *(Number(one.value) if one else None for one in (row.old.seconds, row.new.seconds)),
    )


def _notes(totals: Sequence[Change]) -> Iterator[Block]:
    """Whether the rows are to be trusted, and what is not, or not wholly, in their table."""
    yield from trust.of_pair(totals)
    yield from notes((row.cell.label, gap) for row in totals if (gap := _gap(row)).words)


def _gap(row: Change) -> Gap:
    reproduce = commands((*row.old.reasons, *row.new.reasons, *row.reasons))
    return Gap(not (row.old.seconds or row.new.seconds), _why(row, sentence), reproduce)
