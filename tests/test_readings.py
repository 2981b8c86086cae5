"""What follows from invented readings: slopes, and which loops leak."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.resources.readings import (
    LoopCosts,
    Reading,
    Readings,
    leaks,
    left_after_close,
    per_lifecycle,
    per_open_loop,
    slope,
    undecided,
)


def readings(numbers: Sequence[int], step: int = 20, ending: str | None = None) -> Readings:
    """Readings in which everything holds these numbers, every so many loops."""
    return Readings(tuple(Reading(index * step, *[number] * 5) for index, number in enumerate(numbers)), ending)


def lives(numbers: Sequence[int], processes_: int = 2, ending: str | None = None) -> LoopCosts:
    found = (readings(numbers, ending=ending),) * processes_
    return LoopCosts("zloop", "1.0", lived=found, traced_lived=found[:1])


@given(st.integers(0, 1000), st.integers(0, 10**6), st.integers(2, 20))
def test_a_slope_is_exact_where_each_loop_holds_the_same(each: int, before: int, count: int) -> None:
    assert slope([(loops_, before + each * loops_) for loops_ in range(count)]) == each


@given(st.integers(0, 10**6), st.integers(0, 10))
def test_one_jump_of_an_allocator_at_the_edge_is_no_slope(jump: int, before: int) -> None:
    assert slope([(0, before), *((loops_, before + jump) for loops_ in range(10, 110, 10))]) == 0


def test_one_reading_has_no_slope_and_neither_has_one_repeated() -> None:
    assert slope([(1, 5)]) is None
    assert slope([(1, 5), (1, 6)]) is None


def test_what_a_loop_holds_is_read_while_they_open_and_what_is_left_after() -> None:
    found = [readings([10, 13, 16, 19, 11], step=1)]

    assert per_open_loop(found, "descriptors") == 3
    assert left_after_close(found, "descriptors") == 1


def test_what_ended_early_has_a_slope_but_nothing_that_is_left() -> None:
    found = [readings([10, 13, 16], step=1, ending="OSError")]

    assert per_open_loop(found, "descriptors") == 3
    assert left_after_close(found, "descriptors") is None


def test_a_lifecycle_is_judged_after_warm_up() -> None:
    flat = lives([*range(0, 10_000, 1000), *[10_000] * 11])

    assert per_lifecycle(flat.lived, "resident") == 0
    assert leaks(flat) == ()
    assert not undecided(flat)


@given(st.integers(513 * 20, 10**7))
def test_what_grows_with_every_lifecycle_in_every_process_leaks(each_step: int) -> None:
    found = lives([each_step * index for index in range(21)])

    assert leaks(found) == ("descriptors", "threads", "resident", "traced")


@given(st.integers(0, 10**7), st.integers(11, 19))
def test_one_jump_is_no_leak(jump: int, where: int) -> None:
    assert leaks(lives([jump * (index >= where) for index in range(21)])) == ()


def test_what_grows_in_one_process_only_is_no_leak() -> None:
    found = lives([10**5 * index for index in range(21)])

    assert "resident" not in leaks(replace(found, lived=(*found.lived, readings([0] * 21))))


def test_a_loop_that_ran_out_of_descriptors_early_leaks_them_and_no_memory_for_all_we_know() -> None:
    found = lives([10**6, 2 * 10**6], ending="OSError: Too many open files")

    assert leaks(found) == ("descriptors", "threads")
    assert not undecided(found)


@pytest.mark.parametrize("found", [
    lives([5] * 3, ending="died"),
    LoopCosts("zloop", "1.0"),
    replace(lives([5] * 21), traced_lived=()),
])  # fmt: skip
def test_what_was_not_looked_at_long_enough_is_undecided(found: LoopCosts) -> None:
    assert leaks(found) == ()
    assert undecided(found)
