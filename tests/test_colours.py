"""Verdicts in colour: the same text, in columns of the same width."""

import io
import re
import sys
from collections.abc import Mapping

import pytest

from bench.cli import terminal
from bench.errors import AS_MODULE
from bench.reports.colours import CODE
from bench.reports.document import Caution, Column, Command, Document, Judged, Marked, Table, Verdict
from bench.reports.rendering import render

TABLE = Table(
    (Column("loop", side="left"),),
    ((Column("ratio", side="left"), Column("verdict")), (Column("next"),)),
    (
        ("uvloop", Marked(Judged(2, "slower"), "*"), Verdict("slower"), "x"),
        ("rloop", Judged(0.5, "faster"), Verdict("faster"), "x"),
        ("xloop", Judged(1, "inconclusive"), Verdict("same"), "x"),
    ),
)
DOCUMENT = Document(body=(TABLE, Caution("NOT TO BE TRUSTED", "why and " * 20, "what to do")))


@pytest.mark.parametrize("width", [None, 80, 30])
def test_colours_change_no_character_and_no_column(width: int | None) -> None:
    coloured = render(DOCUMENT, "terminal", width)

    assert CODE.sub("", coloured) == render(DOCUMENT, "simple", width)


def test_each_verdict_has_its_colour_and_a_warning_is_red_on_every_line() -> None:
    lines = render(DOCUMENT, "terminal", 60).splitlines()

    assert lines[2] == "uvloop  \x1b[31m2.00 slower *\x1b[0m       \x1b[31mslower\x1b[0m     x"
    assert lines[3].count("\x1b[32m") == 2
    assert lines[4].count("\x1b[33m") == 1
    assert "\x1b[33msame" not in lines[4]
    assert all(re.fullmatch(r"\x1b\[31m.*\x1b\[0m", line) for line in lines[6:])


class Stream(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It always is."""
        return True


@pytest.mark.parametrize(("stream", "environment", "coloured"), [
    (Stream, {}, True), (Stream, {"TERM": "xterm", "NO_COLOR": ""}, True), (Stream, {"NO_COLOR": "1"}, False),
    (Stream, {"TERM": "dumb"}, False), (io.StringIO, {}, False),
])  # fmt: skip
def test_a_terminal_has_colours_unless_the_user_minds(
    stream: type[io.StringIO], environment: Mapping[str, str], *, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", stream())
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert ("\x1b[" in terminal.drawn(DOCUMENT)) == coloured
    assert "\x1b[" not in terminal.drawn(DOCUMENT, "github")


def test_a_terminal_without_unicode_shows_other_characters() -> None:
    assert "59.2 µs ±2 % (2.12–2.19) … λ".encode("ascii", terminal.PLAIN) == b"59.2 us +-2 % (2.12-2.19) ... ?"
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", terminal.PLAIN)


def test_a_terminal_names_the_program_as_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document(body=(Command("see", f"{AS_MODULE} doctor"),))
    monkeypatch.setattr(terminal, "PROGRAM", "evloop-bench")

    assert terminal.drawn(document) == "    see: evloop-bench doctor\n"
    assert f"{AS_MODULE} doctor" in render(document, "github")
