"""Cuts a plan so that it fits into its time: first sweeps, then rounds. Pure."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bench.plan.cells import Group
from bench.plan.rounds import IDLE, Slowness, estimated_seconds
from bench.plan.sampling import Sampling

WORTH_A_ROUND = 3  # a round with less than a third of the planned sweeps is mostly waiting for its processes
SPARE = 1.1  # of a time limit that is suggested: a plan that just fits may not fit tomorrow


def fitted(
    groups: Collection[Group], sampling: Sampling, delay_s: float, least_rounds: int, slowness: Slowness = IDLE
) -> Sampling | None:
    """The sampling with as many sweeps and rounds as fit into its time limit; None if fewer than `least_rounds` do.

    Rounds also get an equal share of the time, so that sweeps are cut again where lifecycles turn out to be longer.
    """
    limit = sampling.max_time_s
    if limit is None:
        return sampling
    for cut in _cuts(sampling, least_rounds):
        if estimated_seconds(groups, cut, delay_s, slowness) <= limit:
            return replace(cut, round_s=min(cut.round_s, max(limit / cut.rounds / max(1, len(groups)), 1e-3)))
    return None


def fitting_groups(
    groups: Sequence[Group], sampling: Sampling, delay_s: float, least_rounds: int, slowness: Slowness = IDLE
) -> int:
    """How many of the groups, from the first on, fit into the time limit."""
    numbers = range(len(groups), 0, -1)
    return next((n for n in numbers if fitted(groups[:n], sampling, delay_s, least_rounds, slowness)), 0)


def sufficient_seconds(
    groups: Collection[Group], sampling: Sampling, delay_s: float, least_rounds: int, slowness: Slowness = IDLE
) -> float:
    """Seconds into which all groups fit."""
    *_, least = _cuts(sampling, least_rounds)
    return SPARE * estimated_seconds(groups, least, delay_s, slowness)


def _cuts(sampling: Sampling, least_rounds: int) -> Iterator[Sampling]:
    """The sampling, then less and less of it. The last has one sweep, with one value before it to warm up.

    Most of the sweeps go first, then rounds: a round costs as much to begin, however short it is. Then the rest.
    """
    few, least = math.ceil(sampling.sweeps / WORTH_A_ROUND), min(sampling.rounds, least_rounds)
    for sweeps in range(sampling.sweeps, few, -1):
        yield replace(sampling, sweeps=sweeps)
    for rounds in range(sampling.rounds, least, -1):
        yield replace(sampling, sweeps=few, rounds=rounds)
    for sweeps in range(few, 0, -1):
        yield replace(sampling, sweeps=sweeps, rounds=least)
    yield replace(sampling, sweeps=1, warmups=1, rounds=least)
