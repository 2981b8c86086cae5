"""Tables to characters; for people on a terminal that is too narrow, in parts that fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.reports import colours
from bench.reports.document import Column, Entry, Table
from bench.reports.entries import characters, heads
from bench.reports.grids import FOR_PEOPLE, TERMINAL, grid
from bench.reports.prose import HANGING, filled

LEAST = 20  # characters that a wrapped column is never narrower than

Places: TypeAlias = Sequence[int]  # of columns in their table: their names may be the same


def tables(table: Table, style: str, width: int | None) -> Iterator[str]:
    """The table; where it is wider than `width`, as few tables as fit, then the texts that it has no room for."""
    if not table.rows:
        return
    room = width if FOR_PEOPLE.fullmatch(style) else None
    drawing = _Drawing(table, style, room)
    whole = drawing.grid(range(len(table.columns)))
    if drawing.fits(whole):
        yield whole
    elif drawing.fits(needed := drawing.grid(drawing.needed)):
        yield needed
    else:
        yield from _parted(drawing)
        yield from _below(drawing)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A table, the format to draw it in, and the characters that a line has room for."""

    table: Table
    style: str
    width: int | None

    @property
    def keys(self) -> Places:
        """Where the key columns are."""
        return range(len(self.table.keys))

    @property
    def needed(self) -> Places:
        """Where all columns are but those for which only room to spare is used."""
        return [place for place, column in enumerate(self.table.columns) if column.if_narrow != "spare"]

    def spared(self, places: Places, text: str) -> str:
        """The table of these columns, with what belongs behind them and has room there; its text without that."""
        behind = (place + 1 for place in places if place + 1 < len(self.table.columns))
        spare = [place for place in behind if self.table.columns[place].if_narrow == "spare"]
        wider = self.narrow(sorted([*places, *spare])) if spare else text
        return wider if self.fits(wider) else text

    @property
    def groups(self) -> Iterator[Places]:
        """Where the columns of each group are, less those that stand below."""
        first = len(self.table.keys)
        for group in self.table.groups:
            places = range(first, first + len(group))
            if beside := [place for place in places if self.table.columns[place].if_narrow not in {"below", "spare"}]:
                yield beside
            first += len(group)

    def texts(self, places: Places) -> list[list[str]]:
        """The rows, in these columns."""
        columns = self.table.columns
        return [[self._text(row[place], columns[place]) for place in places] for row in self.table.rows]

    def _text(self, entry: Entry, column: Column) -> str:
        text = characters(entry, column)
        return colours.of_entry(entry, text) if self.style == TERMINAL else text

    def grid(self, places: Places, rows: Sequence[Sequence[str]] | None = None) -> str:
        """The table of these columns, as wide as it is."""
        columns = [self.table.columns[place] for place in places]
        sides = [column.side for column in columns]
        return grid(list(heads(columns)), rows or self.texts(places), sides, self.style)

    def narrow(self, places: Places) -> str:
        """The table of these columns; where it is too wide, its longest texts are wrapped, if they may be."""
        text = self.grid(places)
        wraps = [at for at, place in enumerate(places) if self.table.columns[place].if_narrow == "wrap"]
        if self.width and wraps and not self.fits(text):
            rows = self.texts(places)
            longest = max(len(row[wraps[0]]) for row in rows)
            room = max(LEAST, self.width - width_of(text) + longest)
            for row in rows:
                row[wraps[0]] = filled(row[wraps[0]], room)
            text = self.grid(places, rows)
        return text

    def fits(self, text: str) -> bool:
        """Whether a line has room for this table."""
        return not self.width or width_of(text) <= self.width


def width_of(text: str) -> int:
    """Characters of the longest line."""
    return max(map(colours.shown, text.splitlines()))


def _parted(drawing: _Drawing) -> Iterator[str]:
    """The keys with as many groups as fit; then the keys again, with the next groups. At least the keys."""
    shown: list[int] = []
    text = drawing.grid(drawing.keys)
    for group in drawing.groups:
        wider = drawing.narrow([*drawing.keys, *shown, *group])
        if shown and not drawing.fits(wider):
            if drawing.table.columns[group[0]].if_narrow == "drop":
                break
            yield drawing.spared([*drawing.keys, *shown], text)
            shown, wider = [], drawing.narrow([*drawing.keys, *group])
        shown += group
        text = wider
    yield drawing.spared([*drawing.keys, *shown], text)


def _below(drawing: _Drawing) -> Iterator[str]:
    """Each column that stands below a narrow table: its name, and its texts with the first key of their rows."""
    for place, column in enumerate(drawing.table.columns):
        lines = [f"{name}: {text}" for name, text in drawing.texts([0, place]) if text]
        if column.if_narrow == "below" and lines:
            yield "\n".join([f"{next(heads([column]))}:", *(filled(line, drawing.width, HANGING) for line in lines)])
