"""Rounds get fewer sweeps where time runs short, with a made-up meter."""

from collections.abc import Collection
from dataclasses import replace

import pytest
from test_precision import SCENARIOS, asked

from bench.measurement.meter import Meter
from bench.measurement.precision import Held, Rounds
from bench.measurement.shortening import shortened
from bench.store.outcomes import About, Done

SWEEPS = 24


def planned(rounds: int, max_time_s: float | None) -> About:
    found = asked(rounds, None, max_time_s)
    sampling = replace(found.plan.sampling, sweeps=SWEEPS)
    return replace(found, plan=replace(found.plan, sampling=sampling))


def measured(
    max_time_s: float | None, start_s: float, sweep_s: float, slow: Collection[int] = ()
) -> tuple[Rounds, list[int]]:
    """Measure six rounds of each scenario that take so long, some three times as long; returns the sweeps of each."""
    about = planned(6, max_time_s)
    rounds, meter = Rounds(about, lambda _: 0.0, (), Held(0.0)), Meter(about.plan)
    sweeps = []
    for turn in shortened(rounds, meter):
        sweeps.append(meter.plan.sampling.sweeps)
        seconds = (3 if len(sweeps) - 1 in slow else 1) * (start_s + sweeps[-1] * sweep_s)
        rounds.tell(Done(turn.group.scenario.name, turn.index, seconds))
    return rounds, sweeps


@pytest.mark.parametrize("max_time_s", [None, 100.0])
def test_where_there_is_time_every_round_has_its_sweeps(max_time_s: float | None) -> None:
    _, sweeps = measured(max_time_s, 1.0, 0.04)

    assert sweeps == [SWEEPS] * 18


def test_where_time_runs_short_sweeps_are_cut_so_that_all_rounds_fit() -> None:
    rounds, sweeps = measured(30.0, 1.0, 0.04)  # 18 rounds of 1.96 s would take 35 s

    assert rounds.rounds_of_all == 6
    assert rounds.seconds_left >= 0
    assert sweeps[:3] == [SWEEPS] * 3
    assert all(SWEEPS > each > 3 for each in sweeps[3:-1])


def test_a_slow_round_costs_no_other_its_sweeps_for_long() -> None:
    _, sweeps = measured(48.0, 1.0, 0.04, slow=[0])  # 18 rounds of 1.96 s take 35 s

    assert sweeps[:3] == [SWEEPS] * 3
    assert min(sweeps) < SWEEPS
    assert set(sweeps[6:]) == {SWEEPS}


def test_no_round_has_fewer_sweeps_than_a_few_even_where_it_does_not_fit() -> None:
    rounds, sweeps = measured(12.0, 1.0, 0.04)

    assert min(sweeps) == 3
    assert rounds.rounds_of_all < 6
    assert len(SCENARIOS) == 3
