r"""Texts from elsewhere, and what they must be to be kept and shown.

Loops, files and the environment may say anything; a terminal obeys what steers it, a table breaks where a line ends,
and half a character can't be written at all. What we write is cleaned here first, what we read is refused otherwise.
"""

import re
from pathlib import Path
from typing import Annotated, TypeAlias

from msgspec import Meta

MOST = 2000  # characters of one line
MOST_OF_LINES = 8000
MOST_SAID = 300  # of what a library says is wrong: it repeats what it read
# C0 and C1, what ends a line elsewhere than in files, what turns the direction of writing, and halves of characters.
STEERING = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
UNSHOWN = re.compile(f"[{STEERING}]")
SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # colours, mostly: gone as a whole, or its end stays to be read
PATTERN = re.compile(r"`str` matching regex '.*'")

SHOWN = re.compile(rf"[^\t\n{STEERING}]{{0,{MOST}}}")

Line: TypeAlias = Annotated[str, Meta(pattern=rf"\A{SHOWN.pattern}\Z")]
Lines: TypeAlias = Annotated[str, Meta(max_length=MOST_OF_LINES, pattern=rf"\A[^{STEERING}]*\Z")]


def line(text: str) -> str:
    """What can be shown of it, on one line; as long as it is."""
    return " ".join(lines(text).split())


def lines(text: str) -> str:
    """What can be shown of it; lines and tabs stay."""
    # A carriage return begins a line anew: what stood there is as much part of the text as what covers it.
    return UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", SEQUENCE.sub("", re.sub(r"\r\n?|[\v\f]", "\n", text)))


def said(error: Exception) -> str:
    """What is wrong, for people; msgspec and pyperf repeat what they read, as it was."""
    words = str((isinstance(error, OSError) and error.strerror) or error)
    return line(PATTERN.sub("a name or a text of the kind that stands there", words))[:MOST_SAID]


MAXIMUM_TEXT = 1000


FOLDERS = re.compile(r"(?:\b[A-Za-z]:)?(?:[\\/][^\s\\/'\":,;()<>]+)+(?=[\\/])")


def publishable(text: str) -> str:
    """One line of a text that may be shown to everybody."""
    return without_folders(line(text))[:MAXIMUM_TEXT]


def without_folders(text: str) -> str:
    """A text in which files have no folders any more: they name machines and people."""
    return FOLDERS.sub("…", text.replace(str(Path.home()), "~"))
