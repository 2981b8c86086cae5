"""From the options of `run` to its plan, and from a plan to what the run is here and now."""

import dataclasses
import math
import secrets
import time
from argparse import Namespace
from collections.abc import Sequence

from bench.cli import selecting
from bench.cli.interpreting import Chosen
from bench.cli.promises import without_broken
from bench.cli.report import check_gate
from bench.cli.terminal import drawn, show
from bench.contract.findings import Finding
from bench.errors import BenchError
from bench.machine import conditions, facts
from bench.measurement import placement, processes
from bench.measurement.precision import Held
from bench.plan import budget, sampling
from bench.plan.cells import AUTO, TIMEOUT_S, Plan, Thread, skips
from bench.plan.rounds import START_S, Slowness, estimated_seconds
from bench.plan.sampling import Sampling
from bench.reports import choices
from bench.statistics.estimates import minimum_rounds
from bench.store.outcomes import About
from bench.subjects import loops, scenarios, workloads
from bench.subjects.interpreters import Interpreter, here

AHEAD_S = 1.5  # until the first round: a look at the machine takes up to a second
SLOWEST = 10.0  # times as slow as idle: beyond that, one look at a few processes says little
BUSY, SHIELDED = 1.5, 1.3
LEAST_S = 0.001


@dataclasses.dataclass(frozen=True, slots=True)
class Start:
    """How long it took to import each loop once, all at once, and how long everything until now, in seconds."""

    imports_s: float
    all_s: float

    def overhead_s(self) -> float:
        """Seconds that are not there for rounds."""
        return self.all_s + AHEAD_S

    def slowness(self, loops: int) -> Slowness:
        """How many times as long as on an idle machine a process takes to start, and a turn.

        A turn takes no longer than `SHIELDED` times, where workers get the highest priority.
        """
        start = min(SLOWEST, max(1.0, self.imports_s / loops / START_S))
        return Slowness(start, min(start, SHIELDED) if placement.shields() else start)


IDLE = Start(0.0, -AHEAD_S)  # as if it had taken no time


def ahead(options: Namespace, chosen: Chosen, start: Start, findings: Sequence[Finding] = ()) -> About:
    """What a run of these loops is, with what their checks found; raises BenchError for one that can't answer."""
    about = without_broken(described(planned(options, chosen), chosen.interpreters), findings)
    check_gate(options, about.plan)
    check_something_is_left(about)
    if not options.without_intervals:
        check_intervals(about)
    least = max(options.rounds or 0, 1 if options.without_intervals else rounds_needed(about))
    if options.max_time is None and not _cut(about, least, start):
        start = IDLE  # a busy machine may make a pace take longer; it is not refused for that
    return fitted(about, least, start)


def held(options: Namespace, about: About, spent_s: float) -> Held:
    """How the time limit holds: always where the user gave it, else after the rounds that were asked for or needed."""
    return Held(spent_s, max(options.rounds or 0, rounds_needed(about)) if options.max_time is None else 0)


def _cut(about: About, least: int, start: Start) -> Sampling | None:
    """The sampling, cut so that it fits into the time that the start has left; None where that leaves too little."""
    return budget.fitted(about.measured, *_amount(about.plan, least, start))


def _amount(plan: Plan, least: int, start: Start) -> tuple[Sampling, float, int, Slowness]:
    """What `budget` asks for beside the groups: the sampling with the time that is there for rounds."""
    asked = plan.sampling
    left_s = None if asked.max_time_s is None else max(LEAST_S, asked.max_time_s - start.overhead_s())
    return dataclasses.replace(asked, max_time_s=left_s), plan.delay_s, least, start.slowness(len(plan.labels))


def fitted(about: About, least: int, start: Start) -> About:
    """The run, cut so that it fits into its time; raises BenchError where that leaves no interval, naming what fits."""
    plan, amount = about.plan, _amount(about.plan, least, start)
    limit_s, slowness = plan.sampling.max_time_s or math.inf, amount[-1].start
    if cut := _cut(about, least, start):
        cut = dataclasses.replace(cut, max_time_s=plan.sampling.max_time_s)
        return dataclasses.replace(about, plan=dataclasses.replace(plan, sampling=cut))
    number = len(about.measured)
    fits = budget.fitting_groups(about.measured, *amount)
    seconds = _whole(budget.sufficient_seconds(about.measured, *amount) + start.overhead_s())
    noun, option = ("scenario", "--scenario") if number <= len(plan.scenarios) else ("case", "--scenario, --workload")
    option = "--profile, --workload" if plan.together else option
    remedies = [f"measure {counted(fits, noun)} ({option})"] if fits else []
    remedies += [f"allow more time: --max-time {f'{seconds // 60}m' if seconds % 60 == 0 else f'{seconds}s'}"]
    where = f"with --delay {plan.delay_s:g}, " if plan.delay_s else ""
    busy = f" (this machine is busy: a start takes {slowness:.1f} times as long)" if slowness > BUSY else ""
    what = f"{counted(number, noun)} and {counted(len(plan.labels), 'loop')}"
    raise BenchError(
        f"{where}{what} do not fit into {limit_s:g} s{busy}: "
        f"that leaves fewer than {least} rounds\n{', or '.join(remedies)}"
    )


def _whole(seconds: float) -> int:
    """Whole seconds, or whole minutes where there are more than two."""
    return math.ceil(seconds) if seconds < 120 else 60 * math.ceil(seconds / 60)  # noqa: PLR2004  (two minutes)


def counted(number: int, noun: str) -> str:
    """The number with its noun: 1 loop, 2 loops."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def rounds_needed(about: About) -> int:
    """Rounds that the intervals of every table need."""
    return minimum_rounds(_compared(about))


def _compared(about: About) -> int:
    return max(sum(cell.role == "loop" for cell in group.cells) for group in about.groups)


def check_intervals(about: About) -> None:
    """Raise BenchError for a plan with fewer rounds than the intervals of one of its tables need."""
    sampling = about.plan.sampling
    needed = rounds_needed(about)
    if sampling.rounds < needed and not sampling.precision:
        raise BenchError(
            f"--rounds {sampling.rounds} gives no interval and no verdict: with {max(1, _compared(about))} compared, "
            f"{needed} rounds are needed\ngive --rounds {needed}, or --without-intervals to see the values alone"
        )


def planned(options: Namespace, chosen: Chosen) -> Plan:
    """The plan that the options ask for."""
    thread: Thread = "worker" if options.thread == "worker" else "main"
    return Plan(
        loops=tuple(loop.name for loop in chosen.loops),
        scenarios=tuple(dict.fromkeys(options.scenario or scenarios.names_by_default())),
        baseline=chosen.baseline,
        sampling=_sampling(options, chosen.labels - 1),
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        delay_s=options.delay or 0.0,
        timeout_s=options.timeout or TIMEOUT_S,
        affinity=None if options.affinity == "none" else options.affinity or AUTO,
        thread=thread,
        workloads=_workloads(options),
        interpreters=tuple(one.name for one in chosen.interpreters),
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


def described(plan: Plan, interpreters: Sequence[Interpreter] = ()) -> About:
    """What a run of this plan is on this machine; raises BenchError for names that nothing has, or not here.

    Without interpreters it is of the one that runs this.
    """
    selected = [loops.named(name) for name in plan.loops]
    if not interpreters:
        selecting.check_available(selected)
    declared = tuple(scenarios.named(name) for name in plan.scenarios)
    hosts = tuple(interpreters) or (here(selected),)
    left_out = skips(plan, selected, declared, dict(zip(plan.told_apart, hosts, strict=True)))
    return About(plan, declared, left_out, facts.facts(selected, interpreters), time.strftime("%Y-%m-%d"))


def check_something_is_left(about: About) -> None:
    """Raise BenchError where every cell is skipped."""
    if not about.cells:
        reasons = {skip.reason for skip in about.skips}
        raise BenchError(f"nothing is left to measure: {'; '.join(sorted(reasons))}")


def with_disturbances(about: About) -> About:
    """The same, with what disturbs this machine at this moment."""
    place = conditions.this_machine(about.plan.affinity, processes.environment())
    return dataclasses.replace(about, disturbances=conditions.disturbances(conditions.conditions(place)))


def preview(about: About, start: Start) -> None:
    """Print what would be measured, and how long that takes, from the start of the program on."""
    slowness = start.slowness(len(about.plan.labels))
    seconds = estimated_seconds(about.measured, about.plan.sampling, about.plan.delay_s, slowness) + start.overhead_s()
    show(drawn(choices.planned(about.plan, about.measured, seconds)))
