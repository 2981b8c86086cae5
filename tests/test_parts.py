"""Tables of invented entries: parted as rarely as the width allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reports.document import Column, Table
from bench.reports.parts import tables, width_of

WORDS = st.text("ab", min_size=1, max_size=12)
ROWS = st.lists(st.tuples(*[WORDS] * 6), min_size=1, max_size=3).map(tuple)
GROUPS = (("one",), ("two", "three"), ("four", "five"))
TEXTS = ("a b " * 20).strip()


def table_of(rows: tuple[tuple[str, ...], ...]) -> Table:
    return Table((Column("key"),), tuple(tuple(map(Column, group)) for group in GROUPS), rows)


def heads(texts: list[str]) -> list[list[str]]:
    return [text.splitlines()[0].split() for text in texts]


@given(ROWS, st.integers(1, 100))
def test_every_group_stands_once_undivided_and_the_keys_in_each_table(
    rows: tuple[tuple[str, ...], ...], width: int
) -> None:
    parts = list(tables(table_of(rows), "simple", width))

    assert [name for names in heads(parts) for name in names[1:]] == [name for group in GROUPS for name in group]
    assert {names[0] for names in heads(parts)} == {"key"}
    for part in parts:
        assert [line.split()[0] for line in part.splitlines()[2:]] == [row[0] for row in rows]
    for pair in GROUPS[1:]:
        assert all((pair[0] in names) == (pair[1] in names) for names in heads(parts))


@given(ROWS, st.integers(1, 100))
def test_a_table_is_too_wide_only_where_one_group_is_and_no_two_would_fit_as_one(
    rows: tuple[tuple[str, ...], ...], width: int
) -> None:
    parts = list(tables(table_of(rows), "simple", width))

    for names, part in zip(heads(parts), parts, strict=True):
        assert width_of(part) <= width or tuple(names[1:]) in GROUPS
    for before, names in zip(parts, heads(parts)[1:], strict=False):
        follows = next(group for group in GROUPS if group[0] == names[1])
        places = [0, *(["key", *sum(GROUPS, ())].index(name) for name in follows)]
        beside = Table((Column("key"),), (tuple(map(Column, follows)),), tuple(
            tuple(row[place] for place in places) for row in rows
        ))  # fmt: skip
        alone = width_of(next(tables(beside, "simple", None))) - max(len("key"), *(len(row[0]) for row in rows))
        assert width_of(before) + alone > width


def test_of_no_rows_there_is_no_table_and_without_a_width_there_is_one() -> None:
    assert list(tables(table_of(()), "simple", 80)) == []
    assert len(list(tables(table_of((("a" * 80,) * 6,)), "simple", None))) == 1


def test_a_column_may_have_the_name_of_another() -> None:
    loop = Table((Column("scenario", side="left"),), ((Column("scenario"),), (Column("scenario"),)), (("x", 1, 2),))

    assert next(tables(loop, "simple", None)).splitlines()[2].split() == ["x", "1", "2"]
    assert [text.split()[-1] for text in tables(loop, "simple", 20)] == ["1", "2"]


def test_texts_are_wrapped_where_the_table_is_too_wide() -> None:
    wraps = Table((Column("key", side="left"),), ((Column("text", side="left", if_narrow="wrap"),),), (("k", TEXTS),))

    (narrow,) = tables(wraps, "simple", 40)

    assert width_of(narrow) <= 40
    assert narrow.split()[4:] == ["k", *TEXTS.split()]
    assert width_of(next(tables(wraps, "simple", 10))) == len("key  ") + 20 - 1
    assert width_of(next(tables(wraps, "simple", 200))) == len("key  ") + len(TEXTS)


def test_texts_stand_below_where_the_table_is_too_wide() -> None:
    columns = (Column("found"),), (Column("remedy", if_narrow="below"),)
    below = Table((Column("key"),), columns, (("k", 1, TEXTS), ("l", 2, "")))

    table, remedies = tables(below, "simple", 40)

    assert table.split() == ["key", "found", "---", "-----", "k", "1", "l", "2"]
    assert remedies.startswith("remedy:\nk: a b ")
    assert remedies.split()[2:] == TEXTS.split()
    assert width_of(remedies) <= 40
    assert next(tables(below, "simple", 200)).splitlines()[0].split() == ["key", "found", "remedy"]


def test_where_no_row_has_a_text_nothing_stands_below() -> None:
    below = Table((Column("key"),), ((Column("found"),), (Column("remedy", if_narrow="below"),)), ((TEXTS, 1, ""),))

    assert len(list(tables(below, "simple", 40))) == 1


def test_a_group_that_stands_elsewhere_is_left_out_where_it_has_no_room() -> None:
    drops = Table(
        (Column("key"),), ((Column("one"),), (Column("two", if_narrow="drop"),)), (("k", "a" * 20, "b" * 20),)
    )

    assert ["b" * 20 in text for text in tables(drops, "simple", 30)] == [False]
    assert ["b" * 20 in text for text in tables(drops, "simple", 60)] == [True]


@pytest.mark.parametrize("style", ["github", "tsv", "html", "latex", "rst", "jira"])
def test_a_table_for_another_program_is_whole_on_every_terminal(style: str) -> None:
    wide = table_of((("a" * 80,) * 6,))

    assert list(tables(wide, style, 60)) == list(tables(wide, style, None))


def test_a_narrow_table_of_which_all_columns_stand_below_still_names_its_keys() -> None:
    below = Table((Column("key"),), ((Column("remedy", if_narrow="below"),),), (("k", TEXTS),))

    keys, remedies = tables(below, "simple", 40)

    assert keys.split() == ["key", "---", "k"]
    assert remedies.startswith("remedy:\n")
