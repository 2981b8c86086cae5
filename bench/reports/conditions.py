"""Conditions as a table for people, what disturbs first; and JSON."""

import re
import textwrap
from collections import Counter
from collections.abc import Sequence

import msgspec
from tabulate import tabulate

from bench.conditions import Condition
from bench.reports.tables import width_of

ORDER = ("warning", "unknown", "ok")
FOR_PEOPLE = re.compile(r"plain|simple|pretty|presto|psql|.*(grid|outline)")  # the others are for programs, which wrap


def as_json(found: Sequence[Condition]) -> str:
    """A list of objects."""
    return msgspec.json.format(msgspec.json.encode(ordered(found)), indent=1).decode()


def as_text(found: Sequence[Condition], style: str, width: int | None) -> str:
    """A table with the remedies in it, or below it if people would see it wider than `width`; then how many of each."""
    rows = [(one.subject, one.state, one.found, one.remedy or "") for one in ordered(found)]
    parts = [_grid(rows, style)]
    if width and FOR_PEOPLE.fullmatch(style) and width_of(parts[0]) > width:
        rows_without = [row[:3] for row in rows]
        frame = width_of(_grid(rows_without, style)) - max(len(row[2]) for row in rows)
        parts = [_grid(rows_without, style, max(20, width - frame))]
        parts.append("\n".join(_remedy(one, width) for one in ordered(found) if one.remedy))
    counted = Counter(one.state for one in found)
    parts.append(f"{counted['warning']} of {len(found)} disturb; of {counted['unknown']} it can't be told here")
    return "\n\n".join(filter(None, parts))


def _grid(rows: Sequence[Sequence[str]], style: str, found_width: int | None = None) -> str:
    names = ("subject", "here", "found", "remedy")[: len(rows[0])]
    wrapped = [None, None, found_width] if found_width else None
    return tabulate(rows, names, style, disable_numparse=True, maxcolwidths=wrapped)


def _remedy(one: Condition, width: int) -> str:
    return textwrap.fill(
        f"{one.subject}: {one.remedy}", width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def ordered(found: Sequence[Condition]) -> list[Condition]:
    """What disturbs first, then what can't be told."""
    return sorted(found, key=lambda one: ORDER.index(one.state))
