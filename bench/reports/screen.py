"""A document as plain text around its tables: on a terminal, and in the formats that are not pages."""

import html
import textwrap
from collections.abc import Iterator

from bench.reports.colours import RED, painted
from bench.reports.document import Block, Caution, Chart, Command, Document, Heading, Links, Listing, Prose, Table
from bench.reports.grids import COMMENTS, FOR_PEOPLE, HTML, TERMINAL
from bench.reports.parts import tables
from bench.reports.prose import HANGING, filled, line


def text(document: Document, style: str, width: int | None) -> str:
    """The document; in a format for people, no wider than `width` where its words, commands and columns allow that."""
    whole = ""
    room = width if FOR_PEOPLE.fullmatch(style) else None
    for block in document.screen():
        for part in _parts(block, style, room):
            whole += ("\n" if isinstance(block, Command) else "\n\n") + part
    return whole.strip("\n") + "\n"


def _parts(block: Block, style: str, width: int | None) -> Iterator[str]:
    if isinstance(block, Table):
        yield from tables(block, style, width)
    elif isinstance(block, Chart | Links):
        return  # only a page shows them; the numbers of a chart stand in the tables
    elif style in HTML:
        yield _tagged(block)
    elif style == TERMINAL and isinstance(block, Caution):
        yield painted(_prose(block, width), RED)
    else:
        yield textwrap.indent(_prose(block, width), COMMENTS.get(style, ""))


def _tagged(block: Prose) -> str:
    """Prose in HTML; a title of a section is one level below the page's."""
    texts = [html.escape(text, quote=False) for text in _prose(block, None).splitlines()]
    match block:
        case Heading():
            return f"<h{block.level}>{' '.join(texts)}</h{block.level}>"
        case Listing():
            return "\n".join(["<ul>", *(f"<li>{text}</li>" for text in texts), "</ul>"])
        case _:
            return f"<p>{' '.join(texts).strip()}</p>"


def _prose(block: Prose, width: int | None) -> str:
    match block:
        case Command():
            return HANGING + line(f"{block.purpose}: {block.command}")
        case Caution():
            return filled(f"{block.title}: {'; '.join(filter(None, [block.cause, block.remedy]))}", width)
        case Listing():
            return "\n".join(filled(item, width, HANGING) for item in block.items)
        case _:
            return filled(block.text, width)
