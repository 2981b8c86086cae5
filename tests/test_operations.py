"""What loops spend on a start and on each operation, from invented runs."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from advised import US, measured
from hypothesis import given
from hypothesis import strategies as st

from bench.statistics.operations import Costs, Spending, beside, costs, quotient
from bench.store.outcomes import Kept, Run

LEVEL = 0.95


def by_label(kept: Kept) -> dict[str, Costs]:
    return {one.cell.label: one for one in costs(kept)}


def spending(rounds: int = 3, seed: int = 1) -> Spending:
    return Spending(*np.random.default_rng(seed).normal(10, 1, (6, rounds)))


def test_a_start_and_an_operation_are_told_apart() -> None:
    found = by_label(measured(noise=0, scenarios=["runner"]))

    assert [*found] == ["asyncio", "control", "uvloop"]
    spent = found["uvloop"].spending
    assert found["uvloop"].operations == 100
    assert found["uvloop"].share == pytest.approx(500 / 800)
    assert (spent.total(0, LEVEL).value, spent.total(7, LEVEL).value) == pytest.approx((300 * US, 335 * US))
    assert (spent.start_excess(LEVEL).value, spent.saving(LEVEL).value) == pytest.approx((200 * US, 5 * US))
    assert spent.difference(100, LEVEL).value == pytest.approx(-300 * US)
    assert spent.parts(100, None, LEVEL)[0].value == pytest.approx(-300 / 1100)
    assert spent.parts(100, 1e-3, LEVEL)[1].value == pytest.approx(-0.3)


def test_a_loop_has_paid_where_its_savings_reach_its_later_start() -> None:
    found = by_label(measured(scenarios=["runner"]))["uvloop"].spending.break_even(LEVEL)

    assert found.kind == "after"
    assert found.value == pytest.approx(40, rel=0.02)


def test_what_disturbs_all_workers_of_a_sweep_alike_moves_no_difference() -> None:
    quiet = measured(noise=0, scenarios=["runner"])
    busy = tuple(
        msgspec.structs.replace(one, values={stage: _disturbed(numbers) for stage, numbers in one.values.items()})
        if isinstance(one, Run)
        else one
        for one in quiet.outcomes
    )

    spent = by_label(replace(quiet, outcomes=busy))["uvloop"].spending

    assert spent.start_excess(LEVEL).value == pytest.approx(200 * US)
    assert spent.saving(LEVEL).value == pytest.approx(5 * US)


def _disturbed(numbers: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(number + sweep * US for sweep, number in enumerate(numbers))


def test_workloads_that_need_two_operations_are_counted_from_two_on() -> None:
    found = by_label(measured(noise=0, scenarios=["runner"], workloads=["timers=2", "timers=50"]))

    assert found["uvloop"].spending.total(0, LEVEL).value == pytest.approx(300 * US)


def test_each_scenario_and_workload_has_costs_of_its_own() -> None:
    found = costs(measured(workloads=["turns=1", "gather=1", "turns=100", "gather=20"], scenarios=["runner", "bridge"]))

    assert [(one.cell.scenario, one.cell.workload, one.cell.label) for one in found][::3] == [
        ("runner", "turns=100", "asyncio"), ("runner", "gather=20", "asyncio"),
        ("bridge", "turns=100", "asyncio"), ("bridge", "gather=20", "asyncio"),
    ]  # fmt: skip


def test_a_round_in_which_something_failed_does_not_count() -> None:
    kept = measured(scenarios=["runner"])
    fewer = tuple(one for one in kept.outcomes if not _is(one, "uvloop", "turns=1", 0))
    none = tuple(one for one in kept.outcomes if not _is(one, "asyncio", "turns=100"))

    assert by_label(replace(kept, outcomes=fewer))["uvloop"].spending.rounds == 8
    assert by_label(replace(kept, outcomes=fewer))["control"].spending.rounds == 9
    assert costs(replace(kept, outcomes=none)) == ()


def _is(outcome: object, loop: str, workload: str, index: int | None = None) -> bool:
    if not isinstance(outcome, Run) or outcome.cell.role == "control":
        return False
    return (outcome.cell.loop, outcome.cell.workload) == (loop, workload) and index in {None, outcome.round}


def test_a_run_without_many_operations_beside_few_has_no_costs() -> None:
    kept = measured(scenarios=["runner"])
    plan = kept.about.plan

    assert costs(replace(kept, about=replace(kept.about, plan=replace(plan, together=False)))) == ()
    assert costs(measured(scenarios=["runner"], workloads=["turns=5"])) == ()


@given(st.integers(0, 1000), st.integers(1, 50), st.floats(0.5, 100))
def test_units_of_work_add_up(seed: int, number: int, factor: float) -> None:
    spent = spending(seed=seed)
    level = LEVEL

    assert spent.of_operations(number).total(1, level).value == pytest.approx(spent.total(number, level).value)
    assert spent.of_operations(number).difference(1, level).value == pytest.approx(
        spent.difference(number, level).value
    )
    assert spent.of_operations(number).parts(2, None, level)[0].value == pytest.approx(
        spent.parts(number, None, level)[0].value
    )
    assert spent.without_start().total(number, level).value == pytest.approx(number * float(np.median(spent.eaches)))
    assert spent.times(factor).total(number, level).value == pytest.approx(factor * spent.total(number, level).value)
    assert spent.plus(spent.times(-1)).difference(number, level).value == pytest.approx(0)


def test_what_is_added_counts_as_many_rounds_as_both_have() -> None:
    once = beside([5.0, 6.0], [3.0, 3.0])

    both = once.plus(spending(rounds=3))

    assert both.rounds == 2
    assert list(both.behinds - spending().behinds[:2]) == pytest.approx([2, 3])
    assert list(both.savings) == pytest.approx(list(spending().savings[:2]))


def test_a_quotient_is_of_pairs_and_has_an_interval() -> None:
    found = quotient([10.0] * 8, np.full(7, 2.0), LEVEL)

    assert (found.value, found.low, found.high) == (5, 5, 5)
