"""What fails a gate, and how small a slow-down it could have shown, on invented changes."""

import math
from collections.abc import Callable
from dataclasses import replace

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


def row(value: float, low: float | None, high: float | None, verdict: str | None = "slower") -> Comparison:
    """A loop's total in one run."""
    return replace(ROW, ratio=Estimate(value, low, high), verdict=verdict)


def test_a_loop_of_one_run_fails_if_its_whole_interval_lies_beyond_the_limit() -> None:
    gate = Gate(0.1)

    assert gates.slower(gate, [row(1.2, 1.15, 1.25)]) == (
        "uvloop in manual is slower than asyncio by more than 10%: 1.20 (1.15–1.25)",
    )
    assert gates.slower(gate, [row(1.2, 1.09, 1.3)]) == ()
    assert gates.slower(gate, [row(1.2, 1.15, 1.25, "inconclusive")]) == ()
    assert gates.slower(gate, [row(1.2, None, None, None), replace(ROW, stage="start"), replace(ROW, ratio=None)]) == ()


def test_a_gate_of_one_run_says_its_power_and_fails_without_it_if_asked() -> None:
    weak, strong = [row(1.0, 0.5, 2.0, "inconclusive")], [row(1.0, 0.99, 1.01, "same")]

    assert gates.not_slower(Gate(0.1), strong) == (
        "passed; in manual, for uvloop, this run could have shown a slow-down of 11 %, and no smaller one"
    )
    assert "passed, but in manual, for uvloop, this run could have shown" in str(gates.not_slower(Gate(0.1), weak))
    assert gates.slower(Gate(0.1, power=True), strong) == ()
    (failed,) = gates.slower(Gate(0.1, power=True), weak)
    assert failed == (
        "uvloop in manual: a slow-down of 20 % could not have failed; this run could have shown a slow-down of 120 %, "
        "and no smaller one"
    )
    assert gates.not_slower(Gate(0.1), [replace(ROW, ratio=None)]) is None
