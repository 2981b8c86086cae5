"""`resources`: what one loop costs besides time."""

import argparse
import contextlib
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import PROGRAM, at_least
from bench.cli.terminal import add_format, show, width
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.resources.readings import Resources
    from bench.resources.survey import Survey

ROUNDS = 25
USUAL = "runner"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which loops, in which scenarios, and what is done with the figures."""
    add = parser.add_argument
    add("--loop", action="append", metavar="NAME", help="a loop, or package.module:factory; repeatable")
    scenario = f"where system calls are counted; the first also for leaks and cold start (default: all, {USUAL})"
    add("--scenario", action="append", metavar="NAME", help=scenario)
    add(
        "--fail-on-leak", action="store_true", help="exit with 1 if what a loop leaves behind grows with its lifecycles"
    )
    rounds = f"fresh interpreters of each program for the cold start (default: {ROUNDS})"
    add("--rounds", type=at_least(1, int), metavar="N", help=rounds)
    add("--seed", type=at_least(0, int), metavar="N", help="of the order of cold starts (default: a new one)")
    add(
        "--timeout",
        type=at_least(0.1, float),
        metavar="S",
        help="seconds after which a process is taken for a hang (20)",
    )
    add("--into", type=Path, metavar="DIR", help="keep the figures in this run folder: they become part of its report")
    add("--json", action="store_true", help="print JSON instead of tables")
    add("-q", "--quiet", action="store_true", help="no progress")
    add_format(parser)


def call(options: Namespace) -> int:
    """Look, keep, and print; 1 if a loop leaks and that was asked, 3 if something was not measured."""
    from bench.machine import facts
    from bench.reports import resources as report
    from bench.resources.readings import RESOURCES, leaks, undecided
    from bench.store.folder import RunFolder

    if sys.platform != "linux":
        raise BenchError(f"resources reads /proc, which only Linux has; this is {sys.platform}")
    survey = _survey(options)
    folder = RunFolder(options.into) if options.into else None
    with folder.locked() if folder else contextlib.nullcontext():
        if folder:
            folder.load()
        found = _collect(survey, dict(facts.facts(survey.loops)), quiet=options.quiet)
        show(report.as_json(found) if options.json else report.as_text(found, options.format, width()))
        if folder:  # after it is printed: a folder that is full by now is no reason to say nothing
            folder.write_record(RESOURCES, found)
            kept = f"kept in {options.into}: its report has them from now on: {PROGRAM} report {options.into}"
            print(kept, file=sys.stderr)
    if options.fail_on_leak and any(map(leaks, found.loops)):
        return 1
    skips = {one.skipped for one in found.loops}
    failed = any(one.failed for one in found.loops) or any(cell.missing not in {None, *skips} for cell in found.cold)
    return 3 if failed or (options.fail_on_leak and any(map(undecided, found.loops))) else 0


def _survey(options: Namespace) -> "Survey":
    """What is to be looked at; raises BenchError for what can't be."""
    import secrets

    from bench.plan.cells import TIMEOUT_S
    from bench.resources.survey import Survey
    from bench.statistics.estimates import minimum_rounds
    from bench.subjects import loops
    from bench.subjects import scenarios as registry

    selected = [loops.named(name) for name in dict.fromkeys(options.loop or ())] or list(loops.default_selection())
    for loop in selected:
        if loop.unavailable:
            raise BenchError(f"{loop.name} can't be measured here: {loop.unavailable}")
    scenarios = [registry.named(name) for name in dict.fromkeys(options.scenario or registry.names())]
    scenario = scenarios[0] if options.scenario else registry.named(USUAL)
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    rounds = options.rounds or max(ROUNDS, minimum_rounds(len(selected) - 1))
    return Survey(tuple(selected), tuple(scenarios), scenario, rounds, seed, options.timeout or TIMEOUT_S)


def _collect(survey: "Survey", facts: dict[str, str], *, quiet: bool) -> "Resources":
    from bench.resources.cold_starts import cold_starts
    from bench.resources.readings import Resources
    from bench.resources.survey import Surveyor, why_no_calls

    def say(what: str) -> None:
        if not quiet:
            print(what, file=sys.stderr, flush=True)

    no_calls = why_no_calls()
    surveyor = Surveyor(survey, say)
    costs = tuple(surveyor.costs(loop, no_calls) for loop in survey.loops)
    cold = cold_starts(survey, say)
    started = time.strftime("%Y-%m-%d")
    return Resources(started, survey.seed, survey.scenario.name, facts, costs, cold, no_calls)
