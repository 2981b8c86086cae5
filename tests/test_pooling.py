"""The meta-analysis of ratios: how often its intervals hold a truth that is known, and what needs no statsmodels."""

import math
import random
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.statistics import pooling
from bench.statistics.pooling import Effect, effect_of, of_machine, pooled

LOGS = st.floats(-3, 3)
VARIANCES = st.floats(1e-8, 0.01)
EFFECTS = st.lists(st.builds(Effect, LOGS, VARIANCES), min_size=3, max_size=30)


@given(EFFECTS)
def test_the_average_machine_lies_among_machines_and_the_next_one_may_lie_further_off(effects: list[Effect]) -> None:
    found = pooled(effects, 0.95)

    assert found
    logs = [effect.log for effect in effects]
    assert min(logs) - 1e-9 <= math.log(found.ratio.value) <= max(logs) + 1e-9
    bounds = [(one.low or 0, one.high or 0) for one in (found.next_machine, found.ratio)]
    assert bounds[0][0] <= bounds[1][0] <= found.ratio.value <= bounds[1][1] <= bounds[0][1]
    assert 0 <= found.tau <= 10


@given(EFFECTS)
def test_the_variance_between_machines_explains_exactly_how_far_they_differ(effects: list[Effect]) -> None:
    found = pooled(effects, 0.95)

    assert found
    weights = [1 / (effect.variance + found.tau**2) for effect in effects]
    mean = sum(weight * effect.log for weight, effect in zip(weights, effects, strict=True)) / sum(weights)
    explained = sum(weight * (effect.log - mean) ** 2 for weight, effect in zip(weights, effects, strict=True))
    assert explained == pytest.approx(len(effects) - 1, abs=1e-3) or (found.tau == 0 and explained < len(effects) - 1)


@given(EFFECTS, st.floats(-1, 1))
def test_machines_that_are_all_slower_by_a_factor_have_an_average_that_is_slower_by_it(
    effects: list[Effect], shift: float
) -> None:
    before, after = (pooled([Effect(log + by, variance) for log, variance in effects], 0.95) for by in (0.0, shift))

    assert before
    assert after
    assert math.log(after.ratio.value / before.ratio.value) == pytest.approx(shift, abs=1e-3)
    assert after.tau == pytest.approx(before.tau, abs=1e-2)


def test_intervals_hold_the_average_and_the_next_machine_about_as_often_as_they_say() -> None:
    chance, trials = random.Random(19), 300
    held = {"average": 0, "next": 0}
    for _ in range(trials):
        truths = [chance.gauss(0.7, 0.2) for _ in range(6)]
        found = pooled([Effect(chance.gauss(truth, 0.02), 0.0004) for truth in truths[:5]], 0.95)
        assert found
        for name, estimate, truth in (("average", found.ratio, 0.7), ("next", found.next_machine, truths[5])):
            held[name] += (estimate.low or 0) <= math.exp(truth) <= (estimate.high or 0)

    # 95 % of 300 are 285; fewer than 270 happen once in ten thousand times, and the seed is fixed
    assert min(held.values()) >= 270


def test_machines_that_do_not_differ_get_no_narrower_interval_than_their_rounds_allow() -> None:
    found = pooled([Effect(0.5, 0.0001)] * 4, 0.95)

    assert found
    assert found.tau == 0
    assert found.ratio.low is not None
    assert math.log(found.ratio.value / found.ratio.low) == pytest.approx(3.182 * 0.005, rel=1e-3)


def test_several_runs_of_a_machine_count_the_same_and_differ_at_least_as_much_as_their_rounds() -> None:
    assert of_machine([Effect(1.0, 0.01), Effect(2.0, 0.0001)]) == pytest.approx((1.5, 0.25))
    assert of_machine([Effect(1.0, 0.01), Effect(1.0, 0.03)]) == pytest.approx((1.0, 0.01))


def test_a_single_round_is_no_effect() -> None:
    assert effect_of(np.array([0.3])) is None
    assert effect_of(np.array([0.3, 0.3])) == Effect(0.3, pooling.LEAST_VARIANCE)


def test_without_statsmodels_nothing_is_pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.stats.meta_analysis", None)

    assert not pooling.is_installed()
    assert pooled([Effect(0.0, 1.0)] * 3, 0.95) is None
