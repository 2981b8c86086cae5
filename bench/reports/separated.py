"""A document as CSV: one table, numbers unrounded and in base units, such as seconds."""

import csv
import io
from collections.abc import Iterator, Mapping

from bench.reports.document import Block, Column, Count, Document, Entry, Heading, Interval, Number, Percent, Table
from bench.reports.entries import characters
from bench.reports.prose import line

SECTION = "section"


def text(document: Document, _style: str, _width: int | None = None) -> str:
    """The rows of all tables of the body below one line of names; CSV has no place for prose.

    Tables with different columns share the names of both, and an entry that a table does not have is empty. The first
    column is the heading above the table, where there is one.
    """
    rows = list(_rows(document.body)) or list(_rows(document.summary))
    names = dict.fromkeys(name for row in rows for name in row)
    names = dict.fromkeys(sorted(names, key=lambda name: name != SECTION))
    written = io.StringIO()
    writer = csv.DictWriter(written, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _rows(blocks: tuple[Block, ...]) -> Iterator[Mapping[str, object]]:
    section: dict[str, str] = {}
    for block in blocks:
        if isinstance(block, Heading):
            section = {SECTION: line(block.text)}
        elif isinstance(block, Table):
            for entries in block.rows:
                yield section | dict(_fields(block, entries))


def _fields(table: Table, entries: tuple[Entry, ...]) -> Iterator[tuple[str, object]]:
    """The entries of a row with their names; an interval has three."""
    for place, (column, entry) in enumerate(zip(table.columns, entries, strict=True)):
        name = line(column.name) or f"column {place + 1}"
        if isinstance(entry, Interval):
            yield name, entry.estimate.value
            yield f"{name} low", entry.estimate.low
            yield f"{name} high", entry.estimate.high
        else:
            yield name, _value(entry, column)


def _value(entry: Entry, column: Column) -> object:
    """A number as it is; everything else as people read it; nothing for what is missing."""
    match entry:
        case None:
            return ""
        case Number() | Count():
            return entry.value
        case Percent():
            return entry.part
        case _:
            return characters(entry, column)
