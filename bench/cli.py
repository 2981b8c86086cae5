"""Arguments to calls: the only module that prints, and that ends the process.

Everything heavy is imported where it is used: `--help` and `list` cost no pandas.
"""

import os
import shutil
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bench.arguments import PROGRAM, parse
from bench.errors import BenchError, unknown

if TYPE_CHECKING:
    from bench.plan import Group, Plan
    from bench.store import Kept, RunFolder


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Do what the command line says, and exit with the code that DESIGN promises."""
    try:
        options = parse(sys.argv[1:] if words is None else words)
        if "format" in options:
            _check_format(options.format)
        commands = {"run": _run, "report": lambda _: _conclude(options.folder, options.format), "list": _list}
        code = commands[options.command](options)
        sys.stdout.flush()
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # | head: what was to be kept is kept, and Python must not try to flush once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _run(options: Namespace) -> int:
    from bench import catalog, loops, machine, plan, store

    if options.resume:
        folder = store.RunFolder(options.resume)
        kept = folder.load()
        ahead = kept.about.plan
    else:
        ahead, kept = _plan(options), None
    selected = [loops.named(name) for name in ahead.loops]
    for loop in selected:
        if loop.unavailable:
            raise BenchError(f"{loop.name} can't be measured here: {loop.unavailable}")
    scenarios = [catalog.named(name) for name in ahead.scenarios]
    groups = plan.cross(selected, scenarios, ahead.baseline, sys.version_info[:2])
    if options.dry_run:
        return _dry_run(ahead, groups)
    if not any(group.cells for group in groups):
        reasons = {reason for group in groups for _, reason in group.skips}
        raise BenchError(f"nothing is left to measure: {'; '.join(sorted(reasons))}")
    about = store.About(ahead, groups, machine.facts(selected), time.strftime("%Y-%m-%d"))
    if kept is None:
        folder = store.RunFolder(options.output or Path("results/runs", time.strftime("%Y%m%d-%H%M%S")))
        folder.create(about)
        kept = store.Kept(about, ())
    else:
        changed = machine.differences(kept.about.facts, about.facts)
        changed += ("the scenarios are not the same",) if kept.about.groups != groups else ()
        if changed:
            raise BenchError(
                f"{folder.path} was begun with something else: {'; '.join(changed)}\n"
                "its halves could not be compared: begin a new run, or go back to what it was"
            )
    if not _measure(folder, groups, kept, quiet=options.quiet):
        return 130
    return _conclude(folder.path, options.format)


def _plan(options: Namespace) -> "Plan":
    import dataclasses
    import secrets

    from bench import catalog, loops, plan

    baseline = options.baseline or "asyncio"
    names = tuple(dict.fromkeys([baseline, *(options.loop or [loop.name for loop in loops.default_selection()])]))
    scenarios = tuple(dict.fromkeys(options.scenario or catalog.names()))
    sampling = plan.FAST if options.fast else plan.RIGOROUS if options.rigorous else plan.DEFAULT
    rounds = options.rounds or max(sampling.rounds, plan.minimum_rounds(len(names) - 1))
    sampling = dataclasses.replace(sampling, rounds=rounds)
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    delay_s, timeout_s = options.delay or 0.0, options.timeout or plan.TIMEOUT_S
    return plan.Plan(names, scenarios, baseline, sampling, seed, delay_s, timeout_s, options.affinity)


def _check_format(style: str) -> None:
    from tabulate import tabulate_formats

    if style not in tabulate_formats:
        raise unknown("format of tabulate", style, tabulate_formats, "its documentation shows them all")


def _dry_run(ahead: "Plan", groups: "Sequence[Group]") -> int:
    from tabulate import tabulate

    from bench import plan

    rows = []
    for group in groups:
        left_out = dict.fromkeys(f"{cell.label}: {reason}" for cell, reason in group.skips)
        rows.append((group.scenario.name, ", ".join(cell.label for cell in group.cells) or "–", "; ".join(left_out)))
    print(tabulate(rows, ("scenario", "cells", "left out"), "simple"))
    sampling, seconds = ahead.sampling, plan.estimated_seconds(groups, ahead.sampling, ahead.delay_s)
    print(f"\n{sampling.rounds} rounds of up to {sampling.sweeps} sweeps, seed {ahead.seed}: about {seconds:.0f} s")
    return 0


def _measure(folder: "RunFolder", groups: "Sequence[Group]", kept: "Kept", *, quiet: bool) -> bool:
    """Measure what is missing, keeping each outcome at once; False if it was interrupted."""
    import contextlib

    from bench import measure, plan, progress

    ahead = kept.about.plan
    rounds = list(plan.schedule(groups, ahead.sampling.rounds, ahead.seed, kept.rounds_done, kept.rounds_used))
    meter = measure.Meter(ahead, kept.outcomes)
    earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.closing(progress.tracked(rounds, None if quiet else sys.stderr)) as turns:
            for turn in turns:
                with contextlib.closing(meter.measure(turn)) as outcomes:
                    for outcome in outcomes:
                        folder.append(outcome)
    except KeyboardInterrupt:
        folder.write_suites(folder.load())
        print(f"interrupted; go on with what is kept: {PROGRAM} --resume {folder.path}", file=sys.stderr)
        return False
    finally:
        signal.signal(signal.SIGTERM, earlier)
    return True


def _conclude(path: Path, style: str) -> int:
    """Write suites and reports, print the tables; 3 if something was not measured."""
    from bench import analysis, reports, store

    folder = store.RunFolder(path)
    kept = folder.load()
    comparisons = analysis.compare(kept)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    try:
        folder.write_suites(kept)
        for name, render in reports.FILES.items():
            folder.write(name, render(kept, comparisons))
    finally:  # a folder that is full or read-only is no reason to say nothing
        print(reports.as_text(kept, comparisons, style, width), end="", flush=True)
    print(f"\nkept in {path}{'' if kept.complete else f'; not complete: {PROGRAM} --resume {path}'}", file=sys.stderr)
    return 3 if kept.failures or not kept.complete else 0


def _list(_options: Namespace) -> int:
    from tabulate import tabulate

    from bench import catalog, loops

    known = (*loops.LOOPS, *loops.plugged_in())
    found = [(loop.name, loop.version or "–", loop.unavailable or "installed", loop.factory) for loop in known]
    print(tabulate(found, ("loop", "version", "here", "factory"), "simple", disable_numparse=True), end="\n\n")
    scenarios = [(scenario.name, scenario.title) for scenario in map(catalog.named, catalog.names())]
    print(tabulate(scenarios, ("scenario", "title"), "simple", disable_numparse=True))
    return 0
