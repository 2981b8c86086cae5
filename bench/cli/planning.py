"""From the options of `run` to its plan, and from a plan to what the run is here and now."""

import dataclasses
import secrets
import sys
import time
from argparse import Namespace
from collections.abc import Iterable

from bench.cli.terminal import show, width
from bench.errors import BenchError
from bench.machine import conditions, facts
from bench.measurement import processes
from bench.plan import sampling
from bench.plan.cells import AUTO, TIMEOUT_S, Plan, Thread, skips
from bench.plan.rounds import estimated_seconds
from bench.plan.sampling import Sampling
from bench.reports import choices
from bench.reports.rendering import render
from bench.statistics.estimates import minimum_rounds
from bench.store.outcomes import About
from bench.subjects import loops, scenarios
from bench.subjects.loops import Loop


def planned(options: Namespace) -> Plan:
    """The plan that the options ask for."""
    baseline = options.baseline or "asyncio"
    names = tuple(dict.fromkeys([baseline, *(options.loop or [loop.name for loop in loops.default_selection()])]))
    thread: Thread = "worker" if options.thread == "worker" else "main"
    return Plan(
        loops=names,
        scenarios=tuple(dict.fromkeys(options.scenario or scenarios.names())),
        baseline=baseline,
        sampling=_sampling(options, len(names) - 1),
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        delay_s=options.delay or 0.0,
        timeout_s=options.timeout or TIMEOUT_S,
        affinity=None if options.affinity == "none" else options.affinity or AUTO,
        thread=thread,
    )


def _sampling(options: Namespace, compared: int) -> Sampling:
    """How much is measured: --rounds alone is exact, --precision and --max-time say when to go on."""
    pace = sampling.FAST if options.fast else sampling.RIGOROUS if options.rigorous else sampling.DEFAULT
    rounds = options.rounds or max(pace.rounds, minimum_rounds(compared))
    if options.precision or options.max_time:
        precision = options.precision or pace.precision or sampling.DEFAULT.precision
        limit = options.max_time or pace.max_time_s or sampling.DEFAULT.max_time_s
        return dataclasses.replace(pace, rounds=rounds, precision=precision, max_time_s=limit)
    if options.rounds:
        return dataclasses.replace(pace, rounds=rounds, precision=None, max_time_s=None)
    return dataclasses.replace(pace, rounds=rounds)


def described(plan: Plan) -> About:
    """What a run of this plan is on this machine; raises BenchError for names that nothing has, or not here."""
    selected = [loops.named(name) for name in plan.loops]
    check_available(selected)
    declared = tuple(scenarios.named(name) for name in plan.scenarios)
    left_out = skips(plan, selected, declared, sys.version_info[:2])
    return About(plan, declared, left_out, facts.facts(selected), time.strftime("%Y-%m-%d"))


def check_available(selected: Iterable[Loop]) -> None:
    """Raise BenchError for the first loop that can't run here."""
    for loop in selected:
        if loop.unavailable:
            raise BenchError(f"{loop.name} can't be measured here: {loop.unavailable}")


def check_something_is_left(about: About) -> None:
    """Raise BenchError where every cell is skipped."""
    if not about.cells:
        reasons = {skip.reason for skip in about.skips}
        raise BenchError(f"nothing is left to measure: {'; '.join(sorted(reasons))}")


def with_disturbances(about: About) -> About:
    """The same, with what disturbs this machine at this moment."""
    place = conditions.this_machine(about.plan.affinity, processes.environment())
    return dataclasses.replace(about, disturbances=conditions.disturbances(conditions.conditions(place)))


def preview(about: About) -> None:
    """Print what would be measured, and how long that takes."""
    seconds = estimated_seconds(about.groups, about.plan.sampling, about.plan.delay_s)
    show(render(choices.planned(about.plan, about.groups, seconds), "simple", width()))
