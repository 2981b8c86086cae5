"""A document as one file for a browser: no request leaves it, and without JavaScript everything can be read.

Only this module imports Jinja2. The template escapes every text; what it does not escape is made by `drawing`.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from bench.reports import drawing
from bench.reports.assets import CHART_CSS, PAGE_CSS, PAGE_JS, PAGE_TEMPLATE
from bench.reports.document import (
    Block,
    Caution,
    Chart,
    Count,
    Document,
    Entry,
    Heading,
    Interval,
    Number,
    Percent,
    Share,
    Table,
    Verdict,
    View,
)  # fmt: skip
from bench.reports.entries import characters, heads
from bench.reports.pictures import Picture, Plane, Point, Span, Spot
from bench.reports.prose import filled, line

SYMBOLS = {"faster": "▼", "slower": "▲", "same": "=", "inconclusive": "?"}
SAID_IN = ("loop", "scenario")  # columns by whose entries readers choose rows


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the second level, and all that stands below it."""

    heading: Heading
    key: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of a table: as people read it, and as numbers to sort by."""

    text: str
    side: str
    numbers: str = ""
    verdict: str = ""


def text(document: Document) -> str:
    """The whole page."""
    blocks = [block for block in document.page() if block not in (document.title, document.conclusion)]
    first, sections = _sections(blocks)
    title = line(document.title.text) if document.title else "Report"
    return _environment().get_template("page").render(
        title=title, document=document, first=first, sections=sections, loops=tuple(_loops(blocks)),
        views=_views(document.views, sections), cautions=list(_cautions(sections)),
        style=Markup(CHART_CSS + PAGE_CSS),  # noqa: S704  (our own files)
        program=Markup(PAGE_JS),  # noqa: S704  (our own files)
    ) + "\n"  # fmt: skip


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({"page": PAGE_TEMPLATE}), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"prose": _prose, "kind": _kind, "head": _head, "picture": _picture, "symbol": _symbol}
    environment.filters |= {"rows": _rows, "key": _shape, "stages": _stages}
    return environment


def _sections(blocks: Sequence[Block]) -> tuple[list[Block], list[Section]]:
    """What stands before the first heading of the second level, and the sections."""
    first: list[Block] = []
    sections: list[Section] = []
    used = {"top", "main"}
    for block in blocks:
        if isinstance(block, Heading) and block.level <= 2:  # noqa: PLR2004  (of sections)
            key = _unused(block.key or _slug(block.text), used)
            sections.append(Section(block, key))
        else:
            (sections[-1].blocks if sections else first).append(block)
    return first, sections


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", line(words).lower())[:40].strip("-") or "section"


def _unused(key: str, used: set[str]) -> str:
    """The key; with a number where it is used already."""
    number, free = 2, _slug(key) if not re.fullmatch(r"\w+", key) else key
    while free in used:
        free, number = f"{key}-{number}", number + 1
    used.add(free)
    return free


def _views(views: Sequence[View], sections: Sequence[Section]) -> dict[str, list[str]]:
    """The sections of each view, less the views in which nothing is."""
    there = {section.heading.key for section in sections}
    found = {view.name: [key for key in view.keys if key in there] for view in views}
    return {name: keys for name, keys in found.items() if keys}


def _cautions(sections: Sequence[Section]) -> Iterator[tuple[Section, Caution]]:
    """Every warning, and the section that it is about."""
    for section in sections:
        yield from ((section, block) for block in section.blocks if isinstance(block, Caution))


def _loops(blocks: Sequence[Block]) -> Iterator[tuple[str, str, int]]:
    """Each loop that can be hidden, with its colour and shape, in the order in which pictures show them."""
    seen: set[str] = set()
    for chart in (block for block in blocks if isinstance(block, Chart)):
        for loop, point in _points(chart.picture):
            if loop not in {"", *seen}:
                seen.add(loop)
                yield line(loop), point.paint, point.shape


def _points(picture: Picture | Plane) -> Iterator[tuple[str, Point | Spot]]:
    """What marks each loop in a picture."""
    if isinstance(picture, Plane):
        yield from ((spot.subject.loop, spot) for spot in picture.spots)
        return
    for shown in picture.lines:
        yield from ((shown.subject.loop, mark) for mark in shown.marks if isinstance(mark, Point))


def _rows(table: Table) -> Iterator[tuple[dict[str, str], list[Cell]]]:
    """What each row is about, and its cells."""
    for entries in table.rows:
        cells = [_cell(entry, characters(entry, column), column.side)
                 for entry, column in zip(entries, table.columns, strict=True)]  # fmt: skip
        about = {column.name: cell.text for column, cell in zip(table.columns, cells, strict=True)}
        subject = {name: about[name] for name in SAID_IN if about.get(name)}
        verdicts = [cell.verdict for cell in cells if cell.verdict]
        yield subject | ({"verdict": verdicts[0]} if verdicts else {}), cells


def _cell(entry: Entry, shown: str, side: str) -> Cell:
    if isinstance(entry, Verdict):
        return Cell(shown, side, verdict=shown)
    return Cell(shown, side, ";".join("" if number is None else f"{number:.7g}" for number in _numbers(entry)))


def _numbers(entry: Entry) -> tuple[float | None, ...]:
    """What an entry is sorted by, and the ends of its interval."""
    match entry:
        case Interval():
            return (entry.estimate.value, entry.estimate.low, entry.estimate.high)
        case Number() | Count():
            return (entry.value,)
        case Percent():
            return (entry.part,)
        case Share():
            return (entry.count,)
        case _:
            return (entry,) if isinstance(entry, int) and not isinstance(entry, bool) else ()


def _head(table: Table) -> list[tuple[str, str]]:
    return list(zip(heads(table.columns), (column.side for column in table.columns), strict=True))


def _kind(block: Block) -> str:
    return type(block).__name__


def _prose(words: str) -> str:
    return filled(words, None)


def _picture(chart: Chart) -> Markup:
    return Markup(drawing.svg(chart.picture, f"{chart.title}. {chart.about}"))  # noqa: S704  (drawing escapes its texts)


def _shape(loop: tuple[str, str, int]) -> Markup:
    return Markup(drawing.shape(loop[1], loop[2]))  # noqa: S704  (has no text)


def _stages(chart: Chart) -> dict[str, str]:
    """The colours of its bars and what each of them is, in order."""
    lines = chart.picture.lines if isinstance(chart.picture, Picture) else ()
    marks = (mark for shown in lines for mark in shown.marks)
    return dict(sorted({mark.paint: mark.text for mark in marks if isinstance(mark, Span) and mark.text}.items()))


def _symbol(verdict: str) -> str:
    return SYMBOLS.get(verdict, "")
