"""How much is measured: iterations in a value, sweeps in a round."""

from hypothesis import given
from hypothesis import strategies as st

from bench.plan.sampling import MINIMUM_SWEEPS, Sampling


@given(st.floats(1e-7, 100))
def test_iterations_fill_a_value_and_sweeps_fit_into_a_round(lifecycle_s: float) -> None:
    sampling = Sampling()

    iterations, sweeps = sampling.iterations(lifecycle_s), sampling.sweeps_for([lifecycle_s] * 3)

    assert iterations >= 1
    assert iterations == 1 or abs(iterations * lifecycle_s / sampling.value_s - 1) < 0.5
    assert MINIMUM_SWEEPS <= sweeps <= sampling.sweeps
    longest = sweeps * sampling.sweep_s([lifecycle_s] * 3)
    assert longest <= sampling.round_s or sweeps == MINIMUM_SWEEPS
