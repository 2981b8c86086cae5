"""How all reports are laid out: tables, paragraphs and JSON. Alone knows tabulate, and knows no measurement.

A line maps the names of columns to texts. A `width` of None is as wide as it takes.
"""

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec
from tabulate import SEPARATING_LINE, tabulate, tabulate_formats

NOTHING = "–"
STYLES: Sequence[str] = tabulate_formats

Lines: TypeAlias = Sequence[Mapping[str, str]]
Names: TypeAlias = Sequence[str]


def paragraphs(parts: Iterable[str], width: int | None) -> str:
    """Texts and tables, one below the other; the texts wrapped."""
    wrapped = [part if "\n" in part or not width else textwrap.fill(part, width) for part in parts]
    return "\n\n".join(wrapped) + "\n"


def indented(found: object) -> str:
    """JSON of whatever msgspec knows."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


def width_of(table: str) -> int:
    """Columns that a table takes."""
    return max(map(len, table.splitlines()))


def fits(table: str, width: int | None) -> bool:
    """Whether the width is enough for the table."""
    return not width or width_of(table) <= width


def grid(lines: Lines, names: Names, style: str, texts: Names = ()) -> str:
    """A table with the first column and `texts` to the left, and the others to the right."""
    sides = ["left" if name in {names[0], *texts} else "right" for name in names]
    return tabulate(_cells(lines, names), names, style, colalign=sides, disable_numparse=True)


def listing(rows: Iterable[Sequence[str]], names: Names, style: str) -> str:
    """A table of rows of cells, to the left."""
    return tabulate(rows, names, style, disable_numparse=True)


def dense(lines: Lines, names: Names, style: str) -> str:
    """A table to the left; as "simple", no column is wider than what it holds."""
    if style != "simple":
        return listing(_cells(lines, names), names, style)
    # tabulate makes a column two wider than its head; among the cells, between two lines, a head takes what it needs.
    headless = listing([names, SEPARATING_LINE, *_cells(lines, names)], (), style)
    return "\n".join(line.rstrip() for line in headless.splitlines()[1:-1])


def parted(
    lines: Lines,
    groups: Sequence[Names],
    style: str,
    width: int | None,
    draw: Callable[[Lines, Names, str], str] = grid,
) -> list[str]:
    """As few tables as the width allows; the first group of columns stands in each, and no group is divided."""
    keys, *others = groups
    tables: list[str] = []
    shown: list[str] = []
    for group in others if lines else ():
        table = draw(lines, [*keys, *shown, *group], style)
        if shown and not fits(table, width):
            shown = []
            tables.append(draw(lines, [*keys, *group], style))
        else:
            tables[-1:] = [table]
        shown += group
    return tables


def _cells(lines: Lines, names: Names) -> list[list[str]]:
    return [[line[name] for name in names] for line in lines]
