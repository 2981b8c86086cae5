"""Sentences to lines: cleaned, and wrapped where there is a width. Words, names and paths are never broken."""

import re
import textwrap

from bench import texts

UNBROKEN = "\N{NO-BREAK SPACE}"  # between words that stay on one line
HANGING = "    "


def line(text: str) -> str:
    """What can be shown of a text, on one line; no-break spaces stay."""
    return re.sub(r"[ \t\n]+", " ", texts.lines(text)).strip()


def unbroken(text: str) -> str:
    """A name in which no line ends."""
    return text.replace(" ", UNBROKEN)


def filled(text: str, width: int | None, indent: str = "") -> str:
    """A text in lines of this width, those after the first indented; without a width in one line."""
    text = line(text)
    if width:
        text = textwrap.fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return text.replace(UNBROKEN, " ")
