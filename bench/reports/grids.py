"""Characters in columns: tables in the formats that tabulate has. Only this module imports tabulate."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from tabulate import tabulate, tabulate_formats

from bench.reports.colours import shown

STYLES: Sequence[str] = tabulate_formats
SIMPLE = "simple"
TERMINAL = "terminal"  # simple with colours
MARKDOWN = ("github", "pipe")
HTML = ("html", "unsafehtml")
CSV = "csv"  # not a format of tabulate
# Formats that have no prose of their own, but comments: what begins one.
COMMENTS: Mapping[str, str] = {
    "tsv": "# ",
    "latex": "% ",
    "latex_raw": "% ",
    "latex_booktabs": "% ",
    "latex_longtable": "% ",
}
# Other formats are for programs, which wrap and scroll themselves: their tables are never parted.
FOR_PEOPLE = re.compile(r"plain|simple|terminal|pretty|presto|psql|.*(grid|outline)")
# Where a bar separates columns, and what it is written as inside of one.
BARS: Mapping[str, str] = {
    **dict.fromkeys((*MARKDOWN, "jira", "asciidoc", "youtrack"), r"\|"),
    **dict.fromkeys(("mediawiki", "moinmoin", "textile"), "&#124;"),
    "orgtbl": r"\vert{}",
}

Side: TypeAlias = Literal["left", "right"]


def grid(names: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[Side], style: str) -> str:
    """A table in this format. Entries may have several lines in formats for people."""
    if style in {SIMPLE, TERMINAL}:
        return _simple(names, rows, sides)
    names, *lines = [[escaped(text, style) for text in row] for row in (names, *rows)]
    return tabulate(lines, names, style, colalign=sides, disable_numparse=True)


def escaped(text: str, style: str) -> str:
    """A text that begins, ends and divides nothing in this format; tabulate does that for HTML and LaTeX itself."""
    if style in MARKDOWN:
        text = markdown(text)
    if style == "unsafehtml":
        text = html.escape(text)
    return text.replace("|", BARS.get(style, "|"))


def markdown(text: str) -> str:
    """A text without tags, links, entities and escapes in Markdown. Code between backticks stays code."""
    return re.sub(r"\\|<|(?<=\])\(|&(?=#?\w+;)", r"\\\g<0>", text)


def _simple(names: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[Side]) -> str:
    """As tabulate's format of that name, but no column is wider than what it holds."""
    lines = [line for row in (names, *rows) for line in _lines(row)]
    widths = [max(map(shown, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_aligned(line, widths, sides).rstrip() for line in lines)


def _lines(row: Sequence[str]) -> list[list[str]]:
    """A row of entries of several lines, as rows of one line each."""
    parts = [entry.split("\n") for entry in row]
    return [[part[index] if index < len(part) else "" for part in parts] for index in range(max(map(len, parts)))]


def _aligned(line: Sequence[str], widths: Sequence[int], sides: Sequence[Side]) -> str:
    texts = []
    for text, width, side in zip(line, widths, sides, strict=True):
        space = " " * (width - shown(text))
        texts.append(text + space if side == "left" else space + text)
    return "  ".join(texts)
