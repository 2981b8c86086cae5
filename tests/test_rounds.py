"""Rounds: their order, the orders of turns inside them, and how long all takes, by their properties."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from invented import SCENARIOS, groups

from bench.plan.cells import Group
from bench.plan.rounds import Round, estimated_seconds, schedule
from bench.plan.sampling import FAST, Sampling
from bench.subjects import scenarios


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

    assert len(turns) == rounds * len(SCENARIOS)
    for number in range(rounds):
        batch = turns[number * len(SCENARIOS) : (number + 1) * len(SCENARIOS)]
        assert {turn.group.scenario.name for turn in batch} == set(scenarios.names_by_default())
        assert {turn.index for turn in batch} == {number}


@given(st.dictionaries(st.sampled_from(scenarios.names_by_default()), st.integers(0, 4)), st.integers(0, 3))
def test_a_resumed_schedule_is_what_is_missing_under_numbers_that_are_free(done: dict[str, int], torn: int) -> None:
    used = {name: number + torn for name, number in done.items()}

    turns = list(schedule(groups(2), 4, 1, done, used))

    for name in scenarios.names_by_default():
        indices = [turn.index for turn in turns if turn.group.scenario.name == name]
        assert len(indices) == 4 - done.get(name, 0)
        assert all(index >= used.get(name, 0) for index in indices)
        assert len(set(indices)) == len(indices)


def test_groups_without_cells_are_never_scheduled() -> None:
    turns = schedule(groups(2, (3, 11)), 2, 1, {}, {})

    assert "asyncio_run" not in {turn.group.scenario.name for turn in turns}


def _gathering(group: Group) -> Group:
    return replace(group, cells=tuple(replace(cell, workload="gather=100000") for cell in group.cells))


def test_the_estimate_grows_with_all_that_costs_time() -> None:
    little = estimated_seconds(groups(2), FAST, 0)

    assert estimated_seconds(groups(5), FAST, 0) > little
    assert estimated_seconds(groups(2), Sampling(), 0) > little
    assert estimated_seconds([_gathering(group) for group in groups(2)], FAST, 0) > little
    assert estimated_seconds(groups(2), FAST, 1) > little
    assert estimated_seconds(groups(2)[:1], FAST, 0) < little
