"""How wide the intervals of invented runs are."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from bench.statistics import widths
from bench.statistics.comparisons import compare
from bench.store.outcomes import Kept, Run

Invent: TypeAlias = Callable[[Mapping[str, Sequence[Sequence[float] | None]]], Kept]

STEADY = [[1.0]] * 6
SPREAD = [[0.96], [0.98], [1.0], [1.0], [1.02], [1.04]]


def test_the_widest_interval_counts_be_it_the_control_s_or_a_loop_s(invent: Invent) -> None:
    control, loop = (
        widths.widest(invent({"asyncio": STEADY, "control": control, "uvloop": loop}))
        for control, loop in ((SPREAD, STEADY), (STEADY, SPREAD))
    )

    assert control == pytest.approx(0.04, rel=0.01)
    assert loop == control


def test_only_totals_count(invent: Invent) -> None:
    kept = invent({"asyncio": STEADY, "control": STEADY})
    wild = [
        replace_stages(run, 1 + index % 3 * 0.5) if run.cell.role == "control" else run
        for index, run in enumerate(kept.runs)
    ]

    assert widths.widest(replace(kept, outcomes=tuple(wild))) == 0
    assert any(row.ratio and row.ratio.half_width for row in compare(replace(kept, outcomes=tuple(wild))))


def replace_stages(run: Run, factor: float) -> Run:
    values = {
        stage: tuple(value * (1 if stage == "total" else factor) for value in values)
        for stage, values in run.values.items()
    }
    return Run(run.cell, run.round, values, run.metadata)


def test_too_few_rounds_for_an_interval_are_infinitely_wide(invent: Invent) -> None:
    assert widths.widest(invent({"asyncio": STEADY[:5], "control": STEADY[:5]})) == math.inf


def test_nothing_measured_asks_for_nothing(invent: Invent) -> None:
    assert widths.widest(invent({"asyncio": [None, None], "control": STEADY})) == 0


@pytest.mark.parametrize(("failures", "widest"), [(1, 0.04), (2, 0.0)])
def test_a_cell_that_failed_twice_is_abandoned_and_ignored(failures: int, widest: float, invent: Invent) -> None:
    kept = invent({"asyncio": [[1.0]] * 8, "control": [[1.0]] * 8, "uvloop": [*SPREAD, *[None] * failures]})

    assert widths.widest(kept) == pytest.approx(widest, rel=0.01)


def test_without_a_baseline_more_rounds_are_of_no_use(invent: Invent) -> None:
    kept = invent({"asyncio": [[1.0], [1.1], None, None], "control": [[1.0]] * 4})

    assert widths.widest(kept) == 0
