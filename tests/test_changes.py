"""Two runs compared, on invented data whose truth is known."""

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import iterated, loaded
from scipy import stats

from bench.plan.cells import Cell
from bench.reports.changes import reason_of
from bench.statistics import changes, comparisons, estimates, pairs
from bench.statistics.changes import Change
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Array, Estimate
from bench.statistics.pairs import Pair
from bench.store.outcomes import Kept

Invent = Callable[..., Kept]
TRIALS = 1000
ROW = Comparison(Cell("manual", "uvloop", "loop"), "total", "3.14.0", "asyncio")
NUMBERS = st.lists(st.floats(-3, 3), min_size=4, max_size=12).map(np.array)


def of(found: Sequence[Change], label: str, stage: str = "total") -> Change:
    """The change of one label and stage."""
    (row,) = [row for row in found if (row.cell.label, row.stage) == (label, stage)]
    return row


def kept(invent: Invent, factor: float, seed: int, rounds: int = 12, scale: float = 1) -> Kept:
    """A run in which uvloop takes `factor` times as long as asyncio, on a machine that takes `scale` times as long."""
    rng = np.random.default_rng(seed)

    def values(times: float) -> list[list[float]]:
        drift = np.linspace(0, 1, rounds)
        process = rng.normal(0, 0.005, rounds)
        return [[5e-5 * scale * times * math.exp(value)] * 3 for value in drift + process]

    return invent({"asyncio": values(1), "control": values(1), "uvloop": values(factor)})


def elsewhere(kept: Kept, facts: Mapping[str, str]) -> Kept:
    """The same run, measured where these are the facts, with two processors unless they say otherwise."""
    return replace(kept, about=replace(kept.about, facts={**kept.about.facts, "cpus": "2", **facts}))


@functools.cache
def ways(old: int, new: int) -> tuple[int, ...]:
    """For each number of pairs in which the new one is less: in how many orders of the ranks that happens."""
    if not old or not new:
        return (1,)
    last_is_old, last_is_new = (0,) * new + ways(old - 1, new), ways(old, new - 1) + (0,) * old
    return tuple(map(sum, zip(last_is_old, last_is_new, strict=True)))


def interval(estimate: Estimate | None) -> tuple[float, float]:
    assert estimate
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


@pytest.mark.parametrize(
    ("before", "after", "verdict"), [(2.0, 2.4, "slower"), (2.4, 2.0, "faster"), (0.8, 0.9, "slower"), (2, 2, "same")]
)
def test_a_known_change_is_found_though_the_machine_became_slower(
    invent: Invent, before: float, after: float, verdict: str
) -> None:
    pair = Pair(kept(invent, before, 1, rounds=20), kept(invent, after, 2, rounds=30, scale=1.7))

    row = of(changes.between(pair), "uvloop")

    low, high = interval(row.change)
    assert row.change
    assert low <= after / before <= high
    assert row.change.value == pytest.approx(after / before, rel=0.01)
    assert (row.verdict, row.old.rounds, row.new.rounds) == (verdict, 20, 30)
    assert row.old.seconds
    assert row.new.seconds
    assert row.new.seconds.value / row.old.seconds.value == pytest.approx(1.7 * after / before, rel=0.05)


def test_every_row_of_a_run_is_a_row_of_the_changes(invent: Invent) -> None:
    pair = Pair(kept(invent, 2, 1), kept(invent, 2, 2))

    found = changes.between(pair)

    rows = [(row.cell, row.stage) for row in comparisons.compare(pair.old)]
    assert [(row.cell, row.stage) for row in found] == rows
    assert {row.change is None for row in found if row.cell.role == "baseline"} == {True}
    assert of(found, "control").verdict == "same"
    assert of(found, "uvloop", "finish").change


@settings(max_examples=50)
@given(NUMBERS, NUMBERS)
def test_swapping_old_and_new_inverts_the_change_and_its_interval(old: Array, new: Array) -> None:
    for estimate in (changes.shift_estimate, changes.welch_estimate):
        there, back = (estimates.exponential(estimate(*both, 0.95)) for both in ((old, new), (new, old)))

        low, high = interval(there)
        assert (back.value, *interval(back)) == pytest.approx((1 / there.value, 1 / high, 1 / low))


@settings(max_examples=50)
@given(NUMBERS, NUMBERS)
def test_swapping_loop_and_baseline_inverts_the_change_and_its_interval(old: Array, new: Array) -> None:
    for estimate in (changes.shift_estimate, changes.welch_estimate):
        there, back = (estimates.exponential(estimate(sign * old, sign * new, 0.95)) for sign in (1, -1))

        low, high = interval(there)
        assert (back.value, *interval(back)) == pytest.approx((1 / there.value, 1 / high, 1 / low))


@settings(max_examples=50)
@given(NUMBERS, NUMBERS, st.randoms())
def test_the_order_of_the_rounds_does_not_matter(old: Array, new: Array, random: Random) -> None:
    one, other = (np.array(random.sample(list(numbers), len(numbers))) for numbers in (old, new))

    assert changes.shift_estimate(old, new, 0.95) == changes.shift_estimate(one, other, 0.95)
    there, again = changes.welch_estimate(old, new, 0.95), changes.welch_estimate(one, other, 0.95)
    assert (there.value, *interval(there)) == pytest.approx((again.value, *interval(again)))


def test_the_order_of_the_journals_does_not_matter(invent: Invent) -> None:
    pair = Pair(kept(invent, 2, 1), kept(invent, 2.2, 2, rounds=7))

    one, other = (Kept(run.about, tuple(reversed(run.outcomes))) for run in (pair.old, pair.new))

    assert changes.between(Pair(one, other)) == changes.between(pair)


@settings(max_examples=50)
@given(NUMBERS, NUMBERS, st.floats(-2, 2))
def test_the_interval_holds_the_shifts_that_the_test_does_not_reject(old: Array, new: Array, shift: float) -> None:
    differences = np.subtract.outer(new, old)
    low, high = interval(changes.shift_estimate(old, new, 0.95))

    if np.abs(differences - shift).min() > 1e-9:  # where nothing ties
        chance = stats.mannwhitneyu(new - shift, old, method="exact").pvalue
        assert (low < shift < high) == (chance > 0.05)


@pytest.mark.parametrize(("old", "new"), [(17, 17), (6, 6), (17, 6), (6, 40), (4, 4)])
def test_intervals_hold_the_truth_exactly_as_often_as_they_say(old: int, new: int) -> None:
    rng, cut = np.random.default_rng(42), changes._cut(old, new, 0.95)
    missed = 2 * sum(ways(old, new)[:cut]) / math.comb(old + new, old)
    held = [0, 0]
    for _ in range(TRIALS):
        samples = (rng.normal(0, 1, old), rng.normal(0.3, 1, new))
        for index, estimate in enumerate((changes.shift_estimate, changes.welch_estimate)):
            low, high = interval(estimate(*samples, 0.95))
            held[index] += low <= 0.3 <= high

    error = 3 * math.sqrt(0.05 * 0.95 / TRIALS)
    assert missed <= 0.05 < 2 * sum(ways(old, new)[: cut + 1]) / math.comb(old + new, old)
    assert held[0] / TRIALS == pytest.approx(1 - missed, abs=error)
    assert held[1] / TRIALS == pytest.approx(0.955, abs=0.005 + error)


@pytest.mark.parametrize("draw", ["normal", "laplace", "gumbel"])
def test_the_form_of_the_spread_does_not_matter(draw: str) -> None:
    rng = np.random.default_rng(3)
    sample: Callable[..., Array] = getattr(rng, draw)
    held = 0
    for _ in range(TRIALS):
        low, high = interval(changes.shift_estimate(sample(0, 1, 17), sample(0.3, 1, 17), 0.95))
        held += low <= 0.3 <= high

    assert 0.935 <= held / TRIALS <= 0.97


@pytest.mark.parametrize(("old", "new", "spread"), [(17, 17, 4), (17, 6, 4), (40, 6, 4), (6, 17, 4)])
def test_where_spreads_differ_both_intervals_seldom_miss_together(old: int, new: int, spread: float) -> None:
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(TRIALS):
        samples = (rng.normal(0, 1, old), rng.normal(0, spread, new))
        intervals = [estimate(*samples, 0.95) for estimate in (changes.shift_estimate, changes.welch_estimate)]
        wrong += estimates.agreed(intervals, 0) in {"faster", "slower"}

    assert 0.01 <= wrong / TRIALS <= 0.065


def test_many_rounds_are_counted_by_the_normal_approximation() -> None:
    near, beyond = changes._cut(60, 60, 0.95), changes._cut(61, 60, 0.95)

    assert near < beyond < near * 61 / 60 * 1.01


@pytest.mark.parametrize(("loops", "rounds"), [(0, 4), (1, 4), (2, 5), (6, 5), (7, 6), (40, 7)])
def test_an_interval_needs_as_many_rounds_as_it_says(loops: int, rounds: int) -> None:
    level = 1 - 0.05 / max(1, loops)

    assert pairs.minimum_rounds(loops) == rounds
    assert changes._cut(rounds, rounds, level) > 0
    assert changes._cut(rounds - 1, rounds - 1, level) == 0


def test_too_few_rounds_have_a_change_without_an_interval(invent: Invent) -> None:
    pair = Pair(kept(invent, 2, 1, rounds=3), kept(invent, 3, 2, rounds=3))

    row = of(changes.between(pair), "uvloop")

    assert row.change
    assert (row.change.low, row.change.high) == (None, None)
    assert row.change.value == pytest.approx(1.5, rel=0.02)
    assert row.verdict == "inconclusive"
    assert reason_of(row) == (
        "old and new: 3 rounds, an interval needs 6; 3 and 3 rounds, the interval of a change needs 4 in each"
    )
    assert not changes.slower_by(row, 0.03)


def test_a_change_can_have_an_interval_where_neither_ratio_has_one(invent: Invent) -> None:
    row = of(changes.between(Pair(kept(invent, 2, 1, rounds=4), kept(invent, 3, 2, rounds=5))), "uvloop")

    assert interval(row.change)
    assert row.verdict == "slower"
    assert reason_of(row) == "old: 4 rounds, an interval needs 6; new: 5 rounds, an interval needs 6"


def test_one_round_has_no_interval_of_either_kind() -> None:
    one, many = np.array([0.1]), np.arange(5.0)

    for estimate in (changes.shift_estimate, changes.welch_estimate):
        assert estimate(one, one, 0.95).low is None
        assert estimate(one, many, 0.95).low is None
        assert estimate(many, one, 0.95).low is None


def test_more_rounds_in_one_run_make_up_for_few_in_the_other(invent: Invent) -> None:
    row = of(changes.between(Pair(kept(invent, 2, 1, rounds=3), kept(invent, 3, 2, rounds=30))), "uvloop")

    assert interval(row.change)
    assert row.verdict == "slower"
    assert reason_of(row) == "old: 3 rounds, an interval needs 6"


def test_without_variance_the_interval_is_a_point(invent: Invent) -> None:
    old = invent({"asyncio": [[1e-5]] * 6, "control": [[1e-5]] * 6, "uvloop": [[2e-5]] * 6})
    new = invent({"asyncio": [[4e-5]] * 6, "control": [[4e-5]] * 6, "uvloop": [[8e-5]] * 6})

    row = of(changes.between(Pair(old, new)), "uvloop")

    assert row.change
    assert row.mean_change
    assert (row.change.value, *interval(row.change)) == pytest.approx((1, 1, 1))
    assert (row.mean_change.value, *interval(row.mean_change)) == pytest.approx((1, 1, 1))
    assert row.verdict == "same"


def test_ties_only_widen_the_interval() -> None:
    rng = np.random.default_rng(5)
    old, new = (rng.normal(0, 1, 12) for _ in range(2))

    low, high = interval(changes.shift_estimate(old, new, 0.95))
    tied = interval(changes.shift_estimate(np.round(old), np.round(new), 0.95))

    assert tied[0] <= low + 1
    assert tied[1] >= high - 1
    assert interval(changes.shift_estimate(np.zeros(6), np.array([0, 0, 0, 1, 1, 1.0]), 0.95)) == (0, 1)


def test_an_outlier_of_a_thousand_times_moves_nothing(invent: Invent) -> None:
    old = invent({"asyncio": [[1e-5]] * 15, "control": [[1e-5]] * 15, "uvloop": [[2e-5]] * 15})
    new = invent({"asyncio": [[1e-5]] * 15, "control": [[1e-5]] * 15, "uvloop": [[2e-5]] * 14 + [[2e-2]]})

    row = of(changes.between(Pair(old, new)), "uvloop")

    assert row.change
    assert (row.change.value, *interval(row.change)) == pytest.approx((1, 1, 1))
    assert row.verdict == "inconclusive"  # the mean does not agree


def test_many_loops_need_more_confidence(invent: Invent) -> None:
    few = invent({name: [[1e-5]] * 8 for name in ("asyncio", "control", "uvloop")})
    many = invent({name: [[1e-5]] * 8 for name in ("asyncio", "control", "uvloop", "rloop", "talyn")})

    rows = [of(changes.between(Pair(run, run)), "uvloop") for run in (few, many)]

    assert [row.confidence for row in rows] == pytest.approx([0.95, 1 - 0.05 / 3])


def test_what_all_failed_in_one_run_is_a_row_with_the_reason(invent: Invent) -> None:
    pair = Pair(kept(invent, 2, 1), invent({"asyncio": [[1.0]] * 6, "control": [[1.0]] * 6, "uvloop": [None] * 6}))

    for there, side in ((pair, "new"), (Pair(pair.new, pair.old), "old")):
        found = changes.between(there)
        row = of(found, "uvloop")

        assert (row.change, row.verdict) == (None, None)
        reason = reason_of(row)
        assert reason
        assert reason.startswith(f"{side}: died of SIGSEGV (round 1, 2, 3, 4, 5, 6); 0 of 6 rounds kept")
        assert changes.uncompared(there, found) == (row,)
        assert not changes.slower_by(row, 0.03)


def test_what_failed_everywhere_is_rows_without_numbers(invent: Invent) -> None:
    run = invent({"asyncio": [None] * 6, "control": [None] * 6, "uvloop": [None] * 6})

    found = changes.between(Pair(run, run))

    assert [row.stage for row in found] == ["total"] * 3
    assert {(row.change, row.old.seconds, row.new.seconds) for row in found} == {(None, None, None)}
    assert all(str(reason_of(row)).startswith("old and new: died of SIGSEGV") for row in found)


def test_a_declared_skip_is_not_missed(invent: Invent) -> None:
    run = invent({"asyncio": [[1.0]] * 6, "control": [[1.0]] * 6, "rloop": []}, scenario="own_run")
    pair = Pair(run, run)

    found = changes.between(pair)

    assert reason_of(of(found, "rloop")) == "old and new: no run() of its own"
    assert changes.uncompared(pair, found) == ()


@pytest.mark.parametrize(("change", "mean", "slower"), [
    ((1.04, 1.06), (1.04, 1.06), True), ((1.04, 1.06), (1.02, 1.08), False), ((1.02, 1.06), (1.04, 1.06), False),
    ((1.03, 1.06), (1.03, 1.06), False), ((None, None), (1.04, 1.06), False), ((0.5, 0.6), (0.5, 0.6), False),
])  # fmt: skip
def test_slower_by_more_than_a_limit_needs_both_intervals_beyond_it(
    change: tuple[float, float], mean: tuple[float, float], *, slower: bool
) -> None:
    row = Change(ROW, ROW, Estimate(1.05, *change), Estimate(1.05, *mean))

    assert changes.slower_by(row, 0.03) == slower


def test_where_values_lasted_longer_there_is_no_verdict_on_loops(invent: Invent) -> None:
    runs = (kept(invent, 2, 1), kept(invent, 3, 2), kept(invent, 3, 2, rounds=5))
    old, new, few = (iterated(run, iterations) for run, iterations in zip(runs, (60, 20, 20), strict=True))
    found = changes.between(Pair(old, new))

    rows = [row for row in found if row.cell.role == "loop"]
    assert {(row.verdict, row.comparable, changes.slower_by(row, 0.03)) for row in rows} == {
        ("inconclusive", False, False)
    }
    assert interval(rows[0].change)
    assert re.fullmatch(
        r"values lasted [\d.]+ ms then, [\d.]+ ms now, which alone moves a ratio by some per cent; measure again, .*",
        str(reason_of(rows[0])),
    )
    assert of(found, "control").comparable
    assert str(reason_of(of(changes.between(Pair(old, few)), "uvloop"))).startswith(
        "new: 5 rounds, an interval needs 6; va"
    )


@pytest.mark.parametrize("fact", ["cpu", "cpus", "architecture"])
def test_on_another_machine_there_is_no_verdict_on_loops(invent: Invent, fact: str) -> None:
    pair = Pair(elsewhere(kept(invent, 2, 1), {fact: "8"}), elsewhere(kept(invent, 3, 2), {fact: "6502"}))

    found = changes.between(pair)

    rows = [row for row in found if row.cell.role == "loop"]
    assert {(row.verdict, row.comparable, changes.slower_by(row, 0.03)) for row in rows} == {
        ("inconclusive", False, False)
    }
    assert interval(rows[0].change)[0] > 1.4
    assert reason_of(rows[0]) == (
        f"measured on another machine ({fact}: 8 then, 6502 now), which alone moves a ratio; measure both on one"
    )
    assert of(found, "control").verdict == "same"


@pytest.mark.parametrize("busy", ["old", "new", "both"])
@pytest.mark.parametrize(("factor", "verdict"), [(1.44, "inconclusive"), (1, "inconclusive"), (2.5, "slower")])
def test_where_the_machine_was_busy_the_interval_holds_what_load_can_do(
    invent: Invent, busy: str, factor: float, verdict: str
) -> None:
    both = {"old": kept(invent, 2, 1, rounds=20), "new": kept(invent, 2 * factor, 2, rounds=20)}
    runs = {side: elsewhere(run, {}) for side, run in both.items()}
    quiet = of(changes.between(Pair(runs["old"], runs["new"])), "uvloop")
    for side in runs if busy == "both" else [busy]:
        runs[side] = loaded(runs[side], load_avg_1min=3.5)

    found = changes.between(Pair(runs["old"], runs["new"]))

    row = of(found, "uvloop")
    assert row.change
    assert quiet.change
    assert row.change.value == quiet.change.value
    low, high = interval(quiet.change)
    assert interval(row.change) == pytest.approx((low / 2, high * 2))
    assert row.verdict == verdict
    assert changes.slower_by(row, 0.03) == (verdict == "slower")
    assert reason_of(row) == "its interval holds what load can do to a ratio, a factor of 2.00"
    assert of(found, "control").verdict == "same"


def test_a_false_alarm_is_rare() -> None:
    rng = np.random.default_rng(9)
    alarms = 0
    for _ in range(TRIALS):
        samples = (rng.normal(0, 0.03, 12), rng.normal(0, 0.03, 12))
        alarms += all(interval(estimate(*samples, 0.95))[0] > math.log(1.03)
                      for estimate in (changes.shift_estimate, changes.welch_estimate))  # fmt: skip

    assert alarms / TRIALS <= 0.002


def test_a_control_that_changed_is_distrusted(invent: Invent) -> None:
    old = kept(invent, 2, 1)
    new = invent({"asyncio": [[1.0]] * 6, "control": [[1.2]] * 6, "uvloop": [[2.0]] * 6})

    assert changes.distrusted(of(changes.between(Pair(old, new)), "control"))
    assert not changes.distrusted(of(changes.between(Pair(old, kept(invent, 2, 3))), "control"))
    assert not changes.distrusted(of(changes.between(Pair(old, new)), "uvloop"))
