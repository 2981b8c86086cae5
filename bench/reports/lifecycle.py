"""What calls do to event loops: a table for people, the interpreters side by side, and below it in words."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.lifecycle.observations import Observation
from bench.reports.layout import NOTHING, dense, indented, paragraphs, parted

DIFFERS = " *"
DITTO, LONG = "″", 5
UNBROKEN = "\N{NO-BREAK SPACE}"
MARKS = {True: "yes", False: "no", None: NOTHING}
HEADS = {
    "creates": "creates", "makes_current": "current", "starts": "starts", "stops": "stops", "cancels": "cancels",
    "finalizes_asyncgens": "asyncgens", "shuts_executor": "executor", "closes": "closes",
    "leaves_none_current": "unsets", "sigint_handler": "SIGINT", "warns": "warns", "raises": "raises",
    "loop_class": "loop",
}  # fmt: skip
LEGEND = (
    f"{NOTHING}: does not apply. current: makes the loop the thread's current one; cancels: the tasks that are left; "
    "asyncgens: finalises those that are left; executor: shuts it down; unsets: leaves no loop current where one was; "
    "SIGINT: installs a handler and restores the earlier one; loop: the class that came out. Each row was seen in a "
    "fresh process, in which another loop was current before the call, unless its situation says otherwise."
)
VERBS = {"creates": "created", "makes_current": "made current", "starts": "started", "stops": "stopped",
         "closes": "closed"}  # fmt: skip

Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """What was observed on one interpreter; the label names it, as CPython 3.14.10."""

    label: str
    rows: tuple[Observation, ...]


def as_json(tables: Sequence[Table]) -> str:
    """A list of objects, one for each row of each table."""
    return indented([row for table in tables for row in table.rows])


def as_text(tables: Sequence[Table], style: str, width: int | None) -> str:
    """The tables as one, in one of tabulate's formats, parted where it is wider than `width`; then the words."""
    found = [{(row.call, row.situation): row for row in table.rows} for table in tables]
    keys = list(dict.fromkeys(key for rows in found for key in rows))
    notes: dict[str, str] = {}
    lines = [{"call": name} | cells for name, cells in _lines(keys, found, notes)]
    tables_of_text = parted(lines, [["call"], *([head] for head in HEADS.values())], style, width, dense)
    title = f"What each call does to an event loop, seen on {_listed([table.label for table in tables])}"
    words = (LEGEND, _differing(tables), _notes(notes), *_missing(tables, keys, found), *_sentences(tables))
    wrapped = [_wrapped(part, width) for part in (title, *filter(None, words))]
    return paragraphs([wrapped[0], *tables_of_text, *wrapped[1:]], None)


def _lines(
    keys: Sequence[Key], found: Sequence[Mapping[Key, Observation]], notes: dict[str, str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Name and cells of each line; a call in several situations has a line for itself and one for each of them."""
    told = ""
    for call, situation in keys:
        if situation and call != told:
            yield call, dict.fromkeys(HEADS.values(), "")
        told = call
        rows = [rows.get((call, situation)) for rows in found]
        yield f"… {situation}" if situation else call, {head: _cell(rows, name, notes) for name, head in HEADS.items()}


def _cell(rows: Sequence[Observation | None], name: str, notes: dict[str, str]) -> str:
    """What the interpreters that have the call agree on, or what each of them says, marked."""
    values = {_mark(getattr(row, name), notes, shorten=name == "loop_class"): None for row in rows if row}
    if len(values) == 1:
        return next(iter(values))
    told = [_mark(getattr(row, name, None), notes, shorten=name == "loop_class") for row in rows]
    return "/".join(_with_dittos(told)) + DIFFERS


def _with_dittos(told: Sequence[str]) -> Iterator[str]:
    """Long words only once."""
    for before, word in zip(["", *told], told, strict=False):
        yield DITTO if word == before and len(word) > LONG else word


def _mark(value: bool | str | None, notes: dict[str, str], *, shorten: bool) -> str:  # noqa: FBT001  (a cell's value)
    if not isinstance(value, str):
        return MARKS[value]
    if shorten:
        return f"{value.partition('.')[0]}.{value.rpartition('.')[2]}"
    return notes.setdefault(value, f"[{len(notes) + 1}]")


def _wrapped(text: str, width: int | None) -> str:
    """Each line of it within the width; the names of calls are not broken."""
    if not width:
        return text.replace(UNBROKEN, " ")
    lines = (textwrap.fill(line, width, subsequent_indent="    ", break_on_hyphens=False) for line in text.splitlines())
    return "\n".join(lines).replace(UNBROKEN, " ")


def _differing(tables: Sequence[Table]) -> str:
    return f"{DIFFERS.strip()} differs: {' / '.join(table.label for table in tables)}" if len(tables) > 1 else ""


def _notes(notes: Mapping[str, str]) -> str:
    return "\n".join(f"{mark} {text}" for text, mark in notes.items())


def _missing(tables: Sequence[Table], keys: Sequence[Key], found: Sequence[Mapping[Key, Observation]]) -> Iterator[str]:
    """Calls that only some interpreters have."""
    missing: dict[str, list[str]] = {}
    for table, rows in zip(tables, found, strict=True):
        if names := [_named(call, situation) for call, situation in keys if (call, situation) not in rows]:
            missing.setdefault(_listed(names), []).append(table.label)
    yield from (f"{names}: no such calls on {_listed(labels)}" for names, labels in missing.items())


def _sentences(tables: Sequence[Table]) -> Iterator[str]:
    """Which calls create a loop, start it and so on; interpreters of which the same is true share a sentence."""
    said: dict[str, list[str]] = {}
    for table in tables:
        said.setdefault(_sentence(table.rows), []).append(table.label)
    yield from (f"On {_listed(labels)} a loop is {sentence}" for sentence, labels in said.items())


def _sentence(rows: Sequence[Observation]) -> str:
    parts = []
    for column, verb in VERBS.items():
        doers: dict[str, list[str]] = {}
        for owner, row in zip(_owners(rows), rows, strict=True):
            if getattr(row, column):
                doers.setdefault(owner + row.call, []).append(row.situation or "")
        names = [_named(call, ", ".join(situations)) for call, situations in doers.items()]
        parts.append(f"{verb} by {_listed(names) if names else 'none of these calls'}")
    return ";\nit is ".join(parts) + "."


def _owners(rows: Sequence[Observation]) -> Iterator[str]:
    """The call that made what `.get_loop()` and the like are called on; empty for others."""
    owner = ""
    for row in rows:
        if not row.call.startswith((".", "with ")):
            owner = row.call
        yield owner if row.call.startswith(".") else ""


def _named(call: str, situation: str | None) -> str:
    name = f"{call} ({situation})" if situation else call
    return name.replace(" ", UNBROKEN)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
