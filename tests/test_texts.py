"""Texts from elsewhere: cleaned where we write, refused where we read."""

from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from bench import texts
from bench.texts import Line, Lines


@given(st.text(st.characters(codec=None)))
def test_what_is_cleaned_is_read_back(text: str) -> None:
    line, lines = texts.line(text)[: texts.MOST], texts.lines(text)[: texts.MOST_OF_LINES]

    assert msgspec.json.decode(msgspec.json.encode(line), type=Line) == line
    assert msgspec.json.decode(msgspec.json.encode(lines), type=Lines) == lines
    assert len(line.splitlines()) <= 1


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=50))
def test_what_can_be_shown_stays_as_it_is(text: str) -> None:
    assert texts.line(text) == texts.lines(text) == text


@pytest.mark.parametrize(("text", "line", "lines"), [
    ("two\nlines\tand a tab", "two lines and a tab", "two\nlines\tand a tab"),
    ("\x1b[1;31mred\x1b[0m", "red", "red"),
    ("\x1b]0;title\x07", "�]0;title�", "�]0;title�"),
    ("hidden\rshown", "hidden shown", "hidden\nshown"),
    ("dos\r\nlines", "dos lines", "dos\nlines"),
    ("a\x00b\x7f\x9bc\x85d", "a�b��c�d", "a�b��c�d"),
    ("\u202eevil\u2028x", "�evil�x", "�evil�x"),
    ("half \ud800", "half �", "half �"),
])  # fmt: skip
def test_what_steers_a_terminal_is_cleaned(text: str, line: str, lines: str) -> None:
    assert (texts.line(text), texts.lines(text)) == (line, lines)


@pytest.mark.parametrize("text", ["a\nb", "a\n", "\t", "\x1b[2J", "\x00", "\x9b", "\u2028", "\u202e", "x" * 2001])
def test_what_steers_a_terminal_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, Line)


def test_several_lines_are_refused_for_their_characters_and_their_length() -> None:
    assert msgspec.convert("a\n\tb", Lines) == "a\n\tb"
    for text in ("\x1b", "\r", "x" * 8001):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, Lines)


class Tagged(msgspec.Struct, tag=True):
    """Of which msgspec repeats the tag that it read."""


class Other(msgspec.Struct, tag=True):
    """The same."""


@pytest.mark.parametrize(("content", "kind", "said"), [
    (b'{"type":"\\u001b[31m"}', Tagged | Other, "Invalid value '' - at `$.type`"),
    (b'{"type":"' + b"x" * 10_000 + b'"}', Tagged | Other, "Invalid value '" + "x" * 285),
    (b'"\\n"', Line, "Expected a name or a text of the kind that stands there"),
    (b'{"x":"c"}', dict[str, Annotated[str, Meta(pattern="^[ab]$")]],
     "Expected a name or a text of the kind that stands there - at `$[...]`"),
    (b'"c"', Literal["a"], "Invalid enum value 'c'"),
])  # fmt: skip
def test_what_is_wrong_is_said_in_one_short_line(content: bytes, kind: object, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(content, type=kind)

    assert texts.said(refused.value) == said
