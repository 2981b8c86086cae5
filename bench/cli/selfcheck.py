"""`selfcheck`: how far the harness can be trusted on this machine now."""

import argparse
import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING

from bench.cli.arguments import at_least, duration, percentage, processors
from bench.cli.terminal import add_format, drawn, show
from bench.errors import BenchError, Exit

if TYPE_CHECKING:
    from bench.selfcheck.scores import Trial
    from bench.selfcheck.trials import Trials

EFFECTS = (0.01, 0.02, 0.05)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which trials, for how long, and beside what."""
    add = parser.add_argument
    tried = parser.add_mutually_exclusive_group()
    effect = "known difference to find; repeatable (default: 1%%, 2%% and 5%%)"
    tried.add_argument("--effect", action="append", type=percentage, metavar="P", help=effect)
    tried.add_argument("--itself", action="store_true", help="no known difference, only a loop compared with itself")
    against = "a second scheduler for the same trials, in equal time"
    add("--against", choices=["pyperf"], help=against)
    add("--scenario", default="runner", metavar="NAME", help="scenario of the trials (default: runner)")
    add("--trial-time", type=duration, default=10.0, metavar="T", help="time for one trial (default: 10s)")
    add("--max-time", type=duration, default=300.0, metavar="T", help="time limit for all trials (default: 5m)")
    add("--trials", type=at_least(1, int), metavar="N", help="number of trials (default: as many as fit)")
    add("--seed", type=at_least(0, int), metavar="N", help="random seed (default: new each time)")
    add("--affinity", type=processors, metavar="CPUS", help="processors for the workers, such as 1 or 2-3,5")
    add("--json", action="store_true", help="JSON of all trials and scores, instead of the table")
    add("-q", "--quiet", action="store_true", help="no progress display")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Make the trials and print their scores; the exit code says if a loop differs from itself too often."""
    import secrets

    from bench.machine import facts as machine_facts
    from bench.reports import selfcheck
    from bench.selfcheck import trials
    from bench.selfcheck.scores import distrusted
    from bench.subjects import loops, scenarios

    effects = () if options.itself else tuple(dict.fromkeys(options.effect or EFFECTS))
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    reason = scenarios.named(options.scenario).skip_reason(loops.named(trials.BASELINE), sys.version_info[:2])
    if reason:
        raise BenchError(f"{options.scenario} can't be measured here: {reason}")
    design = trials.Design(
        options.scenario, effects, options.trial_time, options.max_time, seed, options.trials, bool(options.against),
        options.affinity,
    )  # fmt: skip
    made = trials.Trials(design)
    results, interrupted = _make(made, quiet=options.quiet)
    facts = machine_facts.facts([loops.named("asyncio")])
    check = selfcheck.selfcheck(time.strftime("%Y-%m-%d"), facts, design, made.turn_share, results)
    show(selfcheck.as_json(check) if options.json else drawn(selfcheck.document(check), options.format))
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.CHECK_FAILED if any(map(distrusted, check.scores)) else Exit.DONE


def _make(made: "Trials", *, quiet: bool) -> "tuple[list[Trial], bool]":
    """The results of all trials that there is time for, and whether Ctrl-C ended them early."""
    import contextlib

    from bench.cli import progress

    results: list[Trial] = []
    track = progress.Track(made, 0, "trials", str, lambda: made.seconds_left, lambda: 0.0)
    try:
        with contextlib.closing(progress.tracked(track, None if quiet else sys.stderr)) as steps:
            for step in steps:
                results += made.make(step)
    except KeyboardInterrupt:
        print("interrupted; the trials made so far:", file=sys.stderr)
        return results, True
    return results, False
