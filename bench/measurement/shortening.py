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
    """The same rounds; before each of them, sweeps are cut until all planned rounds fit into the time that is left."""
    used: dict[str, int] = {}
    for round_ in rounds:
        most = meter.plan.sampling.sweeps
        sweeps = _that_fit(rounds, used, most)
        if sweeps < most:
            meter.plan = replace(meter.plan, sampling=replace(meter.plan.sampling, sweeps=sweeps))
        yield round_
        used[round_.group.name] = sweeps


def _that_fit(rounds: Rounds, used: Mapping[str, int], most: int) -> int:
    """As many sweeps as fit into each of the planned rounds that are left, at most `most`; not fewer than a few."""
    left = rounds.planned_left
    last = {name: rounds.last_s(name) for name in used}
    known = [name for name in left if last.get(name)]
    if not known:
        return most
    unknown = sum(number for name, number in left.items() if name not in known) / sum(left[name] for name in known)
    least = min(MINIMUM_SWEEPS, most)

    def needed_s(sweeps: int) -> float:
        each = (left[name] * last[name] * _part(sweeps, used[name]) for name in known)
        return sum(each) * (1 + unknown)

    fitting = (sweeps for sweeps in range(most, least, -1) if needed_s(sweeps) <= MARGIN * rounds.seconds_left)
    return next(fitting, least)


def _part(sweeps: int, used: int) -> float:
    """How long a round with this many sweeps takes, as a part of one with those that were used."""
    return STARTING + (1 - STARTING) * min(1.0, sweeps / used)
