"""Clocks that are wrong, and machines that are only busy: invented turns."""

import os
import time

import pytest

from bench.measurement.clocks import Turns, busiest, disagreement, thread_seconds

WORK, HAND_OVER = 3e-3, 1e-4
SWEEPS = 12


def turns(speed: float = 1.0, work: float = WORK, delays: tuple[float, ...] = (), sweeps: int = SWEEPS) -> Turns:
    """Turns of this much work; the worker's clock runs at this speed, and the first hand-overs are late by `delays`."""
    late = [*delays, *[0.0] * sweeps][:sweeps]
    return Turns([work + HAND_OVER + delay for delay in late], [work * speed] * sweeps)


OTHERS = (turns(), turns())


@pytest.mark.parametrize(("mine", "ours", "theirs"), [
    (turns(0.5), "0.0372", "0.018"), (turns(0.85), "0.0372", "0.0306"), (turns(0.5, work=1.0), "12", "6"),
    (turns(1.2), "0.0372", "0.0432"), (turns(1000), "0.0372", "36"),
])  # fmt: skip
def test_a_clock_is_wrong_if_it_runs_slow_or_fast(mine: Turns, ours: str, theirs: str) -> None:
    assert disagreement(mine, OTHERS) == (f"its turns took {ours} s, by its own clock {theirs} s: its clock is wrong")


@pytest.mark.parametrize("mine", [
    turns(), turns(0.95), turns(1.02), turns(work=1e-5), turns(work=1.0), turns(delays=(1.0,) * (SWEEPS - 1)),
])  # fmt: skip
def test_a_clock_is_right_whatever_the_loop_and_the_machine_do(mine: Turns) -> None:
    assert disagreement(mine, OTHERS) is None


def test_where_every_hand_over_is_late_no_clock_is_blamed() -> None:
    busy = turns(delays=(0.002,) * SWEEPS)

    assert disagreement(busy, (turns(), busy)) is None


def test_a_slow_clock_needs_some_turns_and_somebody_to_be_compared_with() -> None:
    assert disagreement(turns(0.5, sweeps=7), OTHERS) is None
    assert disagreement(turns(0.5), ()) is None


def test_a_clock_that_shows_less_than_a_processor_worked_is_wrong_however_late_the_hand_overs_are() -> None:
    late = Turns([1.0] * SWEEPS, [0.015] * SWEEPS)
    slow = Turns([1.0] * SWEEPS, [0.015] * SWEEPS, 11 * 0.03)
    right = Turns([1.0] * SWEEPS, [0.015] * SWEEPS, 11 * 0.016)

    assert disagreement(late, (late,)) is None
    assert disagreement(right, (late,)) is None
    assert disagreement(slow, (late,)) == "its turns took 12 s, by its own clock 0.18 s: its clock is wrong"


def test_what_the_kernel_counts_for_a_thread_is_no_more_than_has_passed() -> None:
    before, began = thread_seconds(os.getpid()), time.monotonic()
    while not busiest(before, thread_seconds(os.getpid())):
        pass
    worked = busiest(before, thread_seconds(os.getpid()))

    assert 0 < worked <= time.monotonic() - began + 0.1


def test_threads_that_began_or_ended_meanwhile_are_not_counted() -> None:
    assert busiest({1: 5.0, 2: 1.0}, {1: 5.5, 3: 9.0}) == 0.5
    assert busiest({}, {3: 9.0}) == 0.0
    assert thread_seconds(2**22 + 1) == {}
