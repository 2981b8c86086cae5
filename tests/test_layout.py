"""Tables of invented lines: parted as rarely as the width allows; and which commands need no more than them."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reports import layout

WORDS = st.text("ab", min_size=1, max_size=12)
ROWS = st.lists(st.lists(WORDS, min_size=6, max_size=6), min_size=1, max_size=3)
GROUPS = [["key"], ["one"], ["two", "three"], ["four", "five"]]


def lines_of(rows: list[list[str]]) -> layout.Lines:
    names = [name for group in GROUPS for name in group]
    return [dict(zip(names, row, strict=True)) for row in rows]


def heads(tables: list[str]) -> list[list[str]]:
    return [table.splitlines()[0].split() for table in tables]


@given(ROWS, st.integers(1, 100))
def test_every_group_stands_once_undivided_and_the_first_in_each_table(rows: list[list[str]], width: int) -> None:
    tables = layout.parted(lines_of(rows), GROUPS, "simple", width)

    assert [name for names in heads(tables) for name in names[1:]] == [name for group in GROUPS[1:] for name in group]
    assert {names[0] for names in heads(tables)} == {"key"}
    for pair in GROUPS[2:]:
        assert all((pair[0] in names) == (pair[1] in names) for names in heads(tables))


@given(ROWS, st.integers(1, 100))
def test_a_table_is_too_wide_only_where_one_group_is_and_no_two_would_fit_as_one(
    rows: list[list[str]], width: int
) -> None:
    lines = lines_of(rows)

    tables = layout.parted(lines, GROUPS, "simple", width)

    for names, table in zip(heads(tables), tables, strict=True):
        assert layout.fits(table, width) or names[1:] in GROUPS
    for before, after in zip(heads(tables), heads(tables)[1:], strict=False):
        follows = next(group for group in GROUPS if group[0] == after[1])
        assert not layout.fits(layout.grid(lines, [*before, *follows], "simple"), width)


def test_of_no_lines_there_is_no_table_and_without_a_width_there_is_one() -> None:
    assert layout.parted([], GROUPS, "simple", 80) == []
    assert len(layout.parted(lines_of([["a" * 80] * 6]), GROUPS, "simple", None)) == 1


def test_texts_stand_to_the_left_as_the_first_column_does_and_figures_to_the_right() -> None:
    lines = [{"key": "a", "name": "b", "figure": "1"}, {"key": "aaaa", "name": "bbbbbb", "figure": "22222222"}]

    table = layout.grid(lines, ["key", "name", "figure"], "simple", ["name"])

    assert table.splitlines()[2] == "a      b              1"


@pytest.mark.parametrize(
    "words", [("doctor", "--json"), ("lifecycle", "--loop", "asyncio")], ids=lambda words: words[0]
)
def test_what_compares_nothing_loads_nothing_to_compare_with(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bench", *words],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    loaded = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "bench.reports.layout" in loaded
    assert not loaded & {"pandas", "scipy", "numpy", "pyperf", "rich"}
