"""From how many operations on a loop has paid for its start, on invented rounds."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.statistics.break_even import UNKNOWN, BreakEven, break_even, by_means, by_signs, parts
from bench.statistics.estimates import Array

LEVEL = 0.95


def rounds(start: float, saving: float, noise: float = 0.1, number: int = 17, seed: int = 1) -> tuple[Array, Array]:
    """Rounds of a loop that starts so much slower, and saves so much with each operation."""
    rng = np.random.default_rng(seed)
    return rng.normal(start, noise, number), rng.normal(saving, noise, number)


@pytest.mark.parametrize("found", [break_even, by_signs, by_means])
@pytest.mark.parametrize(
    ("start", "saving", "kind"),
    [
        (10, 1, "after"),
        (10, -1, "never"),
        (-10, 1, "always"),
        (10, 0, "unknown"),
        (0, 0, "unknown"),
        (-10, -1, "unknown"),
    ],
)
def test_each_kind_is_told(found: Callable[..., BreakEven], start: float, saving: float, kind: str) -> None:
    assert found(*rounds(start, saving), LEVEL).kind == kind


@pytest.mark.parametrize("found", [by_signs, by_means])
def test_a_break_even_has_its_value_inside_its_bounds(found: Callable[..., BreakEven]) -> None:
    paid = found(*rounds(10, 1), LEVEL)

    assert paid.low
    assert paid.value
    assert paid.high
    assert paid.low < paid.value < paid.high
    assert paid.value == pytest.approx(10, rel=0.1)


def test_rounds_that_agree_exactly_give_a_point() -> None:
    starts, savings = np.arange(1.0, 10.0), np.arange(1.0, 10.0) / 4

    paid = by_signs(starts, savings, LEVEL)

    assert (paid.kind, paid.low, paid.high) == ("after", 4, 4)
    assert paid.value == pytest.approx(4)


def test_where_the_start_may_cost_nothing_it_may_have_paid_at_once() -> None:
    paid = by_signs(*rounds(0.01, 1, seed=3), LEVEL)

    assert (paid.kind, paid.low) == ("after", 0)
    assert by_signs(*rounds(-0.02, 1, seed=3), LEVEL).value == 0


def test_where_nothing_may_be_saved_it_is_said_before_which_number_it_has_not_paid() -> None:
    found = by_signs(*rounds(10, 0), LEVEL)

    assert found.kind == "unknown"
    assert found.low
    assert 10 < found.low < 1000
    assert found.allows(math.inf)
    assert not found.allows(found.low / 2)


@pytest.mark.parametrize("number", [1, 5])
def test_too_few_rounds_say_nothing(number: int) -> None:
    assert break_even(*rounds(10, 1, number=number), LEVEL) == UNKNOWN


def test_intervals_that_disagree_say_nothing() -> None:
    starts, savings = rounds(10, 1)
    savings[0] = 1e4  # one wild round: the mean tells nothing, the median does

    assert by_signs(starts, savings, LEVEL).kind == "after"
    assert break_even(starts, savings, LEVEL) == UNKNOWN


def test_rounds_without_any_spread_have_no_correlation() -> None:
    paid = break_even(np.full(8, 10.0), np.full(8, 1.0), LEVEL)

    assert (paid.kind, paid.low, paid.high) == ("after", 10, 10)


@given(st.integers(0, 1000), st.floats(0.1, 10), st.floats(1e-9, 1e3))
def test_the_unit_of_time_does_not_matter(seed: int, saving: float, unit: float) -> None:
    starts, savings = rounds(5, saving, seed=seed)

    plain, scaled = by_signs(starts, savings, LEVEL), by_signs(unit * starts, unit * savings, LEVEL)

    assert scaled.kind == plain.kind
    assert (scaled.low, scaled.high) == pytest.approx((plain.low, plain.high))


@pytest.mark.parametrize(("start", "saving"), [(10, 1), (10, 0.05), (10, 0)])
def test_the_true_number_is_inside_as_often_as_promised(start: float, saving: float) -> None:
    truth = start / saving if saving else math.inf

    inside = [break_even(*rounds(start, saving, number=9, seed=seed), LEVEL).allows(truth) for seed in range(100)]

    assert np.mean(inside) > LEVEL - 3 * math.sqrt(LEVEL * (1 - LEVEL) / 100)


def test_a_lifecycle_is_its_start_and_its_operations() -> None:
    start, each = parts(np.array([3.0, 5.0]), np.array([21.0, 14.0]), 10)

    assert list(start) == pytest.approx([1, 4])
    assert list(each) == pytest.approx([2, 1])
