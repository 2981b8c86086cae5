"""Scores of invented trials, whose truth is known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyperf._utils import is_significant

from bench.plan.cells import Cell
from bench.selfcheck import scores
from bench.selfcheck.scores import Score, Trial, pyperf_trial, scored, smallest_difference
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Estimate, agreed_verdict, exponential, median_estimate
from bench.statistics.reasons import Reason

LOOP = Cell("manual", "x:y", "loop")
SAME = Trial("lock-step", 0.0, 1.0, Estimate(1.0, 0.99, 1.01), different=False, called=False, seconds=10)


def invented(effect: float, rounds: int, rng: np.random.Generator) -> Trial:
    """A trial whose rounds spread by 2 %."""
    logs = math.log1p(effect) + rng.normal(0, 0.02, rounds)
    different, called = (agreed_verdict(logs, 0.95, edge) in {"faster", "slower"} for edge in (0.0, 0.01))
    ratio = exponential(median_estimate(logs, 0.95))
    return Trial("lock-step", effect, 1 + effect, ratio, different, called, float(rounds))


def one(trials: list[Trial]) -> Score:
    (found,) = scored(trials)
    return found


def test_the_share_of_different_trials_has_its_exact_interval() -> None:
    found = one([SAME] * 40)

    assert (found.trials, found.different, found.right, found.called) == (40, 0, 0, 0)
    assert found.share.low == 0
    assert found.share.high == pytest.approx(1 - 0.025 ** (1 / 40))
    assert not scores.distrusted(found)


def test_error_and_bias_are_of_the_log_ratio_to_the_truth() -> None:
    low, high = (replace(SAME, effect=0.02, truth=1.02, ratio=Estimate(1.02 * f, 0.9, 1.1)) for f in (0.99, 1.02))

    found = one([low, high])

    errors = [math.log(0.99), math.log(1.02)]
    assert found.error == pytest.approx(math.sqrt(sum(error**2 for error in errors) / 2))
    assert found.bias == pytest.approx(sum(errors) / 2)


def test_a_difference_of_the_wrong_sign_is_different_and_not_right() -> None:
    wrong = replace(SAME, effect=0.02, truth=1.02, ratio=Estimate(0.97, 0.96, 0.98), different=True, called=True)
    right = replace(wrong, ratio=Estimate(1.02, 1.01, 1.03), called=False)

    found = one([wrong, right, right])

    assert (found.different, found.right, found.called) == (3, 2, 1)


def test_ways_and_effects_are_scored_apart_the_loop_with_itself_first() -> None:
    trials = [replace(SAME, effect=0.05), replace(SAME, way="pyperf"), SAME, replace(SAME, effect=0.01)]

    kinds = [(score.way, score.effect) for score in scored(trials)]

    assert kinds == [("lock-step", 0.0), ("lock-step", 0.01), ("lock-step", 0.05), ("pyperf", 0.0)]
    assert scored([]) == ()


@given(st.lists(st.floats(1e-6, 2e-4), min_size=5, max_size=40, unique=True), st.floats(0.8, 1.25), st.integers(0, 99))
def test_pyperf_is_judged_as_pyperf_judges(values: list[float], factor: float, seed: int) -> None:
    others = [factor * value for value in np.random.default_rng(seed).permutation(values)]

    found = pyperf_trial(0.0, 1.0, values, others, 40.0)

    significant, _ = is_significant(values, others)
    assert found.different == found.called == significant
    assert found.ratio.value == pytest.approx(sum(others) / sum(values))
    assert found.ratio.low is not None
    assert found.ratio.high is not None
    assert (found.ratio.low <= 1 <= found.ratio.high) == (not significant)


def test_the_smallest_difference_is_found_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    own = [invented(0.0, 15, rng) for _ in range(150)]

    smallest = smallest_difference(own, 15)
    assert smallest is not None
    found = one([invented(smallest, 15, rng) for _ in range(150)])
    half = one([invented(smallest / 2, 15, rng) for _ in range(150)])

    assert 0.9 <= found.right / 150 <= 0.99
    assert half.right / 150 < 0.7


def test_more_time_finds_smaller_differences() -> None:
    own = [invented(0.0, 15, np.random.default_rng(seed)) for seed in range(40)]

    long, short = (smallest_difference(own, seconds) for seconds in (60, 15))

    assert long is not None
    assert short == pytest.approx(2 * long)
    assert smallest_difference([replace(trial, way="pyperf") for trial in own], 60) is None
    assert smallest_difference([replace(trial, effect=0.1) for trial in own], 60) is None


def test_a_loop_that_differs_from_itself_too_often_is_distrusted() -> None:
    wrong = replace(SAME, different=True)

    assert scores.distrusted(one([wrong] * 5 + [SAME] * 15))
    assert not scores.distrusted(one([wrong] * 2 + [SAME] * 18))
    assert not scores.distrusted(one([replace(wrong, way="pyperf")] * 20))
    assert not scores.distrusted(one([replace(wrong, effect=0.02)] * 20))


def test_a_row_without_an_interval_is_no_trial() -> None:
    row = Comparison(LOOP, "total", "3.14.0", "asyncio", ratio=Estimate(1, None, None))

    with pytest.raises(ValueError, match="no interval"):
        scores.lock_step_trial(0, 1, row, row, 10)
    with pytest.raises(ValueError, match="died"):
        scores.lock_step_trial(0, 1, replace(row, ratio=None, reasons=(Reason("died"),)), row, 10)


def test_a_trial_is_different_without_a_threshold_and_called_so_with_one() -> None:
    exact = Comparison(LOOP, "total", "3", "asyncio", ratio=Estimate(1.01, 1.004, 1.02), verdict="slower")

    trial = scores.lock_step_trial(0.01, 1.0101, exact, replace(exact, verdict="inconclusive"), 10)

    assert (trial.different, trial.called, trial.right) == (True, False, True)
    assert trial.error == pytest.approx(math.log(1.01 / 1.0101))
