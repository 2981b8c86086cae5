"""`doctor`: what on this machine disturbs measurements, and what to do about it."""

import argparse
import re
import textwrap
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.arguments import processors
from bench.cli.terminal import add_format, width

if TYPE_CHECKING:
    from bench.conditions import Condition

ORDER = ("warning", "unknown", "ok")
FOR_PEOPLE = re.compile(r"plain|simple|pretty|presto|psql|.*(grid|outline)")  # the others are for programs, which wrap


def add_options(parser: argparse.ArgumentParser) -> None:
    """For which processors, and how the table looks."""
    add = parser.add_argument
    add("--affinity", type=processors, metavar="CPUS", help="look as for a run with this --affinity")
    add("--json", action="store_true", help="a list of objects: subject, state, found, remedy")
    add_format(parser)


def call(options: Namespace) -> int:
    """Print what is found, what disturbs first; 0 whatever it is: to inform is all that was asked for."""
    import msgspec

    from bench import conditions, processes

    found = conditions.conditions(conditions.here(options.affinity, processes.environment()))
    ordered = sorted(found, key=lambda one: ORDER.index(one.state))
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(ordered), indent=1).decode())
    else:
        print(as_text(ordered, options.format, width()))
    return 0


def as_text(found: "Sequence[Condition]", style: str, width: int | None) -> str:
    """A table with the remedies in it, or below it if people would see it wider than `width`; then how many of each."""
    rows = [(one.subject, one.state, one.found, one.remedy or "") for one in found]
    parts = [_grid(rows, style)]
    if width and FOR_PEOPLE.fullmatch(style) and _width(parts[0]) > width:
        rows_without = [row[:3] for row in rows]
        frame = _width(_grid(rows_without, style)) - max(len(row[2]) for row in rows)
        parts = [_grid(rows_without, style, max(20, width - frame))]
        parts.append("\n".join(_remedy(one, width) for one in found if one.remedy))
    counted = Counter(one.state for one in found)
    parts.append(f"{counted['warning']} of {len(found)} disturb; of {counted['unknown']} it can't be told here")
    return "\n\n".join(filter(None, parts))


def _grid(rows: Sequence[Sequence[str]], style: str, found_width: int | None = None) -> str:
    from tabulate import tabulate

    names = ("subject", "here", "found", "remedy")[: len(rows[0])]
    wrapped = [None, None, found_width] if found_width else None
    return tabulate(rows, names, style, disable_numparse=True, maxcolwidths=wrapped)


def _width(table: str) -> int:
    return max(map(len, table.splitlines()))


def _remedy(one: "Condition", width: int) -> str:
    return textwrap.fill(
        f"{one.subject}: {one.remedy}", width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
