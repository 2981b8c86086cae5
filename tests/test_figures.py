"""What servers and clients said, as estimates; invented runs."""

import msgspec
import pytest
from invented import about, run

from bench.statistics.figures import figures, together
from bench.store.outcomes import Kept, Run


def said(run: Run, **figures: float | str) -> Run:
    """The same run, whose worker said this of its server."""
    named = {f"figure_{name}": number for name, number in figures.items()}
    return msgspec.structs.replace(run, metadata={**run.metadata, **named})


def kept(rates: list[float | str]) -> Kept:
    """A run of one cell, with a rate in each round."""
    found = about(["manual"], ["asyncio"], len(rates))
    runs = (said(run(found.cells[0], index, [1e-4]), rate=rate) for index, rate in enumerate(rates))
    return Kept(found, tuple(runs))


def test_a_figure_is_the_median_of_its_rounds_with_their_interval() -> None:
    measured = kept([1.0, 2.0, 3.0, 4.0, 5.0, 60.0])

    (found,) = figures(measured, "manual").values()

    assert (found["rate"].value, found["rate"].low, found["rate"].high) == (3.5, 1, 60)
    assert figures(measured, "runner") == {}


@pytest.mark.parametrize("nonsense", ["fast", 0.0, -1.0, 1e300])
def test_what_can_not_be_a_figure_is_left_out(nonsense: float | str) -> None:
    measured = kept([nonsense, 2.0, 2.0])

    (found,) = figures(measured, "manual").values()

    assert found["rate"].value == 2
    assert [list(run.figures) for run in measured.runs] == [[], ["rate"], ["rate"]]


def test_what_is_no_matter_of_the_loop_is_taken_from_all_cells_of_a_round() -> None:
    found = about(["manual"], ["asyncio"], 6)
    one, other = found.cells
    runs = [said(run(one, index, [1e-4]), floor=1.0) for index in range(6)]
    runs += [said(run(other, index, [1e-4]), floor=3.0) for index in range(6)]

    estimate = together(Kept(found, (*runs, run(one, 6, [1e-4]))), "manual", "floor")

    assert estimate
    assert (estimate.value, estimate.low, estimate.high) == (2, 2, 2)
    assert together(Kept(found, tuple(runs)), "manual", "server") is None
