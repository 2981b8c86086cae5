"""Conditions as a table for people, what disturbs first; and JSON."""

import re
import textwrap
from collections import Counter
from collections.abc import Sequence

from bench.machine.conditions import Condition
from bench.reports.layout import fits, indented, listing, paragraphs, width_of

NAMES = ("subject", "here", "found", "remedy")
ORDER = ("warning", "unknown", "ok")
FOR_PEOPLE = re.compile(r"plain|simple|pretty|presto|psql|.*(grid|outline)")  # the others are for programs, which wrap


def as_json(found: Sequence[Condition]) -> str:
    """A list of objects."""
    return indented(ordered(found))


def as_text(found: Sequence[Condition], style: str, width: int | None) -> str:
    """A table with the remedies in it, or below it if people would see it wider than `width`; then how many of each."""
    rows = [(one.subject, one.state, one.found, one.remedy or "") for one in ordered(found)]
    parts = [listing(rows, NAMES, style)]
    if width and FOR_PEOPLE.fullmatch(style) and not fits(parts[0], width):
        frame = width_of(listing([row[:3] for row in rows], NAMES[:3], style)) - max(len(row[2]) for row in rows)
        wrapped = [(*row[:2], textwrap.fill(row[2], max(20, width - frame))) for row in rows]
        parts = [listing(wrapped, NAMES[:3], style)]
        parts.append("\n".join(_remedy(one, width) for one in ordered(found) if one.remedy))
    counted = Counter(one.state for one in found)
    parts.append(f"{counted['warning']} of {len(found)} disturb; of {counted['unknown']} it can't be told here")
    return paragraphs(filter(None, parts), None)


def _remedy(one: Condition, width: int) -> str:
    return textwrap.fill(
        f"{one.subject}: {one.remedy}", width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def ordered(found: Sequence[Condition]) -> list[Condition]:
    """What disturbs first, then what can't be told."""
    return sorted(found, key=lambda one: ORDER.index(one.state))
