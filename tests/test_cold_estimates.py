"""Estimates from invented cold starts."""

import pytest
from test_resources import cold, invented

from bench.resources.cold_estimates import startups
from bench.resources.readings import ColdStart


def test_cold_starts_are_compared_sweep_by_sweep() -> None:
    bare, asyncio, baseline, control, zloop, yloop = startups(invented().cold)

    assert baseline.over_bare
    assert baseline.over_asyncio
    assert baseline.imports
    assert (bare.first, bare.over_bare, asyncio.over_asyncio, baseline.ratio) == (None, None, None, None)
    assert baseline.over_bare.value == pytest.approx(0.05)
    assert baseline.over_asyncio.value == pytest.approx(0.01)
    assert baseline.imports.value == pytest.approx(0.001)
    assert control.ratio
    assert control.ratio.low == control.ratio.value == control.ratio.high == 1
    assert (zloop.rounds, zloop.missing) == (6, "died of SIGSEGV; 6 rounds, an interval needs 7")
    assert (yloop.rounds, yloop.exit, yloop.ratio) == (0, None, None)


def test_cold_starts_with_too_few_rounds_for_an_interval_say_so() -> None:
    start = ColdStart(5, 1, 2, 3, 4)

    few, failed, enough = startups([
        cold("zloop", "baseline", *[start] * 6), cold("yloop", "loop", *[start] * 6, None),
        cold("xloop", "loop", *[start] * 7),
    ])  # fmt: skip

    assert few.missing == failed.missing == "6 rounds, an interval needs 7"
    assert few.exit
    assert few.exit.low is None
    assert enough.missing is None


def test_a_cold_start_that_has_nothing_to_be_compared_with_has_no_ratio() -> None:
    (only,) = startups([cold("zloop", "loop", ColdStart(5, 1, 2, 3, 4))])

    assert (only.ratio, only.over_bare) == (None, None)
    assert only.exit
