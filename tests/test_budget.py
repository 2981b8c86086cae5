"""Plans are cut until they fit into their time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import about

from bench.plan import budget
from bench.plan.rounds import Slowness, estimated_seconds
from bench.plan.sampling import DEFAULT, FAST, Sampling
from bench.subjects import scenarios

GROUPS = about(["manual", "runner", "warm"], ["asyncio", "uvloop"]).groups
LEAST = 6


@given(st.floats(0.1, 1000), st.sampled_from([0, 0.01, 1]), st.integers(1, 20))
def test_what_fits_keeps_to_its_time_and_to_the_least_rounds(limit_s: float, delay_s: float, least: int) -> None:
    asked = replace(DEFAULT, max_time_s=limit_s)

    cut = budget.fitted(GROUPS, asked, delay_s, least)

    if cut:
        assert estimated_seconds(GROUPS, cut, delay_s) <= limit_s
        assert asked.rounds >= cut.rounds >= min(least, asked.rounds)
        assert 1 <= cut.sweeps <= asked.sweeps
        assert cut.rounds * cut.round_s * len(GROUPS) <= limit_s * 1.001
        assert replace(cut, rounds=9, sweeps=12, warmups=3, round_s=6.0) == asked
    else:
        assert budget.sufficient_seconds(GROUPS, asked, delay_s, least) > limit_s


@given(st.sampled_from([DEFAULT, FAST]), st.sampled_from([0, 0.5, 2]))
def test_the_time_that_is_suggested_is_enough(asked: Sampling, delay_s: float) -> None:
    seconds = budget.sufficient_seconds(GROUPS, asked, delay_s, LEAST)

    assert seconds > estimated_seconds(GROUPS, replace(asked, rounds=LEAST, sweeps=1, warmups=1), delay_s)

    assert budget.fitted(GROUPS, replace(asked, max_time_s=seconds), delay_s, LEAST)


def test_sweeps_go_first_then_rounds_then_the_last_sweeps() -> None:
    sizes = [(cut.sweeps, cut.rounds, cut.warmups) for cut in budget._cuts(replace(FAST, rounds=8), LEAST)]

    assert sizes[0] == (6, 8, 3)
    assert sizes[-1] == (1, 6, 1)
    assert (2, 7, 3) in sizes
    assert (1, 8, 3) not in sizes


def test_without_a_limit_nothing_is_cut() -> None:
    free = replace(DEFAULT, max_time_s=None)

    assert budget.fitted(GROUPS, free, 100, LEAST) is free


@pytest.mark.parametrize(("limit_s", "fits"), [(1000, 3), (100, 2), (50, 1), (5, 0)])
def test_as_many_groups_fit_as_there_is_time_for(limit_s: float, fits: int) -> None:
    assert budget.fitting_groups(GROUPS, replace(FAST, max_time_s=limit_s), 1, LEAST) == fits


def test_the_paces_are_not_cut_for_two_loops() -> None:
    names = [name for name in scenarios.names_by_default() if name != "asyncio_run_default"]
    every = about(names, ["asyncio", "uvloop"])

    for pace in (DEFAULT, FAST):
        cut = budget.fitted(every.groups, pace, 0, LEAST)
        assert cut
        assert (cut.rounds, cut.sweeps) == (pace.rounds, pace.sweeps)


@given(st.floats(1, 10), st.sampled_from([0, 1]))
def test_on_a_slow_machine_less_fits_but_a_sleep_takes_no_longer(slowness: float, delay_s: float) -> None:
    idle, busy = (estimated_seconds(GROUPS, FAST, delay_s, Slowness(factor, factor)) for factor in (1.0, slowness))

    assert idle <= busy <= slowness * idle * 1.001
    slow = budget.fitting_groups(GROUPS, FAST, 0, LEAST, Slowness(slowness, slowness))
    assert slow <= budget.fitting_groups(GROUPS, FAST, 0, LEAST)
    assert estimated_seconds(GROUPS, FAST, delay_s, Slowness(slowness, 1.0)) <= busy
    assert not budget.fitted(GROUPS, replace(FAST, max_time_s=5), 0, LEAST, Slowness(10.0, 10.0))
