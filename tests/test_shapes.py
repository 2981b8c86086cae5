"""Loops without a single ratio, on invented values of known shape."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.plan.sampling import Sampling
from bench.reports import tables
from bench.reports.document import Note
from bench.statistics import shapes
from bench.statistics.comparisons import compare
from bench.statistics.estimates import Array
from bench.statistics.reasons import Reason
from bench.statistics.shapes import Round
from bench.store.outcomes import Kept

Invent = Callable[..., Kept]
Rounds = list[Round]
SWEEPS, ITERATIONS = 42, 80
LIFECYCLE_S = 4e-5
TRIALS = 150
DRAWS = st.tuples(st.integers(0, 2**32), st.integers(6, 20), st.floats(0.001, 0.1), st.floats(0.2, 5))


def plain(seed: int, rounds: int = 9, spread: float = 0.03, factor: float = 2.0) -> Rounds:
    """A loop that takes `factor` times as long; processes and sweeps spread by this part."""
    rng = np.random.default_rng(seed)
    return [
        Round(
            LIFECYCLE_S * factor * np.exp(rng.normal(0, spread) + rng.normal(0, spread, SWEEPS)),
            LIFECYCLE_S * np.exp(rng.normal(0, spread, SWEEPS)),
        )
        for _ in range(rounds)
    ]


def scaled(of_round: Round, factor: float | Array) -> Round:
    """A round in which the loop takes this many times as long."""
    return replace(of_round, loop=of_round.loop * factor)


def words(reasons: Sequence[Reason]) -> list[str]:
    """The first words of each, which name the shape."""
    names = {"its processes": "two speeds", "its lifecycles": "trend", "rare lifecycles": "stalls"}
    return [names[" ".join(reason.what.split()[:2])] for reason in reasons]


@settings(max_examples=50)
@given(DRAWS)
def test_half_of_the_processes_slower_by_half_are_two_speeds(draw: tuple[int, int, float, float]) -> None:
    seed, rounds, spread, factor = draw
    values = plain(seed, rounds, min(spread, 0.02), factor)

    slow = [scaled(each, 1.5 if index % 2 else 1) for index, each in enumerate(values)]

    (reason,) = shapes.shapes_of(slow, 0.95)
    assert words([reason]) == ["two speeds"]
    assert f"{rounds // 2} of {rounds} are slow" in reason.what
    assert not reason.narrows


def test_processes_that_other_programs_slowed_down_are_not_of_two_speeds() -> None:
    slow = [scaled(each, 1.5 if index % 2 else 1) for index, each in enumerate(plain(1))]

    beside_slow, beside_all, beside_fast = (
        [replace(each, others=2.0 if index % 2 in busy else 0.0) for index, each in enumerate(slow)]
        for busy in ((1,), (0, 1), (0,))
    )

    assert shapes.shapes_of(beside_slow, 0.95) == ()
    assert words(shapes.shapes_of(beside_all, 0.95)) == ["two speeds"]
    assert words(shapes.shapes_of(beside_fast, 0.95)) == ["two speeds"]


def test_one_slow_process_is_an_outlier() -> None:
    values = plain(1)
    values[3] = scaled(values[3], 2)

    assert shapes.shapes_of(values, 0.95) == ()


@settings(max_examples=50)
@given(DRAWS, st.sampled_from([1, -1]))
def test_each_lifecycle_a_little_longer_than_the_last_is_a_trend(draw: tuple[int, int, float, float], way: int) -> None:
    seed, rounds, spread, factor = draw
    ramp = 1 + 0.8 * np.arange(SWEEPS)[::way] / SWEEPS
    values = [scaled(each, ramp) for each in plain(seed, rounds, min(spread, 0.05), factor)]

    (reason,) = shapes.shapes_of(values, 0.95)

    assert words([reason]) == ["trend"]
    assert ("longer and longer" in reason.what) == (way == 1)
    assert reason.narrows


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.integers(6, 20))
def test_five_milliseconds_in_every_300th_lifecycle_are_rare_stalls(seed: int, rounds: int) -> None:
    values = [replace(each, loop=_stalled(each.loop)) for each in plain(seed, rounds, 0.02, 1.0)]

    (reason,) = shapes.shapes_of(values, 0.95)

    assert words([reason]) == ["stalls"]
    typical, mean = (float(part.split()[-1]) for part in reason.what.split(" (")[:2])
    assert typical == pytest.approx(1, abs=0.1)
    assert mean == pytest.approx(1 + 5e-3 / 300 / LIFECYCLE_S, rel=0.1)


def _stalled(values: Array) -> Array:
    ends = (np.arange(SWEEPS) + 1) * (ITERATIONS + 1) // 300
    return values + 5e-3 / ITERATIONS * np.diff(ends, prepend=0)


def test_what_the_machine_stalls_is_not_the_loop_s() -> None:
    rng = np.random.default_rng(1)
    values = [Round(_stalled(each.loop), rng.permutation(_stalled(each.baseline))) for each in plain(1, factor=1.0)]
    twice = [replace(each, loop=each.loop + rng.permutation(_stalled(0 * each.loop))) for each in values]

    assert shapes.shapes_of(values, 0.95) == ()
    assert "stalls" not in words(shapes.shapes_of(twice, 0.95))


@settings(max_examples=100)
@given(DRAWS)
def test_scale_order_and_unit_do_not_matter(draw: tuple[int, int, float, float]) -> None:
    seed, rounds, spread, factor = draw
    values = plain(seed, rounds, spread, factor)

    kinds = words(shapes.shapes_of(values, 0.95))

    assert words(shapes.shapes_of(values[::-1], 0.95)) == kinds
    assert words(shapes.shapes_of([Round(each.loop * 1e3, each.baseline * 1e3) for each in values], 0.95)) == kinds


@pytest.mark.parametrize("rounds", [6, 9, 17])
@pytest.mark.parametrize("spread", [0.02, 0.1, 0.3])
def test_a_loop_of_one_speed_is_seldom_accused(rounds: int, spread: float) -> None:
    accused = sum(bool(shapes.shapes_of(plain(seed, rounds, spread), 0.95)) for seed in range(TRIALS))

    assert accused / TRIALS <= 0.01 + 1 / TRIALS


def test_few_rounds_show_no_shape() -> None:
    assert shapes.shapes_of([scaled(each, 1 + index % 2) for index, each in enumerate(plain(1, 5))], 0.95) == ()


def test_values_without_any_spread_have_no_shape() -> None:
    assert shapes.shapes_of([Round(np.ones(3), np.ones(3))] * 6, 0.95) == ()
    steps = [Round(np.array([1.0, 1.0, 1.2]), np.ones(3))] * 6
    assert words(shapes.shapes_of(steps, 0.95)) == ["trend"]


def test_without_a_whole_interval_the_ratios_stand_alone() -> None:
    values = [replace(each, loop=_stalled(each.loop)) for each in plain(2, 6, 0.02, 1.0)]

    (reason,) = shapes.shapes_of(values, 0.99)

    assert "(" not in reason.what


def test_a_row_says_its_shape_and_no_other_row_does(invent: Invent) -> None:
    kept = _two_speeds(invent)

    said = {(row.cell.label, row.stage): row.reasons for row in compare(kept) if row.reasons}

    assert [*said] == [("uvloop", "total")]
    assert said["uvloop", "total"][0].what == (
        "its processes have two speeds: 4 of 8 are slow (ratios 2 and 3); one ratio does not describe it, and more "
        "rounds do not narrow the interval"
    )


def test_more_time_is_not_said_to_narrow_what_has_two_speeds(invent: Invent) -> None:
    kept = _two_speeds(invent)
    plan = replace(kept.about.plan, sampling=Sampling(rounds=8, sweeps=4, precision=0.02, max_time_s=60))
    asked = replace(kept, about=replace(kept.about, plan=plan))

    notes = [block.text for block in tables.document(asked, compare(asked)).body if isinstance(block, Note)]

    assert not any("more time narrows it" in note for note in notes)
    assert any(note.startswith("uvloop: its processes have two speeds") for note in notes)


def _two_speeds(invent: Invent) -> Kept:
    steady = [[1e-4] * 4] * 8
    return invent({"asyncio": steady, "control": steady, "uvloop": [[2e-4] * 4, [3e-4] * 4] * 4})


def test_rounds_without_a_baseline_of_equal_length_are_left_out(invent: Invent) -> None:
    kept = invent({"asyncio": [[1e-4] * 4] * 5 + [None], "control": [None] * 6, "uvloop": [[2e-4] * 4] * 6})

    assert shapes.shapes(kept, 0.95) == {}
    assert math.isfinite(next(row.ratio.value for row in compare(kept) if row.ratio))
