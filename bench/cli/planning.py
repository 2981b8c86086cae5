"""From the options of `run` to its plan, and from a plan to what the run is here and now."""

import dataclasses
import math
import secrets
import sys
import time
from argparse import Namespace
from collections.abc import Sequence

from bench.cli import selecting
from bench.cli.terminal import show, width
from bench.errors import BenchError
from bench.machine import conditions, facts
from bench.measurement import processes
from bench.plan import budget, sampling
from bench.plan.cells import AUTO, TIMEOUT_S, Plan, Thread, skips
from bench.plan.rounds import estimated_seconds
from bench.plan.sampling import Sampling
from bench.reports import choices
from bench.reports.rendering import render
from bench.statistics.estimates import minimum_rounds
from bench.store.outcomes import About
from bench.subjects import loops, scenarios, workloads
from bench.subjects.loops import Loop


def ahead(options: Namespace, chosen: Sequence[Loop]) -> About:
    """What a run of these loops is; raises BenchError for a run that can't answer anything."""
    about = described(planned(options, chosen))
    check_something_is_left(about)
    if not options.without_intervals:
        check_intervals(about)
    return _fitted(about, options.rounds or 0, options.without_intervals)


def _fitted(about: About, asked_rounds: int, without_intervals: bool) -> About:  # noqa: FBT001  (as the option)
    """The run, cut so that it fits into its time; raises BenchError where that leaves no interval, naming what fits."""
    plan = about.plan
    least = max(asked_rounds, 1 if without_intervals else _rounds_needed(about))
    amount = (plan.sampling, plan.delay_s, least)
    cut = budget.fitted(about.groups, *amount)
    if cut:
        return dataclasses.replace(about, plan=dataclasses.replace(plan, sampling=cut))
    number, limit = len(about.groups), plan.sampling.max_time_s or math.inf
    fits = budget.fitting_groups(about.groups, *amount)
    seconds = budget.sufficient_seconds(about.groups, *amount)
    remedies = [f"measure {counted(fits, 'scenario')} (--scenario)"] if fits else []
    remedies += [f"allow more time: --max-time {f'{seconds // 60}m' if seconds % 60 == 0 else f'{seconds}s'}"]
    where = f"with --delay {plan.delay_s:g}, " if plan.delay_s else ""
    raise BenchError(
        f"{where}{counted(number, 'scenario')} and {counted(len(plan.loops), 'loop')} do not fit into {limit:g} s: "
        f"that leaves fewer than {least} rounds\n{', or '.join(remedies)}"
    )


def counted(number: int, noun: str) -> str:
    """The number with its noun: 1 loop, 2 loops."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _rounds_needed(about: About) -> int:
    """Rounds that the intervals of every table need."""
    return minimum_rounds(_compared(about))


def _compared(about: About) -> int:
    return max(sum(cell.role == "loop" for cell in group.cells) for group in about.groups)


def check_intervals(about: About) -> None:
    """Raise BenchError for a plan with fewer rounds than the intervals of one of its tables need."""
    sampling = about.plan.sampling
    needed = _rounds_needed(about)
    if sampling.rounds < needed and not sampling.precision:
        raise BenchError(
            f"--rounds {sampling.rounds} gives no interval and no verdict: with {max(1, _compared(about))} compared, "
            f"{needed} rounds are needed\ngive --rounds {needed}, or --without-intervals to see the values alone"
        )


def planned(options: Namespace, chosen: Sequence[Loop]) -> Plan:
    """The plan that the options ask for; the first of the loops is the baseline."""
    names = tuple(loop.name for loop in chosen)
    thread: Thread = "worker" if options.thread == "worker" else "main"
    return Plan(
        loops=names,
        scenarios=tuple(dict.fromkeys(options.scenario or scenarios.names_by_default())),
        baseline=names[0],
        sampling=_sampling(options, len(names) - 1),
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        delay_s=options.delay or 0.0,
        timeout_s=options.timeout or TIMEOUT_S,
        affinity=None if options.affinity == "none" else options.affinity or AUTO,
        thread=thread,
        workloads=_workloads(options),
    )


def _workloads(options: Namespace) -> tuple[str, ...]:
    """The workloads that the options ask for, with all their sizes; raises BenchError for what none can do."""
    asked = [workloads.named(text) for text in options.workload or [workloads.SLEEP]]
    if options.delay and (others := [one.name for one in asked if one.name != workloads.SLEEP]):
        raise BenchError(
            f"--delay is how long the workload sleep sleeps, {others[0]} does not\n"
            "leave out --delay, or measure the two in runs of their own"
        )
    return tuple(dict.fromkeys(map(str, asked)))


def _sampling(options: Namespace, compared: int) -> Sampling:
    """How much is measured: --rounds alone is exact, --precision and --max-time say when to go on."""
    pace = sampling.FAST if options.fast else sampling.RIGOROUS if options.rigorous else sampling.DEFAULT
    return _asked(options, dataclasses.replace(pace, rounds=max(pace.rounds, minimum_rounds(compared))))


def _asked(options: Namespace, pace: Sampling) -> Sampling:
    """The pace with the rounds, the precision and the time that the options ask for."""
    rounds = options.rounds or pace.rounds
    if options.precision or options.max_time:
        precision = options.precision or pace.precision or sampling.DEFAULT.precision
        limit = options.max_time or pace.max_time_s or sampling.DEFAULT.max_time_s
        return dataclasses.replace(pace, rounds=rounds, precision=precision, max_time_s=limit)
    if options.rounds:
        return dataclasses.replace(pace, rounds=rounds, precision=None, max_time_s=None)
    return pace


def extended(options: Namespace, about: About) -> About:
    """A run that was begun, with the rounds, the precision and the time that the options ask for now."""
    plan = dataclasses.replace(about.plan, sampling=_asked(options, about.plan.sampling))
    longer = dataclasses.replace(about, plan=plan)
    if longer != about and not options.without_intervals:
        check_intervals(longer)
    return longer


def described(plan: Plan) -> About:
    """What a run of this plan is on this machine; raises BenchError for names that nothing has, or not here."""
    selected = [loops.named(name) for name in plan.loops]
    selecting.check_available(selected)
    declared = tuple(scenarios.named(name) for name in plan.scenarios)
    left_out = skips(plan, selected, declared, sys.version_info[:2])
    return About(plan, declared, left_out, facts.facts(selected), time.strftime("%Y-%m-%d"))


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
