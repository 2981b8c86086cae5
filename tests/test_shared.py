"""What two runs share, on invented runs."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from invented import about, run

from bench.plan.cells import Cell
from bench.statistics.shared import Shared, narrowed
from bench.store.outcomes import Calibration, Done, Dropped, Failure, Kept, Outcome, Resumed

Invent = Callable[..., Kept]


def measured(scenarios: Sequence[str], loops: Sequence[str]) -> Kept:
    """Two rounds of each cell of these, and one outcome of each other kind."""
    found = about(scenarios, loops, rounds=2)
    outcomes: list[Outcome] = [run(cell, index, [1e-4]) for index in range(2) for cell in found.cells]
    outcomes += [Failure(found.cells[-1], 1, "died of SIGSEGV"), Resumed(("cpu",))]
    for scenario in scenarios:
        outcomes += [Calibration(scenario, 1e-4, 30, 4), Done(scenario, 0), Dropped(scenario, 1, "suspended")]
    return Kept(found, tuple(outcomes))


def test_a_run_is_narrowed_to_what_a_smaller_one_would_have_been() -> None:
    large, small = (
        measured(["manual", "own_run"], ["asyncio", "uvloop", "rloop"]),
        measured(["manual"], ["asyncio", "uvloop"]),
    )

    shared = Shared.of(large, small)
    narrow = narrowed(large, shared)

    assert shared == Shared(frozenset({"asyncio", "uvloop"}), frozenset({"manual"}), frozenset({"sleep"}))
    assert (narrow.about.plan.loops, narrow.about.plan.scenarios) == (("asyncio", "uvloop"), ("manual",))
    assert narrow.about.cells == small.about.cells
    assert narrow.about.skips == ()
    assert list(narrow.outcomes) == [outcome for outcome in small.outcomes if not isinstance(outcome, Failure)]


def test_what_shares_all_stays_the_same() -> None:
    kept = measured(["manual", "own_run"], ["asyncio", "rloop"])

    assert narrowed(kept, Shared.of(kept, kept)) == kept


def test_a_scenario_with_other_stages_is_another() -> None:
    kept = measured(["manual", "warm"], ["asyncio", "uvloop"])
    first, second = kept.about.scenarios
    other = replace(kept, about=replace(kept.about, scenarios=(replace(first, given="open_loop"), second)))

    assert Shared.of(kept, other).scenarios == {"warm"}


@pytest.mark.parametrize(("old", "new", "comparable"), [
    (["asyncio", "uvloop"], ["asyncio", "uvloop", "rloop"], True), (["asyncio"], ["asyncio"], True),
    (["asyncio", "uvloop"], ["asyncio", "rloop"], False), (["asyncio"], ["asyncio", "rloop"], False),
])  # fmt: skip
def test_a_loop_beside_the_baseline_must_be_shared(old: list[str], new: list[str], *, comparable: bool) -> None:
    both = measured(["manual"], old), measured(["manual"], new)

    assert Shared.of(*both).comparable(*both) == comparable


def test_workloads_are_shared_by_their_names_and_sizes() -> None:
    kept = measured(["manual"], ["asyncio"])
    plan = kept.about.plan
    both, other = (
        Kept(found, tuple(outcome for cell in found.cells for outcome in (run(cell, 0, [1e-4]), _done(cell))))
        for found in (
            replace(kept.about, plan=replace(plan, workloads=workloads))
            for workloads in (("sleep", "turns=5"), ("turns=5", "turns=6"))
        )
    )

    narrow = narrowed(both, Shared.of(both, other))

    assert Shared.of(both, other).workloads == {"turns=5"}
    assert narrow == narrowed(other, Shared.of(both, other))
    assert {run.cell.group for run in narrow.runs} == {*narrow.rounds_done} == {"manual/turns=5"}
    assert not Shared.of(kept, other).comparable(kept, other)


def _done(cell: Cell) -> Done:
    return Done(cell.scenario, 0, workload=cell.workload)


def test_a_scenario_must_be_shared() -> None:
    both = measured(["manual"], ["asyncio"]), measured(["warm"], ["asyncio"])

    assert not Shared.of(*both).comparable(*both)
