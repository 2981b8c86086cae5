"""The command that makes a run again, word for word: the same loops, scenarios, seed and limits."""

import shlex
from collections.abc import Iterator, Mapping

from bench.advice.advising import workload_of
from bench.advice.asked import PROFILES
from bench.errors import AS_MODULE
from bench.plan.cells import TIMEOUT_S, Plan
from bench.plan.sampling import DEFAULT, FAST, RIGOROUS, Sampling
from bench.statistics.estimates import minimum_rounds
from bench.subjects.workloads import SLEEP

PACES: Mapping[str, Sampling] = {"": DEFAULT, "--fast": FAST, "--rigorous": RIGOROUS}


def command(plan: Plan) -> str:
    """What to type; a run of the same seed has the same order of turns."""
    if plan.together:
        return shlex.join([*AS_MODULE.split(), "advise", *_of_advice(plan)])
    return shlex.join([*AS_MODULE.split(), *_subjects(plan), *_amount(plan), *_circumstances(plan)])


def _of_advice(plan: Plan) -> Iterator[str]:
    """The options of `advise`, which finds out itself how many operations are enough."""
    yield from _loops(plan)
    profiles = [name for name, profile in PROFILES.items() if {*profile.scenarios} <= {*plan.scenarios}]
    for name in profiles if profiles != [*PROFILES] else ():
        yield from ("--profile", name)
    for name in dict.fromkeys(map(workload_of, plan.workloads)):
        yield from ("--workload", name)
    if plan.sampling.max_time_s:
        yield from ("--max-time", f"{plan.sampling.max_time_s:.9g}s")
    yield from ("--affinity", plan.affinity or "none", "--seed", str(plan.seed))


def _loops(plan: Plan) -> Iterator[str]:
    others = [loop for loop in plan.loops if loop != plan.baseline_loop]
    for option, names in (("--baseline", [plan.baseline]), ("--loop", others or [plan.baseline_loop])):
        for name in names:
            yield from (option, name)


def _subjects(plan: Plan) -> Iterator[str]:
    yield from _loops(plan)
    for name in plan.scenarios:
        yield from ("--scenario", name)
    for name in plan.interpreters:
        yield from ("--python", name)
    for name in plan.workloads if plan.workloads != (SLEEP,) else ():
        yield from ("--workload", name)


def _amount(plan: Plan) -> Iterator[str]:
    """A pace, where one gives these limits; otherwise the limits themselves. Rounds and sweeps follow from them."""
    sampling = plan.sampling
    limits = (sampling.precision, sampling.max_time_s)
    pace = next((name for name, pace in PACES.items() if (pace.precision, pace.max_time_s) == limits), None)
    if pace is not None:
        yield from filter(None, [pace])
        return
    yield from ("--rounds", str(sampling.rounds))
    if sampling.precision:
        yield from ("--precision", f"{100 * sampling.precision:.9g}%")
    if sampling.max_time_s:
        yield from ("--max-time", f"{sampling.max_time_s:.9g}s")
    if sampling.rounds < minimum_rounds(len(plan.labels) - 1) and not sampling.precision:
        yield "--without-intervals"


def _circumstances(plan: Plan) -> Iterator[str]:
    if plan.delay_s:
        yield from ("--delay", f"{plan.delay_s:g}")
    if plan.thread != "main":
        yield from ("--thread", plan.thread)
    if plan.affinity:
        yield from ("--affinity", plan.affinity)
    if plan.timeout_s != TIMEOUT_S:
        yield from ("--timeout", f"{plan.timeout_s:g}")
    yield from ("--seed", str(plan.seed))
