"""How busy a machine was, and what follows for a ratio, on invented runs."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import loaded

from bench.statistics.loads import Load, allowance, load_of
from bench.store.folder import RunFolder
from bench.store.outcomes import Kept, Surroundings

Invent = Callable[..., Kept]
RESULTS = Path(__file__).parents[1] / "results"
LOADS = st.builds(Load, st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 1000), st.booleans())


def on(invent: Invent, cpus: str, **metadata: str | float) -> Kept:
    """A run of three cells on this number of processors, whose workers saw this."""
    kept = loaded(invent({name: [[1e-4]] * 6 for name in ("asyncio", "control", "uvloop")}), **metadata)
    return replace(kept, about=replace(kept.about, facts={**kept.about.facts, "cpus": cpus}))


@pytest.mark.parametrize(("average", "runnable", "others"), [
    (1.1, 5, 0), (1.9, 4, 0), (3.5, 4, 2), (1.5, 7, 2), (3.5, 9, 4), ("9", "9", 0), (float("inf"), 5, 0),
])  # fmt: skip
def test_what_the_harness_does_itself_is_not_load(
    invent: Invent, average: float | str, runnable: float | str, others: float
) -> None:
    load = load_of(on(invent, "2", load_avg_1min=average, runnable_threads=runnable))

    assert load.others == pytest.approx(others)
    assert load.stretch() == load.stretch("work") == pytest.approx(1 + others / 2)


@pytest.mark.parametrize("day", [23, 24, 26])
def test_published_runs_of_idle_machines_have_no_load(day: int) -> None:
    assert load_of(RunFolder(RESULTS / f"2026-11-{day}-cpython3.14").load()).others == 0


@pytest.mark.parametrize(("shares", "others"), [
    ([0.01] * 6, 0), ([0.01] * 4 + [0.5] * 2, 0), ([0.01] * 2 + [0.5] * 4, 4), ([None] * 6, 4), ([], 4),
])  # fmt: skip
def test_what_others_used_in_its_rounds_says_whether_a_run_had_load(
    invent: Invent, shares: list[float | None], others: float
) -> None:
    kept = on(invent, "2", load_avg_1min=3.5, runnable_threads=9)
    looks = (Surroundings("manual", index, share, 0.0) for index, share in enumerate(shares))

    assert load_of(replace(kept, outcomes=(*kept.outcomes, *looks))).others == others


def test_what_the_host_takes_is_load(invent: Invent) -> None:
    kept = on(invent, "2", load_avg_1min=3.5, runnable_threads=9)
    looks = (Surroundings("manual", index, 0.01, 0.2) for index in range(6))

    assert load_of(replace(kept, outcomes=(*kept.outcomes, *looks))).others == 4


def test_more_workers_are_more_load_of_its_own(invent: Invent) -> None:
    many = loaded(invent({name: [[1e-4]] * 6 for name in ("asyncio", "uvloop", "rloop", "talyn")}), load_avg_1min=2.3)

    assert load_of(many).others == 0


@pytest.mark.parametrize(("cpus", "known"), [("2", 2), ("16", 16), ("0", 1), ("many", 1), ("", 1), ("9" * 5000, 1)])
def test_a_number_of_processors_that_is_not_known_counts_as_one(invent: Invent, cpus: str, known: int) -> None:
    assert load_of(on(invent, cpus)).cpus == known


def test_a_worker_with_a_processor_of_its_own_and_the_highest_priority_is_hardly_disturbed(invent: Invent) -> None:
    where: dict[str, str | float] = {"load_avg_1min": 6.0, "runnable_threads": 9, "cpu_affinity": "1", "nice": -20}
    busy, idle = on(invent, "2", **where), on(invent, "2", **(where | {"load_avg_1min": 1.0, "runnable_threads": 4}))
    unplaced = on(invent, "2", **{name: value for name, value in where.items() if name != "cpu_affinity"})

    assert [load_of(kept).stretch() for kept in (busy, idle)] == [1.08, 1]
    assert [load_of(kept).stretch("finish") for kept in (busy, idle)] == [1.2, 1]
    assert load_of(unplaced).stretch() > 2


def test_without_metadata_there_is_no_load(invent: Invent) -> None:
    load = load_of(on(invent, "2"))

    assert (load.average, load.others, allowance(load, load)) == (0, 0, 0)


def test_a_run_without_cells_has_no_load(invent: Invent) -> None:
    kept = on(invent, "2")
    nothing = Kept(replace(kept.about, scenarios=(), plan=replace(kept.about.plan, scenarios=())), ())

    assert load_of(nothing).others == 0


@given(LOADS, LOADS)
def test_the_busier_run_decides_whichever_came_first(old: Load, new: Load) -> None:
    assert allowance(old, new) == allowance(new, old) == math.log(max(old.stretch(), new.stretch())) >= 0


@given(LOADS)
def test_more_processors_allow_less(load: Load) -> None:
    assert replace(load, cpus=load.cpus + 1).stretch() <= load.stretch()
