"""One comparison in memory: the rounds of a plan, measured like any other, beside busy processes or none."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from bench.measurement import campaign
from bench.measurement.campaign import Measurer
from bench.measurement.precision import Rounds
from bench.measurement.processes import Process
from bench.plan import cells, sampling
from bench.plan.cells import Plan
from bench.statistics import comparisons, estimates, widths
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import TOTAL, About, Kept, Outcome
from bench.subjects import loops, scenarios
from bench.subjects.interpreters import here

STARTING_S = 60.0  # that a busy machine may take to start a process


class Compared(NamedTuple):
    """The totals of one comparison: the baseline's row, its control's, then the loops'; wall time in seconds.

    `tables` are the same rows, judged with the threshold of the tables.
    """

    rows: Sequence[Comparison]
    tables: Sequence[Comparison]
    seconds: float


def plan(names: Sequence[str], scenario: str, seconds: float, seed: int, affinity: str | None) -> Plan:
    """The plan of one comparison: at least the rounds that an interval needs, then more until the time is up."""
    rounds = estimates.minimum_rounds(max(1, len(names) - 1))
    round_s = min(sampling.DEFAULT.round_s, seconds / rounds)
    amount = replace(sampling.DEFAULT, rounds=rounds, precision=0.0, max_time_s=seconds, round_s=round_s)
    return Plan(tuple(names), (scenario,), names[0], amount, seed, affinity=affinity)


def compared(asked: Plan, measurer: Callable[[Plan], Measurer]) -> Compared:
    """Measure all rounds, keep them in memory, and compare."""
    declared = [scenarios.named(name) for name in asked.scenarios]
    left_out = cells.skips(asked, [loops.named(name) for name in asked.loops], declared, {"": here()})
    about = About(asked, tuple(declared), left_out, {}, "")
    rounds, outcomes = Rounds(about, widths.widest), list[Outcome]()
    began = time.monotonic()
    campaign.measure(rounds, measurer(asked), outcomes.append, rounds.tell)
    took = time.monotonic() - began
    kept = Kept(about, tuple(outcomes))
    exact, tables = (
        [row for row in comparisons.compare(kept, threshold) if row.stage == TOTAL]
        for threshold in (0.0, estimates.THRESHOLD)
    )
    return Compared(exact, tables, took)


@contextmanager
def beside(number: int) -> Iterator[None]:
    """Keep this many busy processes running while the block does."""
    busy = [Process("bench.selfcheck.neighbour", [str(os.getpid())]) for _ in range(number)]
    try:
        for process in busy:
            process.answer(STARTING_S)
        yield
    finally:
        for process in busy:
            process.kill()
