"""Cells and the groups in which they are compared."""

from collections import Counter

from invented import groups

from bench.plan.cells import Cell


def test_every_group_has_each_loop_once_and_the_baseline_twice() -> None:
    for group in groups(5):
        everything = [*group.cells, *(cell for cell, _ in group.skips)]
        roles = Counter(cell.role for cell in everything)

        assert roles == {"baseline": 1, "control": 1, "loop": 4}
        assert [cell.label for cell in everything].count("control") == 1
        assert len(set(everything)) == 6


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
