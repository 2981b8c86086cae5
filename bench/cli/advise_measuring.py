"""Measures what `advise` needs: a calibration, the cold starts, and then rounds with few and with many operations."""

import contextlib
import dataclasses
import secrets
import sys
import time
from argparse import Namespace

from bench.advice import amounts, calibrating, cold
from bench.advice.answers import Advice
from bench.advice.asked import PROFILES, Asked, scenarios_of
from bench.cli import measuring, opening, planning, promises, selecting
from bench.cli.advise import Measured
from bench.contract.findings import CHECKS
from bench.errors import PROGRAM
from bench.measurement.precision import Held
from bench.plan.cells import AUTO, Plan
from bench.plan.sampling import DEFAULT, Sampling
from bench.reports import advice as report
from bench.statistics.estimates import minimum_rounds
from bench.statistics.operations import costs
from bench.store.folder import RunFolder
from bench.store.outcomes import About
from bench.subjects.loops import Loop

WORKLOAD = "fetch"
EACH_S = 25.0  # of the default time limit, for each loop in each scenario with each workload
SAMPLING = dataclasses.replace(DEFAULT, sweeps=6, precision=0.01)
ADVICE, TOTALS = "advise.json", "totals.csv"


def measured(options: Namespace, asked: Asked) -> Measured:
    """Measure into a new run folder; raises KeyboardInterrupt on Ctrl-C, once it has said how to go on."""
    began = time.monotonic()
    if options.output:
        RunFolder(options.output).make()  # what is wrong with it is said now, not after minutes of calibrating
    chosen = selecting.selected(options.loop, options.baseline)
    imports_s = time.monotonic() - began
    texts, least = options.workload or [WORKLOAD], minimum_rounds(len(chosen) - 1)
    first = _described(options, asked, chosen, amounts.tried(texts), amounts.CALIBRATION)
    planning.check_something_is_left(first)
    is_cold = any(PROFILES[profile].cold for profile in asked.profiles)
    sampling = _sampling(options, len(first.measured), least, len(chosen))
    ahead_s = time.monotonic() - began + (cold.estimated_s(len(chosen), least) if is_cold else 0)
    _fitted(options, _sampled(first, sampling), least, planning.Start(imports_s, ahead_s))  # refused before it starts
    _say(options, f"finding out how many operations are enough: one short round of {len(first.measured)}")
    counted = amounts.calibrated(texts, costs(calibrating.measured(first)))
    starts = cold.measured(first.plan, first.started, least, lambda what: _say(options, what)) if is_cold else None
    about = _described(options, asked, chosen, counted, sampling)
    about = _fitted(options, about, least, planning.Start(imports_s, time.monotonic() - began))
    findings = promises.known(chosen)
    with contextlib.ExitStack() as locks:
        opened = opening.created(options, about, (), locks)
        folder = opened.folder
        if starts:
            folder.write_record(cold.FILE, starts)
        if findings:
            folder.write_record(CHECKS, findings)
        _measure(options, opened, Held(time.monotonic() - began, 0 if options.max_time else least))
        return Measured(folder, folder.load(), starts.cells if starts else (), findings)


def _measure(options: Namespace, opened: opening.Opened, held: Held) -> None:
    try:
        measuring.measure(opened, held, quiet=options.quiet)
    except KeyboardInterrupt:
        place = opened.folder.path
        again = f"{PROGRAM} --resume {place}, then {PROGRAM} advise --from {place}"
        print(f"\ninterrupted; what was measured is kept; go on with: {again}", file=sys.stderr)
        raise


def keep(folder: RunFolder, advice: Advice) -> None:
    """Write the advice into the run's folder, and the numbers of its charts as CSV."""
    with folder.locked():
        folder.write(ADVICE, report.as_json(advice))
        folder.write(TOTALS, report.totals_as_csv(advice))


def _described(
    options: Namespace, asked: Asked, chosen: tuple[Loop, ...], workloads: tuple[str, ...], sampling: Sampling
) -> About:
    names = tuple(loop.name for loop in chosen)
    if options.seed is None:
        options.seed = secrets.randbelow(2**32)
    affinity = None if options.affinity == "none" else options.affinity or AUTO
    return planning.described(Plan(
        names, scenarios_of(asked.profiles), names[0], sampling, options.seed, affinity=affinity,
        workloads=tuple(dict.fromkeys(workloads)), together=True,
    ))  # fmt: skip


def _fitted(options: Namespace, about: About, least: int, start: planning.Start) -> About:
    """The run, cut so that it fits into its time; on a busy machine, only a limit that the user gave is kept."""
    return planning.fitted(about, least, start if options.max_time else planning.IDLE)


def _sampled(about: About, sampling: Sampling) -> About:
    return dataclasses.replace(about, plan=dataclasses.replace(about.plan, sampling=sampling))


def _sampling(options: Namespace, groups: int, least: int, loops: int) -> Sampling:
    limit_s = options.max_time or EACH_S * groups * loops
    return dataclasses.replace(SAMPLING, rounds=max(SAMPLING.rounds, least), max_time_s=limit_s)


def _say(options: Namespace, what: str) -> None:
    if not options.quiet:
        print(what, file=sys.stderr, flush=True)
