"""`selfcheck`: how far the harness can be trusted on this machine now."""

import argparse
import contextlib
import functools
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from bench.cli.arguments import affinity, at_least, duration, percentage
from bench.cli.terminal import add_format, drawn, show
from bench.errors import BenchError, Exit

if TYPE_CHECKING:
    from bench.selfcheck.trials import Design

Step = TypeVar("Step")
Result = TypeVar("Result")

EFFECTS = (0.01, 0.02, 0.05, 1.0)
MOST_EFFECT = 900  # per cent: ten times as long
MOST_LOAD = 1000


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which trials, for how long, and beside what."""
    add = parser.add_argument
    tried = parser.add_mutually_exclusive_group()
    effect = "known difference to find; repeatable (default: 1%%, 2%%, 5%%, 100%%)"
    known = functools.partial(percentage, most=MOST_EFFECT)
    tried.add_argument("--effect", action="append", type=known, metavar="P", help=effect)
    tried.add_argument("--itself", action="store_true", help="no known difference, only a loop compared with itself")
    again = "the same comparison N times: how far its ratio moves"
    tried.add_argument("--repeat", type=at_least(1, int), metavar="N", help=again)
    add(
        "--loop",
        action="append",
        metavar="NAME",
        help="loop for --repeat; repeatable (default: all that are installed)",
    )
    add("--load", type=at_least(1, int, MOST_LOAD), metavar="N", help="half of the trials beside N busy processes")
    against = "a second scheduler for the same trials, in equal time"
    add("--against", choices=["pyperf"], help=against)
    add("--scenario", default="runner", metavar="NAME", help="scenario of the trials (default: runner)")
    add("--trial-time", type=duration, default=10.0, metavar="T", help="time for one trial (default: 10s)")
    add("--max-time", type=duration, default=300.0, metavar="T", help="time limit for all trials (default: 5m)")
    add("--trials", type=at_least(1, int), metavar="N", help="number of trials (default: as many as fit)")
    add("--seed", type=at_least(0, int), metavar="N", help="random seed (default: new each time)")
    cpus = "processors for the workers: auto, none, or 2-3,5 (default: auto)"
    add("--affinity", type=affinity, default="auto", metavar="CPUS", help=cpus)
    add("--json", action="store_true", help="JSON of all trials and scores, instead of the table")
    add("-q", "--quiet", action="store_true", help="no progress display")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Make the trials and print their scores; the exit code says if a loop differs from itself too often."""
    import secrets

    if options.seed is None:
        options.seed = secrets.randbelow(2**32)
    if options.affinity == "none":
        options.affinity = None
    if options.repeat:
        if options.against or options.trials:
            raise BenchError("--repeat says how many runs there are, and has no other scheduler: leave out the rest")
        return _repeat(options)
    if options.loop:
        raise BenchError("--loop is for --repeat: the loops of trials are those whose difference is known")
    return _try(options)


def _try(options: Namespace) -> Exit:
    """Trials whose truth is known."""
    from bench.machine import facts as machine_facts
    from bench.reports import selfcheck
    from bench.selfcheck import trials
    from bench.selfcheck.scores import distrusted
    from bench.subjects import loops, scenarios

    reason = scenarios.named(options.scenario).skip_reason(loops.named(trials.BASELINE), sys.version_info[:2])
    if reason:
        raise BenchError(f"{options.scenario} can't be measured here: {reason}")
    design = _design(options)
    made = trials.Trials(design)
    results, interrupted = _make(made, made.make, lambda: made.seconds_left, quiet=options.quiet)
    facts = machine_facts.facts([loops.named("asyncio")])
    check = selfcheck.selfcheck(time.strftime("%Y-%m-%d"), facts, design, made.turn_share, results)
    show(selfcheck.as_json(check) if options.json else drawn(selfcheck.document(check), options.format))
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.CHECK_FAILED if any(map(distrusted, check.scores)) else Exit.DONE


def _design(options: Namespace) -> "Design":
    from bench.selfcheck.trials import Design

    effects = () if options.itself else tuple(dict.fromkeys(options.effect or EFFECTS))
    return Design(
        options.scenario, effects, options.trial_time, options.max_time, options.seed, options.trials,
        bool(options.against), options.affinity, options.load or 0,
    )  # fmt: skip


def _repeat(options: Namespace) -> Exit:
    """The same comparison again and again."""
    from bench.cli import selecting
    from bench.machine import facts as machine_facts
    from bench.reports import repeats as report
    from bench.selfcheck import repeats
    from bench.subjects import scenarios

    scenarios.named(options.scenario)
    chosen = selecting.selected(options.loop)
    design = repeats.Design(
        tuple(loop.name for loop in chosen), options.scenario, options.repeat, options.trial_time, options.max_time,
        options.seed, options.affinity, options.load or 0,
    )  # fmt: skip
    made = repeats.Repeats(design)
    results, interrupted = _make(made, made.make, lambda: made.seconds_left, quiet=options.quiet)
    check = report.repeats(time.strftime("%Y-%m-%d"), machine_facts.facts(chosen), design, results)
    show(report.as_json(check) if options.json else drawn(report.document(check), options.format))
    return Exit.INTERRUPTED if interrupted else Exit.DONE


def _make(
    steps: Iterable[Step], make: Callable[[Step], tuple[Result, ...]], left: Callable[[], float], *, quiet: bool
) -> tuple[list[Result], bool]:
    """The results of all steps that there is time for, and whether Ctrl-C ended them early."""
    from bench.cli import progress

    results: list[Result] = []
    track = progress.Track(steps, 0, "trials", _described, left, lambda: 0.0)
    try:
        with contextlib.closing(progress.tracked(track, None if quiet else sys.stderr)) as tracked:
            for step in tracked:
                results += make(step)
    except KeyboardInterrupt:
        print("interrupted; the trials made so far:", file=sys.stderr)
        return results, True
    return results, False


def _described(step: object) -> str:
    return f"run {step}" if isinstance(step, int) else str(step)
