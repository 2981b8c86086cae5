"""Which loops leak, by invented readings: what grows early and late, and in every process."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_readings import readings

from bench.resources.leaks import LATER, cleared, leaks, per_lifecycle, suspects, to_confirm, undecided
from bench.resources.readings import MOST_READINGS, LoopCosts, Readings

ALL = ("descriptors", "resident", "traced")
WITH_THREADS = ("descriptors", "threads", "resident", "traced")


def lives(numbers: Sequence[int], later: Sequence[int] = (), ending: str | None = None) -> LoopCosts:
    """A loop whose fields have these numbers every 20 lifecycles, and `later` every 100; in two processes each.

    It has no threads.
    """
    first = (threaded(readings(numbers, ending=ending)),) * 2
    further = (threaded(readings(later, step=100)),) * 2 if later else ()
    return LoopCosts("zloop", "1.0", lived=first, traced_lived=first, later=further, traced_later=further)


def threaded(delivery: Readings, each: float = 0) -> Readings:
    """The same readings, where each lifecycle left so many threads."""
    rows = (replace(reading, threads=int(each * reading.loops)) for reading in delivery.readings)
    return replace(delivery, readings=tuple(rows))


def rising(each: int, count: int = 21) -> list[int]:
    """Numbers that grow by this much at each reading."""
    return [each * index for index in range(count)]


def test_growth_during_the_warm_up_is_not_a_leak() -> None:
    flat = lives([*range(0, 10_000, 1000), *[10_000] * 11])

    assert per_lifecycle(flat, "resident") == 0
    assert (suspects(flat), leaks(flat), undecided(flat)) == ((), (), False)


@given(st.integers(513 * 20, 10**7))
def test_what_grows_with_every_lifecycle_in_every_process_early_and_late_leaks(each: int) -> None:
    costs = lives(rising(each), rising(5 * each, 31))

    assert (suspects(costs), leaks(costs), undecided(costs)) == (ALL, ALL, False)
    assert per_lifecycle(costs, "resident") == per_lifecycle(costs, "objects") == each / 20


@given(st.integers(513 * 20, 10**7), st.integers(1, 20))
def test_a_cache_that_is_full_after_some_lifecycles_is_not_a_leak(each: int, hundreds: int) -> None:
    costs = lives(rising(each), [5 * each * min(index, hundreds) for index in range(31)])

    assert (suspects(costs), leaks(costs), undecided(costs)) == (ALL, (), False)
    assert per_lifecycle(costs, "resident") == 0


def test_what_may_leak_is_undecided_without_a_complete_second_look() -> None:
    costs = lives(rising(20_000))
    short = replace(costs, later=(readings([5, 5, 5], step=100, ending="MemoryError"),))

    assert to_confirm(costs) == ALL
    assert (leaks(costs), undecided(costs)) == ((), True)
    assert (leaks(short), undecided(short)) == ((), True)


def test_one_process_that_does_not_grow_later_is_enough_to_clear_the_loop() -> None:
    still, growing = readings([5] * 31, step=100), readings(rising(10**5, 31), step=100)
    costs = replace(lives(rising(20_000)), later=(growing, still), traced_later=(still,))

    assert cleared("resident", still)
    assert not cleared("resident", growing)
    assert (leaks(costs), undecided(costs)) == ((), False)


def test_a_loop_that_runs_out_of_descriptors_in_the_second_look_leaks_them_but_memory_is_not_judged() -> None:
    short = readings(rising(10**6, 8), step=100, ending="Too many open files")
    costs = replace(lives(rising(20_000)), later=(short, short))

    assert leaks(costs) == ("descriptors",)


def test_threads_that_plainly_leak_and_the_memory_of_them_need_no_second_look() -> None:
    costs = lives(rising(20_000))
    plain, one_without = ((threaded(costs.lived[0], 1), threaded(costs.lived[0], each)) for each in (0.5, 0))

    assert leaks(replace(costs, lived=plain)) == WITH_THREADS
    assert to_confirm(replace(costs, lived=plain)) == ()
    assert to_confirm(replace(costs, lived=one_without)) == ALL


def test_a_few_threads_are_a_leak_only_if_they_get_more_in_the_second_look() -> None:
    costs = lives([5] * 21, [5] * 31)
    pool = replace(costs, lived=(threaded(costs.lived[0], 0.3),) * 2)
    leak = replace(pool, later=(threaded(costs.later[0], 0.3),) * 2)

    assert (suspects(pool), leaks(pool), undecided(pool)) == (("threads",), (), False)
    assert leaks(leak) == ("threads",)


@given(st.integers(0, 10**7), st.integers(11, 19))
def test_one_jump_is_not_a_leak(jump: int, where: int) -> None:
    assert suspects(lives([jump * (index >= where) for index in range(21)])) == ()


@pytest.mark.parametrize("kind", ["lived", "traced_lived", "later", "traced_later"])
def test_what_does_not_grow_in_one_of_the_processes_is_not_a_leak(kind: str) -> None:
    costs = lives(rising(10**5), rising(10**5, 31))
    flat = readings([0] * 31, step=100 if kind.endswith("later") else 20)
    fields = {"traced"} if kind.startswith("traced") else set(ALL) - {"traced"}

    costs = replace(costs, **{kind: (*getattr(costs, kind), flat)})  # type: ignore[arg-type]  # readings

    assert set(leaks(costs)) == set(ALL) - fields


def test_a_loop_that_ran_out_of_descriptors_before_the_warm_up_ended_leaks_them_but_not_memory() -> None:
    costs = lives([10**6, 2 * 10**6], ending="OSError: Too many open files")

    assert leaks(costs) == ("descriptors",)
    assert to_confirm(costs) == ()
    assert not undecided(costs)


@pytest.mark.parametrize("costs", [
    lives([5] * 3, ending="died"),
    LoopCosts("zloop", "1.0"),
    replace(lives([5] * 21), traced_lived=()),
])  # fmt: skip
def test_lifecycles_that_are_missing_or_ended_early_leave_it_undecided(costs: LoopCosts) -> None:
    assert leaks(costs) == ()
    assert undecided(costs)


def test_the_second_look_is_accepted_from_a_gauge() -> None:
    assert len(readings([0] * (LATER.lifecycles // LATER.step + 1)).readings) <= MOST_READINGS
