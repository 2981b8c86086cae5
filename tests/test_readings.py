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
    """Readings whose fields all have these numbers, one reading every `step` loops."""
    return Readings(tuple(Reading(index * step, *[number] * 5) for index, number in enumerate(numbers)), ending)


def lives(numbers: Sequence[int], processes_: int = 2, ending: str | None = None) -> LoopCosts:
    deliveries = (readings(numbers, ending=ending),) * processes_
    return LoopCosts("zloop", "1.0", lived=deliveries, traced_lived=deliveries[:1])


@given(st.integers(0, 1000), st.integers(0, 10**6), st.integers(2, 20))
def test_a_slope_is_exact_where_each_loop_holds_the_same(each: int, before: int, count: int) -> None:
    assert slope([(loops_, before + each * loops_) for loops_ in range(count)]) == each


@given(st.integers(0, 10**6), st.integers(0, 10))
def test_one_jump_of_an_allocator_is_not_a_slope(jump: int, before: int) -> None:
    assert slope([(0, before), *((loops_, before + jump) for loops_ in range(10, 110, 10))]) == 0


def test_a_slope_needs_two_different_numbers_of_loops() -> None:
    assert slope([(1, 5)]) is None
    assert slope([(1, 5), (1, 6)]) is None


def test_loops_are_read_while_they_are_opened_and_again_after_all_are_closed() -> None:
    deliveries = [readings([10, 13, 16, 19, 11], step=1)]

    assert per_open_loop(deliveries, "descriptors") == 3
    assert left_after_close(deliveries, "descriptors") == 1


def test_a_gauge_that_ended_early_gives_what_a_loop_holds_but_not_what_is_left() -> None:
    deliveries = [readings([10, 13, 16], step=1, ending="OSError")]

    assert per_open_loop(deliveries, "descriptors") == 3
    assert left_after_close(deliveries, "descriptors") is None


def test_growth_during_the_warm_up_is_not_a_leak() -> None:
    flat = lives([*range(0, 10_000, 1000), *[10_000] * 11])

    assert per_lifecycle(flat.lived, "resident") == 0
    assert leaks(flat) == ()
    assert not undecided(flat)


@given(st.integers(513 * 20, 10**7))
def test_what_grows_with_every_lifecycle_in_every_process_leaks(each_step: int) -> None:
    costs = lives([each_step * index for index in range(21)])

    assert leaks(costs) == ("descriptors", "threads", "resident", "traced")


@given(st.integers(0, 10**7), st.integers(11, 19))
def test_one_jump_is_not_a_leak(jump: int, where: int) -> None:
    assert leaks(lives([jump * (index >= where) for index in range(21)])) == ()


def test_what_does_not_grow_in_one_of_the_processes_is_not_a_leak() -> None:
    costs = lives([10**5 * index for index in range(21)])

    assert "resident" not in leaks(replace(costs, lived=(*costs.lived, readings([0] * 21))))


def test_a_loop_that_ran_out_of_descriptors_before_the_warm_up_ended_leaks_them_but_not_memory() -> None:
    costs = lives([10**6, 2 * 10**6], ending="OSError: Too many open files")

    assert leaks(costs) == ("descriptors", "threads")
    assert not undecided(costs)


@pytest.mark.parametrize("costs", [
    lives([5] * 3, ending="died"),
    LoopCosts("zloop", "1.0"),
    replace(lives([5] * 21), traced_lived=()),
])  # fmt: skip
def test_lifecycles_that_are_missing_or_ended_early_leave_it_undecided(costs: LoopCosts) -> None:
    assert leaks(costs) == ()
    assert undecided(costs)
