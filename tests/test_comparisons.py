"""Statistics on invented data whose truth is known."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import about, iterated, run
from scipy import stats

from bench.plan.cells import Cell
from bench.reports.reasons import line
from bench.statistics import estimates
from bench.statistics.comparisons import Comparison, compare
from bench.statistics.comparisons import distrusted as is_distrusted
from bench.statistics.estimates import Estimate, confidence
from bench.store.outcomes import About, Failure, Kept

Invent = Callable[..., Kept]
TRIALS = 400
ALONE = "reproduce with: python -m scenarios.manual --loop"


def row(comparisons: tuple[Comparison, ...], label: str, stage: str = "total") -> Comparison:
    """The comparison of one label and stage."""
    (found,) = [one for one in comparisons if (one.stage, one.cell.label) == (stage, label)]
    return found


def known(invent: Invent, factor: float, rounds: int = 15, sweeps: int = 9, seed: int = 1) -> Kept:
    """Let uvloop take `factor` times as long as asyncio, amid drift, noise by process and noise by value."""
    rng = np.random.default_rng(seed)

    def values(scale: float) -> list[list[float]]:
        process = rng.normal(0, 0.01, (rounds, 1))
        noise = rng.normal(0, 0.05, (rounds, sweeps)) + (rng.random((rounds, sweeps)) < 0.05) * 2
        drift = np.linspace(0, 1, rounds * sweeps).reshape(rounds, sweeps)
        return [list(map(float, numbers)) for numbers in 5e-5 * scale * np.exp(process + noise + drift)]

    return invent({"asyncio": values(1), "control": values(1), "uvloop": values(factor)})


@pytest.mark.parametrize(("factor", "verdict"), [(2.0, "slower"), (0.5, "faster"), (1.1, "slower")])
def test_a_known_effect_is_found_with_its_sign_and_size(invent: Invent, factor: float, verdict: str) -> None:
    found = row(compare(known(invent, factor)), "uvloop")

    assert found.ratio
    assert found.ratio.low
    assert found.ratio.high
    assert found.ratio.low <= factor <= found.ratio.high
    assert found.ratio.value == pytest.approx(factor, rel=0.02)
    assert found.verdict == verdict
    assert found.rounds == 15


def test_exact_ratios_are_exact(invent: Invent) -> None:
    rounds = [[1e-5, 3e-5, 2e-5]] * 6
    kept = invent({"asyncio": rounds, "control": rounds, "uvloop": [[3e-5, 9e-5, 6e-5]] * 6})

    comparisons = compare(kept)
    found = row(comparisons, "uvloop")

    assert found.ratio
    assert (found.ratio.value, found.ratio.low, found.ratio.high) == pytest.approx((3, 3, 3))
    assert found.seconds == Estimate(6e-5, 6e-5, 6e-5)
    assert found.verdict == "slower"
    assert row(comparisons, "control").verdict == "same"
    assert row(comparisons, "asyncio").ratio is None


def test_the_ratio_is_paired_within_sweeps(invent: Invent) -> None:
    drifting = [[1e-5 * 10**sweep for sweep in range(5)] for _ in range(6)]
    doubled = [[2 * value for value in values] for values in drifting]

    found = row(compare(invent({"asyncio": drifting, "uvloop": doubled})), "uvloop")

    assert found.ratio
    assert found.ratio.low == pytest.approx(2)
    assert found.ratio.high == pytest.approx(2)


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.floats(0.5, 2))
def test_swapping_loop_and_baseline_inverts_the_ratio_and_its_interval(seed: int, factor: float) -> None:
    logs = np.random.default_rng(seed).normal(math.log(factor), 0.02, 11)

    there, back = (estimates.exponential(estimates.median_estimate(sign * logs, 0.95)) for sign in (1, -1))

    assert there.low
    assert there.high
    assert (back.value, back.low, back.high) == pytest.approx((1 / there.value, 1 / there.high, 1 / there.low))
    opposite = {"faster": "slower", "slower": "faster"}
    verdicts = [estimates.agreed_verdict(sign * logs, 0.95) for sign in (1, -1)]
    assert verdicts[1] == opposite.get(verdicts[0], verdicts[0])


def test_the_order_of_the_journal_does_not_matter(invent: Invent) -> None:
    kept = known(invent, 1.3, rounds=7)
    shuffled = Kept(kept.about, tuple(reversed(kept.outcomes)))

    assert compare(shuffled) == compare(kept)


@pytest.mark.parametrize(
    ("estimate", "least", "most"), [(estimates.median_estimate, 0.95, 0.99), (estimates.mean_estimate, 0.92, 0.975)]
)
def test_intervals_hold_the_truth_as_often_as_they_say(
    estimate: Callable[[estimates.Array, float], Estimate], least: float, most: float
) -> None:
    rng = np.random.default_rng(42)
    held = 0
    for _ in range(TRIALS):
        found = estimate(rng.normal(0.3, 1, 15), 0.95)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.3 <= found.high

    assert least - 0.02 <= held / TRIALS <= most


def test_a_loop_is_seldom_called_different_from_itself() -> None:
    rng = np.random.default_rng(7)

    verdicts = [estimates.agreed_verdict(rng.normal(0, 0.02, 15), 0.95, threshold=0) for _ in range(TRIALS)]

    different = sum(verdict in {"faster", "slower"} for verdict in verdicts) / TRIALS
    assert 0 < different <= 0.06


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=40), st.integers(1, 9))
def test_the_interval_of_a_median_is_scipy_s(numbers: list[float], compared: int) -> None:
    level, array = confidence(compared), np.array(numbers)

    found = estimates.median_estimate(array, level)

    low, high = cast("tuple[float, float]", stats.quantile_test(array, p=0.5).confidence_interval(level))
    assert (found.low, found.high) == (None if math.isnan(low) else low, None if math.isnan(high) else high)


def test_ties_and_no_variance_give_a_point(invent: Invent) -> None:
    kept = invent({"asyncio": [[1e-5]] * 6, "control": [[1e-5]] * 6, "uvloop": [[1e-5]] * 6})

    found = row(compare(kept), "uvloop")

    assert found.ratio == Estimate(1, 1, 1)
    assert found.verdict == "same"


def test_an_outlier_of_a_thousand_times_moves_nothing(invent: Invent) -> None:
    values = [[1e-5] * 9 for _ in range(15)]
    values[3][4] *= 1000
    hurt = [list(numbers) for numbers in values]
    hurt[7] = [1e-2] * 9

    comparisons = compare(invent({"asyncio": [[1e-5] * 9] * 15, "control": values, "uvloop": hurt}))

    assert row(comparisons, "control").ratio == Estimate(1, 1, 1)
    assert row(comparisons, "uvloop").ratio == Estimate(1, 1, 1)
    assert row(comparisons, "uvloop").verdict == "inconclusive"  # the mean does not agree


@pytest.mark.parametrize("rounds", [1, 5])
def test_too_few_rounds_have_an_estimate_without_an_interval(invent: Invent, rounds: int) -> None:
    comparisons = compare(invent({"asyncio": [[1e-5]] * rounds, "uvloop": [[2e-5]] * rounds}))

    found = row(comparisons, "uvloop")
    assert found.ratio
    assert (found.ratio.low, found.ratio.high) == (None, None)
    assert found.ratio.value == pytest.approx(2)
    assert found.verdict == "inconclusive"
    assert line(found.reasons) == f"{rounds} rounds, an interval needs 6"


def test_many_loops_need_more_confidence(invent: Invent) -> None:
    few = compare(invent({"asyncio": [[1e-5]] * 6, "uvloop": [[2e-5]] * 6}))
    many = compare(invent({"asyncio": [[1e-5]] * 6, **{name: [[2e-5]] * 6 for name in ("uvloop", "rloop", "talyn")}}))

    assert row(few, "uvloop").confidence == 0.95
    assert row(many, "uvloop").confidence == pytest.approx(1 - 0.05 / 3)
    assert line(row(many, "uvloop").reasons) == "6 rounds, an interval needs 7"


def test_a_cell_that_always_failed_is_a_row_with_the_reason(invent: Invent) -> None:
    found = row(compare(invent({"asyncio": [[1.0]] * 6, "uvloop": [None] * 6})), "uvloop")

    assert (found.seconds, found.ratio, found.verdict, found.rounds) == (None, None, None, 0)
    assert line(found.reasons) == f"died of SIGSEGV (round 1, 2, 3, 4, 5, 6); 0 of 6 rounds kept; {ALONE} uvloop"


def test_the_command_that_shows_it_alone_does_as_the_worker_did() -> None:
    found = about(["manual"], ["asyncio", "uvloop"])
    there = replace(found, plan=replace(found.plan, delay_s=0.5, thread="worker"))
    measured = (run(there.cells[0], 0, [1.0] * 3), run(there.cells[0], 1, [1.0] * 2))
    kept = iterated(Kept(there, (*measured, Failure(there.cells[-1], 0, "x"))), 7)

    reason = line(row(compare(kept), "uvloop").reasons)

    lifecycles = 3 * (7 + there.plan.sampling.rehearsed)

    assert reason == f"x (round 1); 0 of 6 rounds kept; {ALONE} uvloop --thread worker --delay 0.5 --times {lifecycles}"


def test_the_command_that_shows_it_alone_names_the_workload() -> None:
    found = about(["manual"], ["asyncio", "uvloop"])
    kept = Kept(replace(found, plan=replace(found.plan, workloads=("turns=5",))), ())
    failed = replace(kept, outcomes=(Failure(kept.about.cells[-1], 0, "x"),))

    reason = line(row(compare(failed), "uvloop").reasons)
    assert reason
    assert reason.endswith(f"{ALONE} uvloop --workload turns=5")


def test_workloads_are_compared_each_with_itself() -> None:
    found = about(["manual"], ["asyncio", "uvloop"])
    both = replace(found, plan=replace(found.plan, workloads=("sleep", "turns=5")))
    factors = {("asyncio", "sleep"): 1.0, ("asyncio", "turns=5"): 10.0, ("uvloop", "sleep"): 2.0}
    runs = [run(cell, i, [factors.get((cell.loop, cell.workload), 5.0)] * 4) for i in range(6) for cell in both.cells]

    totals = {(one.cell.group, one.cell.label): one for one in compare(Kept(both, tuple(runs))) if one.stage == "total"}

    ratios = {names: one.ratio.value for names, one in totals.items() if one.ratio}
    assert ratios == pytest.approx({
        ("manual", "control"): 1, ("manual", "uvloop"): 2,
        ("manual/turns=5", "control"): 1, ("manual/turns=5", "uvloop"): 0.5,
    })  # fmt: skip


def test_a_cell_that_failed_once_is_compared_in_the_other_rounds(invent: Invent) -> None:
    comparisons = compare(invent({"asyncio": [[1.0]] * 7, "uvloop": [None] + [[2.0]] * 6}))

    found = row(comparisons, "uvloop")
    assert found.ratio
    assert (found.ratio.value, found.ratio.low, found.ratio.high) == pytest.approx((2, 2, 2))
    assert found.rounds == 6
    assert line(found.reasons) == f"died of SIGSEGV (round 1); 6 of 7 rounds kept; {ALONE} uvloop"


def test_without_a_baseline_there_are_seconds_and_no_ratio(invent: Invent) -> None:
    found = row(compare(invent({"asyncio": [None] * 6, "uvloop": [[2.0]] * 6})), "uvloop")

    assert found.seconds == Estimate(2, 2, 2)
    assert (found.ratio, found.verdict) == (None, None)
    assert line(found.reasons) == "nothing to divide by: the baseline was not measured"


def test_nothing_measured_is_rows_that_say_so(invent: Invent) -> None:
    kept = invent({"asyncio": [], "control": [], "uvloop": [[1.0]]})

    comparisons = compare(Kept(kept.about, ()))

    assert {line(one.reasons) for one in comparisons} == {"not measured yet"}
    assert [one.stage for one in comparisons] == ["total"] * 3


def test_a_skip_is_a_row_with_its_reason(invent: Invent) -> None:
    kept = invent({"asyncio": [[1.0]] * 6, "rloop": [[1.0]]}, scenario="own_run")

    found = row(compare(kept), "rloop")

    assert line(found.reasons) == "no run() of its own"
    assert found.seconds is None


def test_a_bad_end_is_named_though_the_values_count(invent: Invent) -> None:
    kept = invent({"asyncio": [[1.0]] * 6})
    ended = run(Cell("manual", "asyncio", "baseline"), 0, [1.0], "died of SIGABRT after delivering its values")

    comparisons = compare(Kept(kept.about, (ended, *kept.outcomes[1:])))

    assert (
        line(row(comparisons, "asyncio").reasons)
        == f"died of SIGABRT after delivering its values (round 1); 6 of 6 rounds kept; {ALONE} asyncio"
    )


def test_stages_are_compared_as_the_total_is(invent: Invent) -> None:
    comparisons = compare(known(invent, 2.0))

    assert [one.stage for one in comparisons if one.cell.loop == "uvloop"] == [
        "total",
        "create",
        "start",
        "work",
        "finish",
    ]
    for stage in ("create", "finish"):
        found = row(comparisons, "uvloop", stage)
        assert found.ratio
        assert found.ratio.value == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize(("low", "high", "verdict"), [
    (-0.5, -0.02, "faster"), (0.02, 0.5, "slower"), (-0.009, 0.009, "same"),
    (-0.02, 0.0, "inconclusive"), (-0.5, 0.5, "inconclusive"), (0.0, 0.02, "inconclusive"),
    (None, None, "inconclusive"),
])  # fmt: skip
def test_a_verdict_needs_the_whole_interval(low: float | None, high: float | None, verdict: str) -> None:
    assert estimates.verdict(Estimate(0, low, high), 0.01) == verdict


@pytest.mark.parametrize(("ratio", "distrusted"), [
    (Estimate(1.0, 0.99, 1.01), False), (Estimate(1.05, 1.02, 1.1), True), (Estimate(0.9, 0.8, 0.98), True),
    (Estimate(1.05, 1.005, 1.1), False), (Estimate(2, None, None), False), (None, False),
])  # fmt: skip
def test_a_table_is_distrusted_when_its_control_differs(ratio: Estimate | None, distrusted: bool) -> None:  # noqa: FBT001  (a parameter of the table)
    control = Comparison(Cell("manual", "asyncio", "control"), "total", "3.14.0", "asyncio", ratio=ratio)
    loop = Comparison(Cell("manual", "uvloop", "loop"), "total", "3.14.0", "asyncio", ratio=ratio)

    assert is_distrusted(control) == distrusted
    assert not is_distrusted(loop)


def test_every_cell_of_the_plan_has_a_row(invent: Invent) -> None:
    kept = known(invent, 1.0, rounds=6)
    about: About = kept.about

    assert {one.cell for one in compare(kept)} == {*about.cells}
