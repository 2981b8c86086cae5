"""`selfcheck`: how far the harness can be trusted, on this machine and now."""

import argparse
import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING

from bench.cli.arguments import at_least, duration, percentage, processors
from bench.cli.terminal import add_format, show, width

if TYPE_CHECKING:
    from bench.selfcheck.scores import Trial
    from bench.selfcheck.trials import Trials

EFFECTS = (0.01, 0.02, 0.05)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is tried, for how long, and against what."""
    add = parser.add_argument
    tried = parser.add_mutually_exclusive_group()
    effect = "a known difference to look for; repeatable (default: 1%%, 2%% and 5%%)"
    tried.add_argument("--effect", action="append", type=percentage, metavar="P", help=effect)
    tried.add_argument("--itself", action="store_true", help="no known difference: compare a loop with itself only")
    against = "make each trial with pyperf's own scheduler too, at its defaults, and give ours the time that it took"
    add("--against", choices=["pyperf"], help=against)
    add("--scenario", default="runner", metavar="NAME", help="that is measured (default: runner)")
    add("--trial-time", type=duration, default=10.0, metavar="T", help="of one trial (default: 10s)")
    add("--max-time", type=duration, default=300.0, metavar="T", help="of all (default: 5m)")
    add("--trials", type=at_least(1, int), metavar="N", help="stop after so many (default: when the time is up)")
    add("--seed", type=at_least(0, int), metavar="N", help="of every order (default: a new one)")
    add("--affinity", type=processors, metavar="CPUS", help="processors for the workers, as 1 or 2-3,5")
    add("--json", action="store_true", help="print all trials and scores as JSON")
    add("-q", "--quiet", action="store_true", help="no progress")
    add_format(parser)


def call(options: Namespace) -> int:
    """Make the trials, print their scores; 1 if a loop is told different from itself too often."""
    import secrets

    from bench.errors import BenchError
    from bench.machine import facts as machine_facts
    from bench.reports import selfcheck
    from bench.reports.rendering import render
    from bench.selfcheck import trials
    from bench.selfcheck.scores import distrusted
    from bench.subjects import loops, scenarios

    effects = () if options.itself else tuple(dict.fromkeys(options.effect or EFFECTS))
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    reason = scenarios.named(options.scenario).skip_reason(loops.named(trials.BASELINE), sys.version_info[:2])
    if reason:
        raise BenchError(f"{options.scenario} can't be tried here: {reason}")
    design = trials.Design(
        options.scenario, effects, options.trial_time, options.max_time, seed, options.trials, bool(options.against),
        options.affinity,
    )  # fmt: skip
    made = trials.Trials(design)
    found, code = _make(made, quiet=options.quiet)
    facts = machine_facts.facts([loops.named("asyncio")])
    check = selfcheck.selfcheck(time.strftime("%Y-%m-%d"), facts, design, made.turn_share, found)
    show(selfcheck.as_json(check) if options.json else render(selfcheck.document(check), options.format, width()))
    return code or int(any(map(distrusted, check.scores)))


def _make(made: "Trials", *, quiet: bool) -> "tuple[list[Trial], int]":
    """All trials that there is time for, and 130 if they were interrupted: what was found until then counts."""
    import contextlib

    from bench.cli import progress

    found: list[Trial] = []
    track = progress.Track(made, 0, "trials", str, lambda: made.seconds_left)
    try:
        with contextlib.closing(progress.tracked(track, None if quiet else sys.stderr)) as steps:
            for step in steps:
                found += made.make(step)
    except KeyboardInterrupt:
        print("interrupted; what was tried until then:", file=sys.stderr)
        return found, 130
    return found, 0
