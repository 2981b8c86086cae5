"""Stages add up to the total."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import about

from bench.statistics.shares import stage_shares
from bench.store.outcomes import Kept, Run
from bench.subjects.scenarios import STAGES

SECONDS = st.lists(st.floats(1e-9, 1), min_size=4, max_size=4)


@given(st.lists(st.lists(SECONDS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_the_shares_of_a_cell_add_up_to_1_however_its_stages_spread(rounds: list[list[list[float]]]) -> None:
    found = about(["manual"], ["asyncio"])
    runs = []
    for index, values in enumerate(rounds):
        stages = {stage: tuple(parts) for stage, parts in zip(STAGES, zip(*values, strict=True), strict=True)}
        runs.append(Run(found.cells[0], index, {"total": tuple(map(sum, values)), **stages}, {}))  # type: ignore[dict-item]  # they are stages

    shares = stage_shares(Kept(found, tuple(runs)))

    assert list(shares) == [("manual", "asyncio")]
    assert sum(shares["manual", "asyncio"].values()) == pytest.approx(1)


def test_each_round_counts_the_same_however_many_values_it_has() -> None:
    found = about(["manual"], ["asyncio"])
    few = Run(found.cells[0], 0, {"total": (4.0,), "create": (1.0,), "finish": (3.0,)}, {})
    many = Run(found.cells[0], 1, {"total": (4.0,) * 3, "create": (3.0,) * 3, "finish": (1.0,) * 3}, {})

    assert stage_shares(Kept(found, (few, many)))["manual", "asyncio"] == {"create": 0.5, "finish": 0.5}
