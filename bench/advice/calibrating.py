"""Measures roughly what loops spend on a start and on an operation: one short round of each scenario."""

from bench.measurement import campaign
from bench.measurement.meter import Meter
from bench.plan.rounds import round_of
from bench.store.outcomes import About, Kept, Outcome


def measured(about: About) -> Kept:
    """The outcomes of one round of each group; nothing of them is kept on disk."""
    outcomes: list[Outcome] = []
    rounds = [round_of(group, 0, about.plan.seed) for group in about.measured if group.cells]
    campaign.measure(rounds, Meter(about.plan), outcomes.append)
    return Kept(about, tuple(outcomes))
