"""Bars beside tables: where they are drawn, what they say, and that they take no room that others need."""

import io
import math
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cli import terminal
from bench.reports.bars import FULL, HEAD, ONE, THIN, WIDTH, barred
from bench.reports.document import LOOP, Bar, Column, Document, Interval, Row, Table, Verdict
from bench.reports.parts import tables, width_of
from bench.statistics.estimates import Estimate

RATIOS = st.sampled_from([0.0, 1e-300, 1.0, math.inf]) | st.floats(1e-3, 1e3)
ESTIMATES = st.builds(Estimate, RATIOS, st.none() | RATIOS, st.none() | RATIOS)


def table_of(*ratios: Estimate | None) -> Table:
    rows: list[Row] = [("asyncio", 1, Verdict("baseline"))]
    rows += [(f"loop{place}", Interval(ratio) if ratio else None, Verdict("slower"))
             for place, ratio in enumerate(ratios)]  # fmt: skip
    return Table((LOOP,), ((Column("ratio", bar=True), Column("verdict")),), tuple(rows))


def bars(*ratios: Estimate | None) -> list[str]:
    (found,) = barred(Document(body=(table_of(*ratios),))).body
    assert isinstance(found, Table)
    return [bar.text for row in found.rows for bar in row if isinstance(bar, Bar)]


def test_a_bar_goes_from_1_to_the_ratio_and_the_interval_is_a_thin_line() -> None:
    none, half, double, wide = bars(Estimate(0.5, 0.49, 0.51), Estimate(2, 1.99, 2), Estimate(1, 0.5, 2))

    assert none == ""
    assert half == FULL * 5 + ONE
    assert double == " " * 5 + ONE + FULL * 4
    assert wide == THIN * 5 + ONE + THIN * 4
    assert len(double) == WIDTH


@pytest.mark.parametrize("ratios", [
    (), (None, None), (Estimate(2, 1.9, 2.1),), (Estimate(1, 1, 1), Estimate(1, None, None)),
    (Estimate(math.inf, None, None), Estimate(0, None, None)),
])  # fmt: skip
def test_there_is_no_bar_where_nothing_is_compared(ratios: tuple[Estimate | None, ...]) -> None:
    assert bars(*ratios) == []


@given(st.lists(st.none() | ESTIMATES, min_size=2, max_size=5))
def test_any_ratios_have_bars_of_the_same_scale(ratios: list[Estimate | None]) -> None:
    found = bars(*ratios)

    assert all(len(bar) <= WIDTH and bar.count(ONE) == (bar != "") for bar in found)
    assert len({bar.index(ONE) for bar in found if bar}) <= 1


def test_columns_that_do_not_ask_for_bars_have_none() -> None:
    document = Document(body=(Table((LOOP,), ((Column("ratio"),),), (("a", Interval(Estimate(2, 1, 3))),) * 2),))

    assert barred(document) == document


def test_bars_take_only_room_that_no_column_needs() -> None:
    table = table_of(Estimate(2, 1.9, 2.1), Estimate(3, 2.9, 3.1))
    table = replace(table, groups=(*table.groups, (Column("next"),)), rows=tuple((*row, "text") for row in table.rows))
    (with_bars,) = barred(Document(summary=(table,))).summary
    assert isinstance(with_bars, Table)

    for width in range(10, 80):
        plain, found = (list(tables(each, "simple", width)) for each in (table, with_bars))
        assert len(plain) == len(found)
        assert all(width_of(text) <= max(width, width_of(other)) for text, other in zip(found, plain, strict=True))
    (wide,) = tables(with_bars, "simple", None)
    first, second = tables(with_bars, "simple", width_of(next(tables(table, "simple", 45))) - 1)
    assert wide.splitlines()[0].split() == ["loop", "ratio", "verdict", *HEAD.name.split(), "next"]
    assert first.splitlines()[0].split() == ["loop", "ratio", "verdict"]
    assert second.splitlines()[0].split() == ["loop", "next"]


def test_a_part_of_a_table_has_the_bars_of_its_ratios() -> None:
    table = table_of(Estimate(2, 1.9, 2.1), Estimate(3, 2.9, 3.1))
    table = replace(table, groups=(*table.groups, (Column("n" * 40),)), rows=tuple((*row, "x") for row in table.rows))
    (with_bars,) = barred(Document(summary=(table,))).summary
    assert isinstance(with_bars, Table)

    first, second = tables(with_bars, "simple", 60)

    assert FULL in first
    assert FULL not in second


class Stream(io.StringIO):
    """A terminal of some width."""

    def isatty(self) -> bool:
        """It always is."""
        return True


@pytest.mark.parametrize(("variables", "shown"), [
    ({}, True), ({"NO_COLOR": "1"}, True), ({"TERM": "dumb"}, False), ({"COLUMNS": "45"}, False),
])  # fmt: skip
def test_a_terminal_has_bars_unless_it_is_narrow_or_can_do_nothing(
    variables: dict[str, str], *, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document(body=(table_of(Estimate(2, 1.9, 2.1), Estimate(3, 2.9, 3.1)),))
    monkeypatch.setattr(sys, "stdout", Stream())
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"COLUMNS": "80"} | variables).items():
        monkeypatch.setenv(name, value)

    text = terminal.drawn(document, bars=True)

    assert (FULL in text) == shown
    assert (f"\x1b[31m{' ' * 0}{ONE}" in text) == (shown and "NO_COLOR" not in variables)
    assert FULL not in terminal.drawn(document)
    assert FULL not in terminal.drawn(document, "github", bars=True)


def test_a_terminal_without_unicode_has_bars_of_other_characters_as_wide() -> None:
    bar = f"{THIN}{FULL}{ONE}"

    assert bar.encode("ascii", terminal.PLAIN) == b"-#|"
