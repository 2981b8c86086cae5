"""Verdicts and warnings in colour, for a terminal; what a table measures has to leave the colours out."""

import re
from collections.abc import Mapping

from bench.reports.document import Bar, Entry, Judged, Marked, Verdict

CODE = re.compile(r"\x1b\[\d+m")
GREEN, RED, YELLOW = 32, 31, 33
COLOURS: Mapping[str, int] = {"faster": GREEN, "slower": RED, "inconclusive": YELLOW}


def of_entry(entry: Entry, text: str) -> str:
    """The text of an entry, in the colour of its verdict if it has one."""
    code = COLOURS.get(_verdict(entry))
    return painted(text, code) if code else text


def painted(text: str, code: int) -> str:
    """The text in this colour, line by line."""
    return "\n".join(f"\x1b[{code}m{line}\x1b[0m" for line in text.split("\n"))


def shown(text: str) -> int:
    """How many characters a terminal shows of a line."""
    return len(CODE.sub("", text))


def _verdict(entry: Entry) -> str:
    match entry:
        case Marked():
            return _verdict(entry.entry)
        case Judged() | Bar():
            return entry.verdict
        case Verdict():
            return entry.word
        case _:
            return ""
