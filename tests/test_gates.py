"""What fails a gate, and how small a slow-down it could have shown, on invented changes."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan.cells import Cell
from bench.reports import gates
from bench.reports.gates import Gate
from bench.statistics import changes
from bench.statistics.changes import Change, slower_by, smallest_slowdown
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Estimate
from bench.statistics.pairs import Pair
from bench.store.outcomes import Kept

Invent = Callable[..., Kept]
ROW = Comparison(Cell("manual", "uvloop", "loop"), "total", "3.14.0", "asyncio")
WIDTHS = st.floats(1.001, 10)


def change(low: float, high: float, value: float = 1.0, *, comparable: bool = True) -> Change:
    """A change with this interval, by both tests."""
    estimate = Estimate(value, low, high)
    return Change(ROW, ROW, estimate, estimate, comparable)


def test_a_gate_that_could_not_have_failed_says_so() -> None:
    weak = change(0.988, 1.26, 1.053)

    assert not slower_by(weak, 0.03)
    assert gates.passed(Gate(0.03), [weak]) == (
        "passed, but in manual, for uvloop, these two runs could have shown a slow-down of 23 %, and no smaller one: "
        "the gate could not have failed on one of 6 %"
    )


def test_a_gate_with_power_says_how_much() -> None:
    assert gates.passed(Gate(0.03), [change(0.99, 1.01), change(0.995, 1.005)]) == (
        "passed; in manual, for uvloop, these two runs could have shown a slow-down of 4 %, and no smaller one"
    )


@pytest.mark.parametrize("weak", [
    change(0.99, 1.01, comparable=False), Change(ROW, ROW),
    Change(ROW, ROW, Estimate(1, 0.9, 1.1), Estimate(1, None, None)), change(0.0, math.inf),
])  # fmt: skip
def test_without_an_interval_that_counts_no_slow_down_could_show(weak: Change) -> None:
    assert math.isinf(smallest_slowdown(weak, 0.03))
    assert "could not have shown any slow-down: the gate could not have failed" in str(gates.passed(Gate(0.03), [weak]))


def test_without_a_limit_or_a_loop_there_is_nothing_to_say() -> None:
    assert gates.passed(Gate(), [change(0.99, 1.01)]) is None
    assert gates.passed(Gate(0.03), []) is None


@given(WIDTHS, WIDTHS, st.floats(0, 0.5))
def test_what_could_have_shown_would_have_failed_the_gate(below: float, above: float, limit: float) -> None:
    smallest = smallest_slowdown(change(1 / below, above), limit)

    slower = 1 + smallest * 1.001 + 1e-6
    assert slower_by(change(slower / below, slower * above, slower), limit)


@given(WIDTHS, st.floats(0, 0.5))
def test_a_smaller_slow_down_would_not_have(width: float, limit: float) -> None:
    smallest = smallest_slowdown(change(1 / width, width), limit)

    slower = (1 + smallest) * 0.999
    assert not slower_by(change(slower / width, slower * width, slower), limit)


def test_only_totals_of_loops_are_asked(invent: Invent) -> None:
    old, new = (invent({"asyncio": [[1e-4]] * 6, "control": [[control]] * 6, "uvloop": [[2e-4]] * 6})
                for control in (1e-4, 5e-4))  # fmt: skip
    pair = Pair(old, new)

    assert gates.failures(Gate(0.03, inconclusive=True, power=True), pair, changes.between(pair)) == ()
