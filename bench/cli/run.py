"""`run`: plan, measure, and keep; then conclude as `report` does."""

import argparse
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import PROGRAM, affinity, at_least, baseline_name, duration, percentage
from bench.cli.report import conclude
from bench.cli.terminal import add_format, patience, show
from bench.errors import BenchError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from bench.plan.cells import Group, Plan, Thread
    from bench.plan.sampling import Sampling
    from bench.store.folder import RunFolder
    from bench.store.outcomes import About, Kept


def add_options(parser: argparse.ArgumentParser) -> None:
    """What to measure, how much of it, and where to keep it."""
    add = parser.add_argument
    add("--loop", action="append", metavar="NAME", help="a loop, or package.module:factory; repeatable")
    add("--scenario", action="append", metavar="NAME", help="a scenario; repeatable (default: all)")
    add("--baseline", metavar="NAME", help="what the others are divided by (default: asyncio)")
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--fast", action="store_true", help="rough answers, in under a minute")
    pace.add_argument("--rigorous", action="store_true", help="narrow intervals, in up to ten minutes")
    rounds = "rounds of fresh processes: so many, or with --precision or --max-time at least so many"
    add("--rounds", type=at_least(1, int), metavar="N", help=f"{rounds} (default: 9; 6 if fast, 17 if rigorous)")
    precision = "more rounds where an interval is wider than this to either side (default: 2%%; 1%% if rigorous)"
    add("--precision", type=percentage, metavar="P", help=precision)
    most = "as long as they end within this time, 90s or 5m (default: 120s; 600s if rigorous)"
    add("--max-time", type=duration, metavar="T", help=most)
    delay = "seconds that the workload sleeps (default: 0, which hides nothing)"
    add("--delay", type=at_least(0, float), metavar="S", help=delay)
    thread = "where the loops run; only the main thread installs signal handlers (default: main)"
    add("--thread", choices=["main", "worker"], help=thread)
    add("--seed", type=at_least(0, int), metavar="N", help="of every order (default: a new one, which run.json keeps)")
    where = "processors for the workers: auto (the quietest one), none (any), or a list such as 2-3,5 (default: auto)"
    add("--affinity", type=affinity, metavar="CPUS", help=where)
    add(
        "--timeout",
        type=at_least(0.1, float),
        metavar="S",
        help="seconds after which a turn is taken for a hang (default: 20)",
    )
    add("-o", "--output", type=Path, metavar="DIR", help="run folder (default: a new one in results/runs)")
    add("--resume", type=Path, metavar="DIR", help="go on with an interrupted run, as it was planned")
    forced = "with --resume: go on though Python, a loop or the machine is another one by now; the reports say so"
    add("--force-resume", action="store_true", help=forced)
    name = "keep a run that was wholly measured under this name too, for compare"
    add("--save-baseline", type=baseline_name, metavar="NAME", help=name)
    add("--dry-run", action="store_true", help="print what would be measured, and how long that takes")
    add("-q", "--quiet", action="store_true", help="no progress")
    add_format(parser)


def call(options: Namespace) -> int:
    """Measure what the options say, or what is missing of an earlier run, and print the tables."""
    import contextlib

    with contextlib.ExitStack() as held:
        return _run(options, held)


def _run(options: Namespace, held: "ExitStack") -> int:
    from bench.machine import facts
    from bench.plan.cells import cross
    from bench.store.folder import RunFolder
    from bench.store.outcomes import About, Kept
    from bench.subjects import loops, scenarios

    _check_resume(options)
    if options.resume:
        folder = RunFolder(options.resume)
        held.enter_context(folder.locked())
        kept = folder.load()
        ahead = kept.about.plan
    else:
        ahead, kept = _plan(options), None
    selected = [loops.named(name) for name in ahead.loops]
    for loop in selected:
        if loop.unavailable:
            raise BenchError(f"{loop.name} can't be measured here: {loop.unavailable}")
    declared = [scenarios.named(name) for name in ahead.scenarios]
    groups = cross(selected, declared, ahead.baseline, sys.version_info[:2], ahead.thread)
    if options.dry_run:
        return _dry_run(ahead, groups)
    if not any(group.cells for group in groups):
        reasons = {reason for group in groups for _, reason in group.skips}
        raise BenchError(f"nothing is left to measure: {'; '.join(sorted(reasons))}")
    about = About(ahead, groups, facts.facts(selected), time.strftime("%Y-%m-%d"))
    if kept is None:
        about = _looked_at(about)
        folder = RunFolder(options.output or Path("results/runs", time.strftime("%Y%m%d-%H%M%S")))
        held.enter_context(folder.locked(new=True))
        folder.create(about)
        kept = Kept(about, ())
    else:
        _check_same(folder, kept, about, forced=options.force_resume)
    if not _measure(folder, kept, quiet=options.quiet):
        return 130
    return _save_baseline(folder.path, options.save_baseline, conclude(folder, options.format))


def _save_baseline(folder: Path, name: str | None, code: int) -> int:
    """Save a run under the name that was asked for, if all of it was measured; its exit code."""
    from bench.store import baselines

    if name and code:
        print(f"not saved as the baseline {name}: not everything was measured", file=sys.stderr)
    elif name:
        saved = baselines.save(folder, name)
        print(f"saved in {saved}; later: {PROGRAM} compare {name} NEW", file=sys.stderr)
    return code


def _check_same(folder: "RunFolder", kept: "Kept", now: "About", *, forced: bool) -> None:
    """Raise BenchError where a run would go on with something else than it was begun with; mark it, where forced."""
    from bench.machine import facts
    from bench.store.outcomes import Resumed

    if kept.about.method != now.method:
        raise BenchError(
            f"{folder.path} was begun by method {kept.about.method}, this is method {now.method}: their values differ\n"
            "begin a new run, or finish this one with the version of evloop-bench that began it"
        )
    begun = f"{folder.path} was begun with something else:"
    if kept.about.groups != now.groups:
        raise BenchError(f"{begun} the scenarios are not the same\nbegin a new run, or go back to what they were")
    changes = facts.differences(kept.about.facts, now.facts)
    if changes and not forced:
        raise BenchError(
            f"{begun} {'; '.join(changes)}\n"
            "its halves could not be compared: begin a new run, or go back to what it was; "
            "--force-resume goes on all the same, and every report of it says so"
        )
    if changes:
        folder.append(Resumed(changes))


def _check_resume(options: Namespace) -> None:
    given = {name for name, value in vars(options).items() if value is not None and value is not False}
    too_many = sorted(given - {"command", "resume", "force_resume", "format", "quiet", "save_baseline"})
    if options.force_resume and not options.resume:
        raise BenchError("--force-resume goes with --resume DIR: it says how to go on, not with what")
    if options.resume and too_many:
        raise BenchError(f"--{too_many[0].replace('_', '-')} does not go with --resume: the plan is kept there")


def _plan(options: Namespace) -> "Plan":
    import secrets

    from bench.plan.cells import TIMEOUT_S, Plan
    from bench.subjects import loops, scenarios

    baseline = options.baseline or "asyncio"
    names = tuple(dict.fromkeys([baseline, *(options.loop or [loop.name for loop in loops.default_selection()])]))
    chosen = tuple(dict.fromkeys(options.scenario or scenarios.names()))
    sampling = _sampling(options, len(names) - 1)
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    delay_s, timeout_s = options.delay or 0.0, options.timeout or TIMEOUT_S
    thread: Thread = "worker" if options.thread == "worker" else "main"
    where = None if options.affinity == "none" else options.affinity or "auto"
    return Plan(names, chosen, baseline, sampling, seed, delay_s, timeout_s, where, thread)


def _sampling(options: Namespace, compared: int) -> "Sampling":
    """The pace that was asked for: --rounds alone is their number, the other two say when to go on."""
    import dataclasses

    from bench.plan import sampling
    from bench.statistics.estimates import minimum_rounds

    pace = sampling.FAST if options.fast else sampling.RIGOROUS if options.rigorous else sampling.DEFAULT
    rounds = options.rounds or max(pace.rounds, minimum_rounds(compared))
    if options.precision or options.max_time:
        precision = options.precision or pace.precision or sampling.DEFAULT.precision
        most = options.max_time or pace.max_time_s or sampling.DEFAULT.max_time_s
        return dataclasses.replace(pace, rounds=rounds, precision=precision, max_time_s=most)
    if options.rounds:
        return dataclasses.replace(pace, rounds=rounds, precision=None, max_time_s=None)
    return dataclasses.replace(pace, rounds=rounds)


def _looked_at(about: "About") -> "About":
    """The same run, with what disturbs at this moment."""
    import dataclasses

    from bench.machine import conditions
    from bench.measurement import processes

    place = conditions.here(about.plan.affinity, processes.environment())
    return dataclasses.replace(about, disturbances=conditions.disturbances(conditions.conditions(place)))


def _dry_run(ahead: "Plan", groups: "Sequence[Group]") -> int:
    from bench.plan.rounds import estimated_seconds
    from bench.reports.layout import NOTHING, listing

    rows = []
    for group in groups:
        left_out = dict.fromkeys(f"{cell.label}: {reason}" for cell, reason in group.skips)
        cells = ", ".join(cell.label for cell in group.cells)
        rows.append((group.scenario.name, cells or NOTHING, "; ".join(left_out)))
    lines = [listing(rows, ("scenario", "cells", "left out"), "simple"), ""]
    sampling, seconds = ahead.sampling, estimated_seconds(groups, ahead.sampling, ahead.delay_s)
    lines += [f"{sampling.rounds} rounds of up to {sampling.sweeps} sweeps, seed {ahead.seed}: about {seconds:.0f} s"]
    if sampling.precision and sampling.max_time_s and sampling.max_time_s > seconds:
        asked = f"±{100 * sampling.precision:g} %"
        lines += [f"then more where an interval is wider than {asked}, until {sampling.max_time_s:.0f} s"]
    show("\n".join([*lines, ""]))
    return 0


def _measure(folder: "RunFolder", kept: "Kept", *, quiet: bool) -> bool:
    """Measure what is missing, keeping each outcome at once; False if it was interrupted."""
    import contextlib

    from bench.cli import progress
    from bench.measurement import precision
    from bench.measurement.meter import Meter

    rounds = precision.Rounds(kept.about, kept.outcomes)
    track = progress.Track(rounds, len(rounds.planned), "rounds", str, lambda: rounds.seconds_left)
    meter = Meter(kept.about.plan, kept.outcomes)
    try:
        with (
            patience("interrupted: this round is measured to its end; Ctrl-C once more ends it now") as asked,
            contextlib.closing(progress.tracked(track, None if quiet else sys.stderr)) as turns,
        ):
            for turn in turns:
                with contextlib.closing(meter.measure(turn)) as outcomes:
                    for outcome in outcomes:
                        folder.append(outcome)
                        rounds.tell(outcome)
                if asked():
                    raise KeyboardInterrupt  # noqa: TRY301  (as if it had come now)
    except KeyboardInterrupt:
        print(f"interrupted; go on with what is kept: {PROGRAM} --resume {folder.path}", file=sys.stderr)
        folder.write_suites(folder.load())
        return False
    return True
