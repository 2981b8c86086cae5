"""Groups to rounds: which comes when, in which order its cells take their turns, and how long all takes. Pure."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bench.plan.cells import Cell, Group
from bench.plan.sampling import MOST_ROUNDS, Sampling

# Rough costs seen on a two-core shared machine; they shape the estimate and nothing else.
LIFECYCLE_S, SLOWER_LOOPS, START_S, CALIBRATION_S = 80e-6, 1.4, 0.12, 0.5


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a group: fresh processes, and for each sweep the order of the cells' turns."""

    group: Group
    index: int
    seed: str

    def __str__(self) -> str:
        """What is measured, for people."""
        return f"{self.group.scenario.name}, round {self.index + 1}"

    def orders(self, sweeps: int) -> tuple[tuple[Cell, ...], ...]:
        """For each sweep the cells in the order of their turns: shuffled cyclic Latin squares, one after another.

        So every cell has every position equally often, but for the last, incomplete square.
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
    """Rounds still to do: every group once, in an order shuffled anew, then every group again.

    `done` says how many rounds of each scenario are complete, `used` how many round numbers are taken: a round that was
    interrupted keeps its number, and what was measured in it.
    """
    for turn in range(rounds):
        order = [group for group in groups if group.cells]
        random.Random(f"{seed}/{turn}").shuffle(order)
        for group in order:
            name = group.scenario.name
            index = used.get(name, 0) + turn
            if turn < rounds - done.get(name, 0) and index < MOST_ROUNDS:  # a file may have taken the last number
                yield round_of(group, index, seed)


def round_of(group: Group, index: int, seed: int) -> Round:
    """One round of a group; its orders come from the plan's seed."""
    return Round(group, index, f"{seed}/{group.scenario.name}/{index}")


def estimated_seconds(groups: Collection[Group], sampling: Sampling, delay_s: float) -> float:
    """Wall time that a plan takes, roughly: on two cores, with loops slower than the baseline."""
    lifecycle_s = delay_s + LIFECYCLE_S
    turn_s = lifecycle_s * (sampling.iterations(lifecycle_s) + 1) * SLOWER_LOOPS
    total = 0.0
    for cells in (len(group.cells) for group in groups):
        turns = cells * sampling.sweeps_for(lifecycle_s, cells)
        round_s = cells * START_S + sampling.warmups * turn_s + turns * turn_s
        total += CALIBRATION_S + sampling.rounds * round_s
    return total
