"""Invented runs with few and with many operations, and invented cold starts, whose truth is known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from invented import about, run

from bench.plan.cells import Cell
from bench.resources.readings import ColdCell, ColdStart
from bench.statistics.operations import size_of
from bench.store.outcomes import About, Done, Kept, Outcome

US = 1e-6
SCENARIOS = ("runner", "fixture", "bridge")
TRUTH = {"asyncio": (100 * US, 10 * US), "uvloop": (300 * US, 5 * US)}  # of a start, and of an operation
COLD_MS = {"asyncio": 60, "uvloop": 62}


def planned(
    loops: Sequence[str],
    scenarios: Sequence[str] = SCENARIOS,
    workloads: Sequence[str] = ("turns=1", "turns=100"),
    rounds: int = 9,
) -> About:
    """What a run is that measures few operations and many together."""
    found = about(scenarios, loops, rounds)
    return replace(found, plan=replace(found.plan, workloads=tuple(workloads), together=True))


def measured(
    truth: Mapping[str, tuple[float, float]] = TRUTH, noise: float = 0.001, rounds: int = 9, **chosen: Sequence[str]
) -> Kept:
    """A run in which the lifecycles of each loop take what is true of it, give or take some noise."""
    planned_ = planned([*truth], rounds=rounds, **chosen)
    outcomes: list[Outcome] = []
    for group in planned_.measured:
        for index in range(rounds):
            outcomes += [run(cell, index, values(cell, index, truth[cell.loop], noise)) for cell in group.cells]
            outcomes.append(Done(group.scenario.name, index, 1.0, group.workload))
    return Kept(planned_, tuple(outcomes))


def values(cell: Cell, index: int, truth: tuple[float, float], noise: float) -> list[float]:
    """Seconds of the lifecycles of one cell in one round."""
    start, each = truth
    drawn = np.random.default_rng([index, *map(ord, cell.group + cell.label)]).normal(1, noise, 4)
    return [float((start + size_of(cell.workload) * each) * one) for one in drawn]


def cold(ms: Mapping[str, float] = COLD_MS, sweeps: int = 9) -> tuple[ColdCell, ...]:
    """The cold starts of loops, the first of which is the baseline; each process takes so many milliseconds."""
    first = next(iter(ms), "")
    roles = {**dict.fromkeys(ms, "loop"), "control": "control", first: "baseline"}
    times = {**ms, "control": ms.get(first, 0.0)}
    cells = [ColdCell("bare interpreter", "bare", (ColdStart(10**7),) * sweeps)]
    for label, role in roles.items():
        starts = tuple(_start(times[label], index + len(label)) for index in range(sweeps))
        cells.append(ColdCell(label, role, starts))  # type: ignore[arg-type]  # a role
    return tuple(cells)


def _start(ms: float, number: int) -> ColdStart:
    ended = int(ms * 10**6) + number % 5
    return ColdStart(ended, ended // 6, ended // 2, ended // 2, ended - 10)
