"""Where workers ran, in words, from invented runs."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest
from invented import about, run

from bench.store.outcomes import Kept
from bench.store.placed import placed

Metadata = Mapping[str, str | int]
RAISED = {"nice": -20}
THREADS = "(a loop there has threads of its own)"


def kept(rounds: Mapping[tuple[str, int], Metadata], affinity: str | None = "auto", method: int = 2) -> Kept:
    """A run whose workers recorded these metadata in the rounds of each scenario."""
    found = about(["manual", "warm"], ["asyncio"])
    found = replace(found, plan=replace(found.plan, affinity=affinity), method=method)
    runs = [
        msgspec.structs.replace(run(cell, index, [1.0]), metadata=metadata)
        for (scenario, index), metadata in rounds.items()
        for cell in found.cells
        if cell.scenario == scenario
    ]
    return Kept(found, tuple(runs))


@pytest.mark.parametrize(("rounds", "affinity", "sentence"), [
    ({("manual", 0): {"cpu_affinity": "0", **RAISED}, ("warm", 0): {"cpu_affinity": "1", **RAISED}}, "auto",
     "All workers of a round shared one processor (0 or 1), with raised priority."),
    ({("manual", index): {"cpu_affinity": str(index), **RAISED} for index in range(6)}, "auto",
     "All workers of a round shared one of 6 processors, with raised priority."),
    ({("manual", 0): {"cpu_affinity": "1", **RAISED}, ("warm", 0): {"cpu_affinity": "0-1", **RAISED}}, "auto",
     f"All workers of a round shared one processor (1), several in warm {THREADS}, with raised priority."),
    ({("manual", 0): {"cpu_affinity": "1", **RAISED}, ("warm", 0): RAISED}, "auto",
     f"All workers of a round shared one processor (1), several in warm {THREADS}, with raised priority."),
    ({("manual", 0): {"cpu_affinity": "2-3"}}, "2-3",
     "All workers of a round shared processors 2-3, without a raised priority, which is not permitted here."),
    ({("manual", 0): {"nice": 0}}, None,
     "Workers ran on any processor, without a raised priority, which is not permitted here."),
    ({("manual", 0): RAISED}, "auto", "Workers ran on any processor, with raised priority."),
])  # fmt: skip
def test_where_workers_ran_is_a_sentence(
    rounds: Mapping[tuple[str, int], Metadata], affinity: str | None, sentence: str
) -> None:
    assert str(placed(kept(rounds, affinity))) == sentence


def test_rounds_are_counted_by_their_processors() -> None:
    found = placed(
        kept(
            {
                ("manual", 0): {"cpu_affinity": "0"},
                ("manual", 1): {"cpu_affinity": "1"},
                ("warm", 0): {"cpu_affinity": "1"},
            }
        )
    )

    assert found
    assert found.rounds == {"0": 1, "1": 2}
    assert not found.raised


@pytest.mark.parametrize(("metadata", "shielded"), [
    ({"cpu_affinity": "0", **RAISED}, True), ({"cpu_affinity": "0"}, False), (RAISED, False),
])  # fmt: skip
def test_only_a_placed_worker_with_a_raised_priority_is_shielded(metadata: Metadata, shielded: bool) -> None:  # noqa: FBT001  (a parameter of the test)
    found = placed(kept({("manual", 0): metadata}))

    assert found
    assert found.shielded == shielded


def test_method_1_placed_no_worker() -> None:
    assert placed(kept({("manual", 0): RAISED}, method=1)) is None
    assert placed(kept({})) is None
