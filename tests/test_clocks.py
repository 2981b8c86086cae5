"""Clocks that are wrong, and machines that are only busy: invented turns."""

import pytest

from bench.measurement.clocks import Turns, disagreement

WORK, HAND_OVER = 3e-3, 1e-4
SWEEPS = 24


def turns(speed: float = 1.0, work: float = WORK, delays: tuple[float, ...] = (), sweeps: int = SWEEPS) -> Turns:
    """Turns of this much work; the worker's clock runs at this speed, and the first hand-overs are late by `delays`."""
    late = [*delays, *[0.0] * sweeps][:sweeps]
    return Turns([work + HAND_OVER + delay for delay in late], [work * speed] * sweeps)


OTHERS = (turns(), turns())


@pytest.mark.parametrize(("mine", "ours", "theirs"), [
    (turns(0.5), "0.0744", "0.036"), (turns(0.85), "0.0744", "0.0612"), (turns(0.5, work=1.0), "24", "12"),
    (turns(1.2), "0.0744", "0.0864"), (turns(1000), "0.0744", "72"),
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
    assert disagreement(turns(0.5, sweeps=19), OTHERS) is None
    assert disagreement(turns(0.5), ()) is None
