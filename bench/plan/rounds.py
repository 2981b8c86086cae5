"""Groups to rounds: their order, the order of turns inside each, and how long they take. Pure."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bench.plan.cells import Cell, Group
from bench.plan.sampling import MOST_ROUNDS, Sampling
from bench.subjects import workloads

# Rough costs seen on a two-core shared machine, used for the estimate of time only.
LIFECYCLE_S, START_S = 80e-6, 0.1


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a group: fresh processes, and the order of turns in each sweep."""

    group: Group
    index: int
    seed: str

    def __str__(self) -> str:
        """The round's name, for people."""
        return f"{self.group.name}, round {self.index + 1}"

    def orders(self, sweeps: int) -> tuple[tuple[Cell, ...], ...]:
        """For each sweep, the cells in the order of their turns: one shuffled cyclic Latin square after another.

        Every cell takes every position equally often, except in the last, incomplete square.
        """
        cells, rng = self.group.cells, random.Random(self.seed)
        orders: list[tuple[Cell, ...]] = []
        while len(orders) < sweeps:
            first = rng.sample(cells, len(cells))
            square = [tuple(first[shift:] + first[:shift]) for shift in range(len(cells))]
            orders += rng.sample(square, len(square))
        return tuple(orders[:sweeps])


def schedule(
    groups: Collection[Group], rounds: int, seed: int, done: Mapping[str, int], used: Mapping[str, int]
) -> Iterator[Round]:
    """The rounds still to measure: every group once in a random order, then every group again in another.

    `done` counts the complete rounds of each group, `used` the round numbers taken: an interrupted round keeps its
    number and what was measured in it.
    """
    for cycle in range(rounds):
        order = [group for group in groups if group.cells]
        random.Random(f"{seed}/{cycle}").shuffle(order)
        for group in order:
            name = group.name
            index = used.get(name, 0) + cycle
            if cycle < rounds - done.get(name, 0) and index < MOST_ROUNDS:  # a file may have taken the last number
                yield round_of(group, index, seed)


def round_of(group: Group, index: int, seed: int) -> Round:
    """One round of a group, its orders derived from the plan's seed."""
    return Round(group, index, f"{seed}/{group.name}/{index}")


class Slowness(NamedTuple):
    """How many times as long as on an idle machine it takes to start a worker, and to take a turn."""

    start: float = 1.0
    turn: float = 1.0


IDLE = Slowness()


def estimated_seconds(
    groups: Collection[Group], sampling: Sampling, delay_s: float, slowness: Slowness = IDLE
) -> float:
    """Rough wall time of a plan, on two cores and with loops slower than the baseline. A sleep takes no longer."""
    total = 0.0
    for group in groups:
        works_s = [group.scenario.lifecycles * (LIFECYCLE_S + _work_s(cell.workload)) for cell in group.cells]
        planned = [delay_s + each_s for each_s in works_s]
        busy = (sum(planned) + sum(works_s) * (slowness.turn - 1)) / sum(planned) if planned else 0.0
        calibration_s = sampling.calibration_s(planned, delay_s)
        sweeps_s = sampling.sweeps_for(planned, delay_s) * sampling.sweep_s(planned, delay_s)
        total += sampling.rounds * (START_S * len(planned) * slowness.start + busy * (calibration_s + sweeps_s))
    return total


def _work_s(workload: str) -> float:
    return workloads.named(workload).seconds
