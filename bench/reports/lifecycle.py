"""What calls do to event loops, as a document: a table with the interpreters side by side, then sentences; and JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench.lifecycle.observations import Observation
from bench.reports.deviations import ByKey, Key, deviating, model, sentences
from bench.reports.document import (
    Column,
    Differing,
    Document,
    Entry,
    Heading,
    Listing,
    Marked,
    Note,
    Paragraph,
    Row,
    Table,
)
from bench.reports.entries import DIFFERS
from bench.reports.numbers import NOTHING
from bench.reports.prose import unbroken
from bench.reports.records import indented

HEADS = {
    "creates": "creates", "makes_current": "current", "starts": "starts", "stops": "stops", "cancels": "cancels",
    "finalizes_asyncgens": "asyncgens", "shuts_executor": "executor", "closes": "closes",
    "leaves_none_current": "unsets", "sigint_handler": "SIGINT", "warns": "warns", "raises": "raises",
    "loop_class": "loop",
}  # fmt: skip
LEGEND = (
    f"{NOTHING}: does not apply, or can't be seen. current: makes the loop the thread's current one; cancels: the "
    "tasks that are left; asyncgens: finalises those that are left; executor: shuts it down; unsets: leaves no loop "
    "current where one was; SIGINT: installs a handler and restores the earlier one; loop: the class of the loop. Each "
    "row was observed in a fresh process, in which another loop was current before the call, unless its situation says "
    "otherwise."
)
OTHERWISE = "!"
VERBS = {"creates": "created", "makes_current": "made current", "starts": "started", "stops": "stopped",
         "closes": "closed"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observed:
    """What was observed on one interpreter; the label names it, as CPython 3.14.10."""

    label: str
    rows: tuple[Observation, ...]

    @property
    def by_key(self) -> ByKey:
        """The rows, by call and situation."""
        return {(row.call, row.situation): row for row in self.rows}


@dataclass(frozen=True, slots=True)
class _Messages:
    """Warnings and errors: in the table a number stands for each."""

    numbers: dict[str, str] = field(default_factory=dict)

    def number(self, text: str) -> str:
        """The number of this message: the same for the same text."""
        return self.numbers.setdefault(text, f"[{len(self.numbers) + 1}]")


def as_json(observed: Sequence[Observed]) -> str:
    """A list of objects, one for each row on each interpreter."""
    return indented([row for one in observed for row in one.rows])


def document(observed: Sequence[Observed]) -> Document:
    """One table for all interpreters, what its marks mean, and which calls create, start and close a loop."""
    keys = tuple(dict.fromkeys(key for one in observed for key in one.by_key))
    labels, messages = [one.label for one in observed], _Messages()
    rows = tuple(_rows(keys, [one.by_key for one in observed], messages))
    columns = tuple((Column(head, side="left"),) for head in HEADS.values())
    differs = (Note(f"{DIFFERS} differs: {' / '.join(labels)}"),) if len(labels) > 1 else ()
    numbered = Listing(tuple(f"{number} {text}" for text, number in messages.numbers.items()))
    return Document(
        body=(
            Heading(f"What each call does to an event loop, seen on {_listed(labels)}"),
            *_deviations(observed),
            Table((Column("call", side="left"),), columns, rows),
            Note(LEGEND),
            *differs,
            *((numbered,) if numbered.items else ()),
            *_missing(observed, keys),
            *_sentences(observed),
        )
    )


def _rows(keys: Sequence[Key], observed: Sequence[ByKey], messages: _Messages) -> Iterator[Row]:
    """A call in several situations has a row for itself and one for each of them."""
    previous = ""
    for call, situation in keys:
        if situation and call != previous:
            yield (call, *("" for _ in HEADS))
        previous = call
        answers = [rows.get((call, situation)) for rows in observed]
        name = f"… {situation}" if situation else call
        marked = {column for rows in observed for column in deviating((call, situation), rows)}
        yield (name, *(_marked(_entry(answers, column, messages), column in marked) for column in HEADS))


def _marked(entry: Entry, deviates: bool) -> Entry:  # noqa: FBT001  (whether it has the mark)
    return Marked(entry, OTHERWISE) if deviates else entry


def _deviations(observed: Sequence[Observed]) -> Iterator[Paragraph | Listing]:
    """What loops do otherwise than asyncio; nothing where only asyncio was looked at."""
    if not any(model(key, one.by_key) for one in observed for key in one.by_key):
        return
    labels: dict[str, list[str]] = {}
    for one in observed:
        for sentence in sentences(one.by_key):
            labels.setdefault(sentence, []).append(one.label)
    where = [f" (on {_listed(names)})" if len(names) < len(observed) else "" for names in labels.values()]
    if labels:
        yield Paragraph(f"Otherwise than with asyncio, marked {OTHERWISE}:")
        yield Listing(tuple(f"{sentence}{place}" for sentence, place in zip(labels, where, strict=True)))
    else:
        yield Paragraph("No loop here does anything otherwise than asyncio.")


def _entry(rows: Sequence[Observation | None], column: str, messages: _Messages) -> Entry:
    """What the interpreters that have the call agree on; or what each of them answers."""
    answers = tuple(_answer(getattr(row, column), column, messages) if row else None for row in rows)
    agreed = {answer for answer, row in zip(answers, rows, strict=True) if row}
    return agreed.pop() if len(agreed) == 1 else Differing(answers)


def _answer(value: bool | str | None, column: str, messages: _Messages) -> bool | str | None:  # noqa: FBT001  (observed)
    if not isinstance(value, str):
        return value
    if column == "loop_class":
        return f"{value.partition('.')[0]}.{value.rpartition('.')[2]}"
    return messages.number(value)


def _missing(observed: Sequence[Observed], keys: Sequence[Key]) -> Iterator[Note]:
    """Calls that only some interpreters have."""
    missing: dict[str, list[str]] = {}
    for one in observed:
        if names := [_named(call, situation) for call, situation in keys if (call, situation) not in one.by_key]:
            missing.setdefault(_listed(names), []).append(one.label)
    yield from (Note(f"{names}: no such calls on {_listed(labels)}") for names, labels in missing.items())


def _sentences(observed: Sequence[Observed]) -> Iterator[Listing]:
    """Which calls create a loop, start it and so on; interpreters of which the same is true share their sentences."""
    labels: dict[tuple[str, ...], list[str]] = {}
    for one in observed:
        labels.setdefault(tuple(_deeds(one.rows)), []).append(one.label)
    for (first, *others), names in labels.items():
        sentences = (f"On {_listed(names)} a loop is {first}", *(f"it is {deed}" for deed in others))
        yield Listing(tuple(f"{sentence}{end}" for sentence, end in zip(sentences, ";;;;.", strict=True)))


def _deeds(rows: Sequence[Observation]) -> Iterator[str]:
    """For each verb the calls that do it, in their situations."""
    for column, verb in VERBS.items():
        doers: dict[str, list[str]] = {}
        for owner, row in zip(_owners(rows), rows, strict=True):
            if getattr(row, column):
                doers.setdefault(owner + row.call, []).append(row.situation or "")
        names = [_named(call, ", ".join(situations)) for call, situations in doers.items()]
        yield f"{verb} by {_listed(names) if names else 'none of these calls'}"


def _owners(rows: Sequence[Observation]) -> Iterator[str]:
    """The call that made what `.get_loop()` and the like are called on; empty for others."""
    owner = ""
    for row in rows:
        if not row.call.startswith((".", "with ")):
            owner = row.call
        yield owner if row.call.startswith(".") else ""


def _named(call: str, situation: str | None) -> str:
    return unbroken(f"{call} ({situation})" if situation else call)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
