"""What follows from invented readings: slopes, what loops hold, and what they leave."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bench.resources.readings import Reading, Readings, left_after_close, per_open_loop, slope


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
