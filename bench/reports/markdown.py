"""A document as a page in GitHub's Markdown."""

import re
from urllib.parse import quote

from bench.reports.document import Caution, Chart, Command, Document, Heading, Links, Listing, Prose, Table
from bench.reports.grids import markdown
from bench.reports.parts import tables
from bench.reports.prose import filled, line

# What would begin a heading, a list, a quotation, code or a link's target, at the start of a line.
BEGINNING = re.compile(r"\A(?:(?=[#>+*=~_-]|```|\[[^\]]*\]:)|(\d+)(?=[.)](?:\s|\Z)))")


def text(document: Document, style: str, _width: int | None = None) -> str:
    """The page; whoever shows it wraps its lines."""
    blocks = (_beside(block) if isinstance(block, Chart | Links) else _block(block, style) for block in document.page())
    return "\n\n".join(filter(None, blocks)) + "\n"


def _beside(block: Chart | Links) -> str:
    """What leads to files beside the page: links, and a picture if it has a file."""
    if isinstance(block, Links):
        return "\n".join(f"- [{_prose(name)}]({quote(path)})" for name, path in block.items)
    return f"![{_prose(block.about)}]({block.file})" if block.file else ""


def _block(block: Prose | Table, style: str) -> str:
    match block:
        case Table():
            return "\n\n".join(tables(block, style, None))
        case Heading():
            return f"{'#' * block.level} {_prose(block.text)}"
        case Caution():
            return f"**{_prose(block.title)}:** {_prose('; '.join(filter(None, [block.cause, block.remedy])))}"
        case Command():
            return f"{_prose(block.purpose)}: {_code(block.command)}"
        case Listing():
            return "\n".join(f"- {_prose(item)}" for item in block.items)
        case _:
            return _prose(block.text)


def _prose(words: str) -> str:
    return BEGINNING.sub(r"\1\\", markdown(filled(words, None)))


def _code(command: str) -> str:
    """A command between more backticks than it has in a row itself."""
    longest = max(map(len, re.findall("`+", command)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{line(command)}{space}{fence}"
