"""Cells and the groups in which they are compared."""

from collections import Counter
from dataclasses import replace

import pytest
from invented import groups, on

from bench.plan import cells
from bench.plan.cells import Cell, Plan, skips
from bench.plan.sampling import Sampling
from bench.subjects import loops
from bench.subjects import scenarios as registry


def test_every_group_has_each_loop_once_and_the_baseline_twice() -> None:
    for group in groups(5):
        everything = [*group.cells, *(cell for cell, _ in group.skips)]
        roles = Counter(cell.role for cell in everything)

        assert roles == {"baseline": 1, "control": 1, "loop": 4}
        assert [cell.label for cell in everything].count("control") == 1
        assert len(set(everything)) == 6


def test_each_workload_of_each_scenario_is_a_group_with_a_name_of_its_own() -> None:
    plan = Plan(("asyncio", "rloop"), ("warm", "own_run"), "asyncio", Sampling(), 1, workloads=("sleep", "turns=5"))
    scenarios = [registry.named(name) for name in plan.scenarios]
    left_out = skips(plan, [loops.named(name) for name in plan.loops], scenarios, on((3, 14)))

    found = cells.groups(plan, scenarios, left_out)

    assert [group.name for group in found] == ["warm", "warm/turns=5", "own_run", "own_run/turns=5"]
    assert all({cell.group for cell in group.cells} == {group.name} for group in found)
    assert [[skip.cell.group for skip in group.skips] for group in found] == [[], [], ["own_run"], ["own_run/turns=5"]]
    cells.check(plan, scenarios, left_out)
    with pytest.raises(ValueError, match=r"skips a cell of own_run/turns=5 that is not in its plan"):
        cells.check(replace(plan, workloads=("sleep",)), scenarios, left_out)
    with pytest.raises(ValueError, match="a workload or an interpreter twice"):
        cells.check(replace(plan, workloads=("sleep", "sleep")), scenarios, left_out)


def test_sizes_of_a_workload_share_rounds_where_they_are_measured_together_and_are_still_compared_apart() -> None:
    workloads = ("turns=1", "gather=1", "turns=50", "gather=9")
    plan = Plan(("asyncio", "rloop"), ("warm", "own_run"), "asyncio", Sampling(), 1, workloads=workloads)
    scenarios = [registry.named(name) for name in plan.scenarios]
    compared = cells.groups(
        plan, scenarios, skips(plan, [loops.named("asyncio"), loops.named("rloop")], scenarios, on((3, 14)))
    )

    found = cells.measured(replace(plan, together=True), compared)

    assert cells.measured(plan, compared) == compared
    assert [group.name for group in found] == ["warm/turns=50", "warm/gather=9", "own_run/turns=50", "own_run/gather=9"]
    assert [cell.workload for cell in found[0].cells] == ["turns=1"] * 3 + ["turns=50"] * 3
    assert [len(group.skips) for group in found] == [0, 0, 2, 2]
    assert {cell for group in found for cell in group.cells} == {cell for group in compared for cell in group.cells}


def test_a_skip_is_a_cell_with_its_reason() -> None:
    own_run = next(group for group in groups(4) if group.scenario.name == "own_run")

    assert [cell.loop for cell in own_run.cells] == ["asyncio", "asyncio", "uvloop"]
    assert dict(own_run.skips) == {
        Cell("own_run", "rloop", "loop"): "no run() of its own",
        Cell("own_run", "asyncio-poll", "loop"): "no run() of its own",
    }


def test_a_scenario_that_python_can_not_run_is_a_group_of_skips() -> None:
    asyncio_run = groups(2, (3, 11))[0]

    assert not asyncio_run.cells
    assert {reason for _, reason in asyncio_run.skips} == {"asyncio.run takes a loop_factory from Python 3.12 on"}
