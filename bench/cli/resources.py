"""`resources`: what one loop costs besides time."""

import argparse
import contextlib
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import at_least
from bench.cli.terminal import add_format, drawn, show
from bench.errors import PROGRAM, BenchError, Exit

if TYPE_CHECKING:
    from bench.resources.readings import Resources
    from bench.resources.survey import Survey

ROUNDS = 25
DEFAULT_SCENARIO = "runner"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which loops, in which scenarios, and what happens with the figures."""
    add = parser.add_argument
    add(
        "--loop",
        action="append",
        metavar="NAME",
        help="event loop, or package.module:factory; repeatable (default: all installed)",
    )
    scenario = f"scenario; repeatable (default: all; leaks and cold start: {DEFAULT_SCENARIO})"
    add("--scenario", action="append", metavar="NAME", help=scenario)
    add("--fail-on-leak", action="store_true", help="failure where a loop leaks with each lifecycle")
    rounds = f"rounds of cold starts, in fresh interpreters (default: {ROUNDS})"
    add("--rounds", type=at_least(1, int), metavar="N", help=rounds)
    add("--seed", type=at_least(0, int), metavar="N", help="random seed for the cold starts (default: new each time)")
    timeout = "seconds that one process may take (default: 20)"
    add("--timeout", type=at_least(0.1, float), metavar="S", help=timeout)
    add("--into", type=Path, metavar="DIR", help="run folder whose report gets the figures")
    add("--json", action="store_true", help="JSON instead of tables")
    add("-q", "--quiet", action="store_true", help="no progress display")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Measure, print and keep; the exit code says if a loop leaks, if that was asked, or if a figure is missing."""
    from bench.machine import facts
    from bench.reports import resources as report
    from bench.resources.leaks import leaks, undecided
    from bench.resources.readings import RESOURCES
    from bench.store.folder import RunFolder

    if sys.platform != "linux":
        raise BenchError(f"resources reads /proc, which only Linux has; this is {sys.platform}")
    survey = _survey(options)
    folder = RunFolder(options.into) if options.into else None
    with folder.locked() if folder else contextlib.nullcontext():
        if folder:
            folder.load()
        costs = _collect(survey, dict(facts.facts(survey.loops)), quiet=options.quiet)
        show(report.as_json(costs) if options.json else drawn(report.document(costs), options.format))
        if folder:  # printed first, so that a full disk does not hide the result
            folder.write_record(RESOURCES, costs)
            kept = f"kept in {options.into}; see them in its report: {PROGRAM} report {options.into}"
            print(kept, file=sys.stderr)
    if options.fail_on_leak and any(map(leaks, costs.loops)):
        return Exit.CHECK_FAILED
    skips = {loop.skipped for loop in costs.loops}
    failed = any(loop.failed for loop in costs.loops) or any(cell.missing not in {None, *skips} for cell in costs.cold)
    incomplete = failed or (options.fail_on_leak and any(map(undecided, costs.loops)))
    return Exit.NOT_MEASURED if incomplete else Exit.DONE


def _survey(options: Namespace) -> "Survey":
    """What the options ask for; raises BenchError for a loop that can't run here."""
    import secrets

    from bench.cli.selecting import selected
    from bench.plan.cells import TIMEOUT_S
    from bench.resources.survey import Survey
    from bench.statistics.estimates import minimum_rounds
    from bench.subjects import scenarios as registry

    loops = selected(options.loop)
    scenarios = [registry.named(name) for name in dict.fromkeys(options.scenario or registry.names_by_default())]
    if several := [one.name for one in scenarios if one.lifecycles > 1]:
        raise BenchError(f"{several[0]} runs several lifecycles at once: what one of them costs can't be told there")
    scenario = scenarios[0] if options.scenario else registry.named(DEFAULT_SCENARIO)
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    rounds = options.rounds or max(ROUNDS, minimum_rounds(len(loops) - 1))
    return Survey(loops, tuple(scenarios), scenario, rounds, seed, options.timeout or TIMEOUT_S)


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
