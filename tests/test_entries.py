"""Entries of tables, as people read them."""

import math

import pytest

from bench.reports import numbers
from bench.reports.document import (
    MICROSECOND,
    MILLISECOND,
    SECOND,
    Column,
    Count,
    Differing,
    Entry,
    Interval,
    Number,
    Percent,
    Share,
    Unit,
    Verdict,
    Words,
)
from bench.reports.entries import characters, heads
from bench.statistics.estimates import Estimate

LONG = "asyncio.SelectorEventLoop"


@pytest.mark.parametrize(("value", "printed"), [
    (0.998, "0.998"), (1.0, "1.000"), (1.0999, "1.100"), (1.1, "1.10"), (2.345, "2.35"), (0.5, "0.500"),
    (0.0123, "0.012"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12346"), (-0.391, "-0.391"),
    (math.inf, "∞"),
])  # fmt: skip
def test_numbers_have_three_digits_and_ratios_near_1_thousandths(value: float, printed: str) -> None:
    assert numbers.number(value) == printed


def test_a_missing_estimate_is_a_dash_in_a_sentence_too() -> None:
    assert numbers.interval(None) == "–"


@pytest.mark.parametrize(("value", "printed"), [
    (3, "3"), (29.263, "29.26"), (29.3, "29.3"), (-1, "-1"), (0, "0"), (-0.001, "0"), (1_234_567, "1234567"),
    (100, "100"),
])  # fmt: skip
def test_counts_are_exact_and_averages_have_two_decimals(value: float, printed: str) -> None:
    assert numbers.count(value) == printed


@pytest.mark.parametrize(("seconds", "unit"), [(5, "s"), (1, "s"), (0.5, "ms"), (2e-6, "µs"), (3e-9, "ns"), (0, "ns")])
def test_the_unit_suits_the_least(seconds: float, unit: str) -> None:
    assert numbers.unit_for(seconds).symbol == unit


@pytest.mark.parametrize(("entry", "printed"), [
    (None, "–"), ("", ""), ("a", "a"), (True, "yes"), (False, "no"), (7, "7"),
    (Number(2e-3), "2.00"), (Number(0.0), "0"), (Number(2e-3, MICROSECOND), "2000 µs"),
    (Interval(Estimate(2e-3, 1.5e-3, 4e-3)), "2.00 (1.50–4.00)"), (Interval(Estimate(2e-3, None, None)), "2.00 (–)"),
    (Interval(Estimate(2, 1.5, 4), SECOND), "2.00 (1.50–4.00) s"),
    (Count(29.3), "29.3"), (Count(9, SECOND), "9 s"), (Share(1, 0.03, 1), "1 (3–100 %)"),
    (Percent(0.016), "1.6 %"), (Percent(-0.0106, "+"), "-1.06 %"), (Percent(0.063, "±"), "±6.3 %"),
    (Verdict("faster"), "faster"), (Words(("a", "b c")), "a, b c"), (Words(()), "–"),
    (Differing((True, None, False)), "yes/–/no *"), (Differing((None, LONG, LONG)), f"–/{LONG}/″ *"),
    ("\x1b[31mred\x1b[0m\r\na\tb", "red a b"), (Words(("a\nb",)), "a b"),
])  # fmt: skip
def test_every_kind_of_entry_has_its_form_in_the_unit_of_its_column(entry: Entry, printed: str) -> None:
    assert characters(entry, Column("total", MILLISECOND)) == printed


def test_without_any_unit_a_number_is_what_it_is() -> None:
    assert characters(Number(2.5), Column("ratio")) == "2.50"


def test_what_is_no_entry_is_a_bug() -> None:
    with pytest.raises(TypeError, match="an entry can't be a float"):
        characters(2.5, Column("ratio"))  # type: ignore[arg-type]  # that is the point


def test_the_head_of_a_column_has_its_unit_and_its_mark() -> None:
    columns = [Column("old", Unit("µs"), mark="†"), Column("ratio"), Column("a\x1b[2J\nb")]

    assert list(heads(columns)) == ["old µs †", "ratio", "a b"]


def test_columns_that_share_a_unit_show_it_once_in_each_table() -> None:
    total, ratio, *stages = (
        Column(name, unit, shares_unit=name != "total")
        for name, unit in (("total", MICROSECOND), ("ratio", None), ("start", MICROSECOND), ("work", MICROSECOND))
    )

    assert list(heads([total, ratio, *stages])) == ["total µs", "ratio", "start", "work"]
    assert list(heads(stages)) == ["start µs", "work"]
