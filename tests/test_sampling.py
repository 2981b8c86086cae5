"""How much is measured: iterations in a value, sweeps in a round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan.sampling import MINIMUM_SWEEPS, Sampling


@given(st.floats(1e-7, 100), st.sampled_from([0, 1]))
def test_iterations_fill_a_value_and_sweeps_fit_into_a_round(lifecycle_s: float, delay_s: float) -> None:
    sampling = Sampling()

    iterations, sweeps = sampling.iterations(lifecycle_s), sampling.sweeps_for([lifecycle_s] * 3, delay_s)

    assert iterations >= 1
    assert iterations == 1 or abs(iterations * lifecycle_s / sampling.value_s - 1) < 0.5
    assert MINIMUM_SWEEPS <= sweeps <= sampling.sweeps
    longest = sweeps * sampling.sweep_s([lifecycle_s] * 3, delay_s)
    assert longest <= sampling.round_s or sweeps == MINIMUM_SWEEPS


def test_a_lifecycle_that_sleeps_for_long_is_neither_rehearsed_nor_calibrated_twice() -> None:
    sampling = Sampling(in_a_turn=7)

    assert sampling.sweep_s([1.0, 1.0], delay_s=1) == 2
    assert sampling.calibration_s([1.0, 1.0], delay_s=1) == 2
    assert sampling.sweep_s([0.05], delay_s=0) == pytest.approx(0.1)
    assert sampling.calibration_s([0.0001], delay_s=0) == pytest.approx(0.01 + sampling.warmups * 0.003)


def test_a_loop_with_long_lifecycles_makes_all_turns_of_its_group_shorter() -> None:
    sampling = Sampling(in_a_turn=7)

    assert [sampling.values_in_a_turn(lifecycles_s) for lifecycles_s in ([0.0001], [0.0001, 0.006], [1.0], [])] == [
        7, 4, 1, 7,
    ]  # fmt: skip
