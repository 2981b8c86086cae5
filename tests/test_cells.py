"""Cells, groups, rounds and sweeps, by their properties."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan import cells
from bench.plan.cells import Cell, Group
from bench.plan.rounds import Round, estimated_seconds, schedule
from bench.plan.sampling import FAST, MINIMUM_SWEEPS, Sampling
from bench.statistics import estimates
from bench.subjects import loops, scenarios

NAMES = ("asyncio", "uvloop", "rloop", "asyncio-poll", "talyn")
SCENARIOS = tuple(map(scenarios.named, scenarios.names()))


def groups(number: int, python: tuple[int, int] = (3, 14)) -> tuple[Group, ...]:
    return cells.cross([loops.named(name) for name in NAMES[:number]], SCENARIOS, "asyncio", python)


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
        Cell("own_run", "rloop", "loop"): "rloop has no run() of its own",
        Cell("own_run", "asyncio-poll", "loop"): "asyncio-poll has no run() of its own",
    }


def test_a_scenario_that_python_can_not_run_is_a_group_of_skips() -> None:
    asyncio_run = groups(2, (3, 11))[0]

    assert not asyncio_run.cells
    assert {reason for _, reason in asyncio_run.skips} == {"asyncio.run takes a loop_factory from Python 3.12 on"}


@given(st.integers(1, 5), st.integers(1, 100), st.text(max_size=5))
def test_every_sweep_has_each_cell_once_and_positions_are_balanced(number: int, sweeps: int, seed: str) -> None:
    group = groups(number)[2]

    orders = Round(group, 0, seed).orders(sweeps)

    assert len(orders) == sweeps
    assert all(sorted(order, key=repr) == sorted(group.cells, key=repr) for order in orders)
    for cell in group.cells:
        counts = Counter(order.index(cell) for order in orders)
        assert max(counts.values()) - min(counts.get(p, 0) for p in range(len(group.cells))) <= 1


@given(st.integers(0, 2**32))
def test_orders_come_from_the_seed(seed: int) -> None:
    once, again = (list(schedule(groups(2), 3, seed, {}, {})) for _ in range(2))

    assert once == again
    assert [turn.orders(7) for turn in once] == [turn.orders(7) for turn in again]
    assert len({turn.seed for turn in once}) == len(once)


@given(st.integers(1, 8))
def test_each_round_holds_every_group_once_before_the_next_begins(rounds: int) -> None:
    turns = list(schedule(groups(2), rounds, 1, {}, {}))

    for number, batch in enumerate(itertools.batched(turns, len(SCENARIOS)) if hasattr(itertools, "batched") else []):
        assert {turn.group.scenario.name for turn in batch} == set(scenarios.names())
        assert {turn.index for turn in batch} == {number}
    assert len(turns) == rounds * len(SCENARIOS)


@given(st.dictionaries(st.sampled_from(scenarios.names()), st.integers(0, 4)), st.integers(0, 3))
def test_a_resumed_schedule_is_what_is_missing_under_numbers_that_are_free(done: dict[str, int], torn: int) -> None:
    used = {name: number + torn for name, number in done.items()}

    turns = list(schedule(groups(2), 4, 1, done, used))

    for name in scenarios.names():
        indices = [turn.index for turn in turns if turn.group.scenario.name == name]
        assert len(indices) == 4 - done.get(name, 0)
        assert all(index >= used.get(name, 0) for index in indices)
        assert len(set(indices)) == len(indices)


def test_groups_without_cells_are_never_scheduled() -> None:
    turns = schedule(groups(2, (3, 11)), 2, 1, {}, {})

    assert "asyncio_run" not in {turn.group.scenario.name for turn in turns}


@given(st.floats(1e-7, 100))
def test_iterations_fill_a_value_and_sweeps_fit_into_a_round(lifecycle_s: float) -> None:
    sampling = Sampling()

    iterations, sweeps = sampling.iterations(lifecycle_s), sampling.sweeps_for([lifecycle_s] * 3)

    assert iterations >= 1
    assert iterations == 1 or abs(iterations * lifecycle_s / sampling.value_s - 1) < 0.5
    assert MINIMUM_SWEEPS <= sweeps <= sampling.sweeps
    longest = sweeps * 3 * sampling.turn_s(lifecycle_s)
    assert longest <= sampling.round_s or sweeps == MINIMUM_SWEEPS


@pytest.mark.parametrize(("compared", "level", "rounds"), [(0, 0.95, 6), (1, 0.95, 6), (2, 0.975, 7), (8, 0.99375, 9)])
def test_more_loops_in_a_table_need_more_confidence_and_more_rounds(compared: int, level: float, rounds: int) -> None:
    assert estimates.confidence(compared) == pytest.approx(level)
    assert estimates.minimum_rounds(compared) == rounds


def test_the_estimate_grows_with_all_that_costs_time() -> None:
    little = estimated_seconds(groups(2), FAST, 0)

    assert estimated_seconds(groups(5), FAST, 0) > little
    assert estimated_seconds(groups(2), Sampling(), 0) > little
    assert estimated_seconds(groups(2), FAST, 1) > little
    assert estimated_seconds(groups(2)[:1], FAST, 0) < little
