"""Entries of tables to characters, in all formats alike: one function for each kind."""

from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch

from bench import texts
from bench.reports.document import (
    Bar,
    Column,
    Count,
    Differing,
    Entry,
    Interval,
    Judged,
    Marked,
    Number,
    Percent,
    Share,
    Unit,
    Verdict,
    Words,
)
from bench.reports.numbers import NOTHING, count, hundredths, interval, number, percent

DITTO, LONG = "″", 5
DIFFERS = "*"
BARE = Unit("")


def heads(columns: Iterable[Column]) -> Iterator[str]:
    """Name, unit and mark of columns that stand beside each other."""
    shown: set[Unit] = set()
    for column in columns:
        unit = None if column.shares_unit and column.unit in shown else column.unit
        shown |= {unit} if unit else set()
        parts = [column.name, unit.symbol if unit else "", column.mark]
        yield texts.line(" ".join(filter(None, parts)))


def characters(entry: Entry, column: Column) -> str:
    """An entry in its own unit, which is shown, or in its column's, which stands in the head; always one line."""
    return entry.text if isinstance(entry, Bar) else texts.line(_characters(entry, column.unit or BARE))


@singledispatch
def _characters(entry: Entry, _: Unit) -> str:
    raise TypeError(f"an entry can't be a {type(entry).__name__}")


@_characters.register
def _(_entry: None, _unit: Unit) -> str:
    return NOTHING


@_characters.register
def _(entry: str, _: Unit) -> str:
    return entry


@_characters.register
def _(entry: bool, _: Unit) -> str:  # noqa: FBT001  (an entry)
    return "yes" if entry else "no"


@_characters.register
def _(entry: int, _: Unit) -> str:
    return str(entry)


@_characters.register
def _(entry: Number, unit: Unit) -> str:
    own = entry.unit or unit
    return _with_unit(number(entry.value / own.size) if entry.value else "0", entry.unit)


@_characters.register
def _(entry: Interval, unit: Unit) -> str:
    return _with_unit(interval(entry.estimate, (entry.unit or unit).size), entry.unit)


@_characters.register
def _(entry: Count, _: Unit) -> str:
    return _with_unit(count(entry.value), entry.unit)


@_characters.register
def _(entry: Share, _: Unit) -> str:
    return f"{entry.count} ({100 * entry.low:.0f}–{100 * entry.high:.0f} %)"


@_characters.register
def _(entry: Percent, _: Unit) -> str:
    return f"{100 * entry.part:+.2f} %" if entry.sign == "+" else f"{entry.sign}{percent(entry.part)}"


@_characters.register
def _(entry: Verdict, _: Unit) -> str:
    return entry.word


@_characters.register
def _(entry: Judged, _: Unit) -> str:
    return f"{hundredths(entry.ratio)} {entry.verdict}"


@_characters.register
def _(entry: Marked, unit: Unit) -> str:
    return f"{_characters(entry.entry, unit)} {entry.mark}"


@_characters.register
def _(entry: Words, _: Unit) -> str:
    return ", ".join(entry.words) or NOTHING


@_characters.register
def _(entry: Differing, unit: Unit) -> str:
    answers = [_characters(answer, unit) for answer in entry.answers]
    return f"{'/'.join(_with_dittos(answers))} {DIFFERS}"


def _with_unit(text: str, unit: Unit | None) -> str:
    return f"{text} {unit.symbol}" if unit else text


def _with_dittos(answers: Sequence[str]) -> Iterator[str]:
    """Long words only once."""
    for before, word in zip(["", *answers], answers, strict=False):
        yield DITTO if word == before and len(word) > LONG else word
