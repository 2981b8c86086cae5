"""Makes rounds shorter while a run is short of time: fewer sweeps, so that every planned round still fits.

Only time decides, never a value. The meter's plan is replaced; that of the run stays.
"""

from collections.abc import Generator, Mapping
from dataclasses import replace

from bench.measurement.meter import Meter
from bench.measurement.precision import Rounds
from bench.plan.rounds import Round
from bench.plan.sampling import MINIMUM_SWEEPS

STARTING = 0.5  # part of a round that does not depend on its sweeps, roughly: processes start, and are calibrated
MARGIN = 0.9  # of the time left: the next rounds may take longer than the last


def shortened(rounds: Rounds, meter: Meter) -> Generator[Round]:
    """The same rounds, each with as many of the planned sweeps as let all planned rounds fit into the time left.

    One slow round says little of the others: nothing is cut before each scenario has had a round, and what was cut is
    there again once there is time for it.
    """
    planned = meter.plan.sampling
    used: dict[str, int] = {}
    for round_ in rounds:
        sweeps = _that_fit(rounds, used, planned.sweeps)
        meter.plan = replace(meter.plan, sampling=replace(planned, sweeps=sweeps))
        yield round_
        used[round_.group.name] = sweeps


def _that_fit(rounds: Rounds, used: Mapping[str, int], planned: int) -> int:
    """As many sweeps as fit into each of the planned rounds that are left, at most `planned`; not fewer than a few."""
    left = rounds.planned_left
    if not {*left} <= {*used}:
        return planned
    whole_s = sum(number * rounds.last_s(name) / _part(used[name], planned) for name, number in left.items())
    least = min(MINIMUM_SWEEPS, planned)
    fitting = (
        sweeps
        for sweeps in range(planned, least, -1)
        if whole_s * _part(sweeps, planned) <= MARGIN * rounds.seconds_left
    )
    return next(fitting, least)


def _part(sweeps: int, planned: int) -> float:
    """How long a round with this many sweeps takes, as a part of one with the planned ones."""
    return STARTING + (1 - STARTING) * sweeps / planned
