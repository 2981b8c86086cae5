"""Estimates: confidence, and the rounds that it needs."""

import pytest

from bench.statistics import estimates


@pytest.mark.parametrize(("compared", "level", "rounds"), [(0, 0.95, 6), (1, 0.95, 6), (2, 0.975, 7), (8, 0.99375, 9)])
def test_more_loops_in_a_table_need_more_confidence_and_more_rounds(compared: int, level: float, rounds: int) -> None:
    assert estimates.confidence(compared) == pytest.approx(level)
    assert estimates.minimum_rounds(compared) == rounds
