"""What follows from invented readings: slopes, and what loops hold, free and never give back."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bench.resources.readings import (
    Reading,
    Readings,
    held_until_dropped,
    left_after_close,
    never_given_back,
    per_open_loop,
    raised_limit,
    slope,
)


def readings(numbers: Sequence[int], step: int = 20, ending: str | None = None) -> Readings:
    """Readings whose fields all have these numbers, one reading every `step` loops."""
    return Readings(tuple(Reading(index * step, *[number] * 5) for index, number in enumerate(numbers)), ending)


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


def test_what_closing_leaves_and_dropping_frees_is_counted_for_each_loop() -> None:
    opened = readings([10, 13, 16, 19, 11], step=10)
    (delivery,) = [replace(opened, closed=replace(opened.readings[-1], loops=4, descriptors=19, threads=11))]

    assert held_until_dropped([delivery], "descriptors") == 2
    assert held_until_dropped([delivery], "threads") == 0
    assert held_until_dropped([opened], "descriptors") is None


def test_what_an_unclosed_loop_never_gives_back_is_a_slope_over_dropped_ones() -> None:
    assert never_given_back([readings([5, 8, 11])], "descriptors") == 3 / 20
    assert never_given_back([], "descriptors") is None


def test_a_limit_of_open_files_is_shown_only_if_it_was_changed() -> None:
    same, raised = (Readings(limits=limits) for limits in ((1024, 1024), (1024, 65536)))

    assert raised_limit([Readings(), same]) is None
    assert raised_limit([same, raised]) == (1024, 65536)
