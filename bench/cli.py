"""Arguments to calls: the only module that prints, and that ends the process.

Everything heavy is imported where it is used: `--help` and `list` cost no pandas.
"""

import contextlib
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bench import catalog, loops
from bench.arguments import PROGRAM, parse
from bench.errors import BenchError

if TYPE_CHECKING:
    import argparse

    from bench.plan import Group, Plan
    from bench.store import About, Kept, RunFolder

RUN_ID = "%Y%m%d-%H%M%S"


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Do what the command line says, and exit with the code that DESIGN promises."""
    try:
        options = parse(sys.argv[1:] if words is None else words)
        command = {"run": _run, "report": _report, "list": _list}[options.command]
        code = command(options)
        sys.stdout.flush()
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        code = error.exit_code
    except BrokenPipeError:  # | head: what was to be kept is kept
        sys.stderr.close()
        code = 0
    sys.exit(code)


def scenario_program(name: str, words: Sequence[str] | None = None) -> None:
    """Run one scenario once, as the example program that its file is, and print the records."""
    import argparse
    import functools

    from scenarios._workload import get_data

    scenario = catalog.named(name)
    parser = argparse.ArgumentParser(prog=f"python -m scenarios.{name}", description=scenario.title)
    parser.add_argument("--loop", default="asyncio", metavar="NAME", help="(default: asyncio)")
    parser.add_argument("--delay", type=float, default=0, metavar="S", help="seconds (default: 0)")
    options = parser.parse_args(words)
    try:
        loop = _usable(options.loop)
        reason = scenario.skip_reason(loop, sys.version_info[:2])
    except BenchError as error:
        reason = str(error)
    if reason:
        print(f"error: {reason}", file=sys.stderr)
        sys.exit(2)
    with catalog.prepared(scenario, loop, loops.load_factory(loop)) as once:
        for record in once(functools.partial(get_data, options.delay)):
            print(record.name, record.age)


def _run(options: "argparse.Namespace") -> int:
    from bench import machine, plan, store

    _check_format(options.format)
    if options.resume:
        folder = store.RunFolder(options.resume)
        kept = folder.load()
        ahead = kept.about.plan
    else:
        ahead, kept = _plan(options), None
    loops = [_usable(name) for name in ahead.loops]
    scenarios = [catalog.named(name) for name in ahead.scenarios]
    groups = plan.cross(loops, scenarios, ahead.baseline, sys.version_info[:2])
    if options.dry_run:
        return _dry_run(ahead, groups)
    if not any(group.cells for group in groups):
        reasons = {skip.reason for group in groups for skip in group.skips}
        raise BenchError(f"nothing is left to measure: {'; '.join(sorted(reasons))}")
    about = store.about(ahead, groups, machine.facts(loops), time.strftime("%Y-%m-%d"))
    if kept is None:
        folder = store.RunFolder(options.output or Path("results/runs", time.strftime(RUN_ID)))
        folder.create(about)
        kept = store.Kept(about, ())
    else:
        _check_same(kept.about, about, folder)
    if not _measure(folder, groups, kept, quiet=options.quiet):
        return 130
    return _conclude(folder, options.format)


def _plan(options: "argparse.Namespace") -> "Plan":
    from bench import plan

    names = options.loop or [loop.name for loop in loops.default_selection()]
    baseline = options.baseline or "asyncio"
    selected = tuple(dict.fromkeys([baseline, *names]))
    scenarios = options.scenario or [scenario.name for scenario in catalog.all_scenarios()]
    sampling = plan.FAST if options.fast else plan.RIGOROUS if options.rigorous else plan.DEFAULT
    rounds = options.rounds or max(sampling.rounds, plan.minimum_rounds(len(selected) - 1))
    return plan.Plan(
        loops=selected,
        scenarios=tuple(dict.fromkeys(scenarios)),
        baseline=baseline,
        sampling=replace(sampling, rounds=rounds),
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        delay_s=options.delay or 0.0,
        timeout_s=options.timeout or plan.TIMEOUT_S,
        affinity=options.affinity,
    )


def _usable(name: str) -> loops.Loop:
    loop = loops.named(name)
    if loop.unavailable:
        raise BenchError(f"{name} can't be measured here: {loop.unavailable}")
    return loop


def _check_format(style: str) -> None:
    import tabulate

    if style not in tabulate.tabulate_formats:
        raise BenchError(f"no format is called {style!r}; tabulate has {', '.join(tabulate.tabulate_formats)}")


def _check_same(then: "About", now: "About", folder: "RunFolder") -> None:
    from bench import machine

    changed = machine.differences(then.facts, now.facts)
    if (then.cells, then.skips) != (now.cells, now.skips):
        changed += ("the scenarios, or what loops they run with",)
    if changed:
        raise BenchError(
            f"{folder.path} was begun with something else: {'; '.join(changed)}\n"
            "its halves could not be compared: begin a new run, or go back to what it was"
        )


def _dry_run(ahead: "Plan", groups: "Sequence[Group]") -> int:
    from tabulate import tabulate

    from bench import plan

    rows = [
        (
            group.scenario.name,
            ", ".join(cell.label for cell in group.cells) or "–",
            "; ".join(dict.fromkeys(skip.reason for skip in group.skips)),
        )
        for group in groups
    ]
    print(tabulate(rows, ("scenario", "cells", "left out"), "simple"))
    seconds = plan.estimated_seconds(groups, ahead.sampling, ahead.delay_s)
    print(
        f"\n{ahead.sampling.rounds} rounds of up to {ahead.sampling.sweeps} sweeps each, "
        f"seed {ahead.seed}: about {seconds:.0f} s"
    )
    return 0


def _measure(folder: "RunFolder", groups: "Sequence[Group]", kept: "Kept", *, quiet: bool) -> bool:
    """Measure what is missing, keeping each outcome at once; False if it was interrupted."""
    from bench import measure, plan, progress

    ahead = kept.about.plan
    rounds = list(plan.schedule(groups, ahead.sampling.rounds, ahead.seed, kept.rounds_done, kept.rounds_used))
    meter = measure.Meter(ahead, kept.outcomes)
    earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.nullcontext() if quiet else progress.Bar(sys.stderr, len(rounds)) as bar:
            for turn in rounds:
                if bar:
                    bar.begin(turn)
                with contextlib.closing(meter.measure(turn)) as outcomes:
                    for outcome in outcomes:
                        folder.append(outcome)
    except KeyboardInterrupt:
        folder.write_suites(folder.load())
        print(
            f"interrupted; all whole rounds are kept in {folder.path}\ngo on: {PROGRAM} --resume {folder.path}",
            file=sys.stderr,
        )
        return False
    finally:
        signal.signal(signal.SIGTERM, earlier)
    return True


def _conclude(folder: "RunFolder", style: str) -> int:
    """Write suites and reports, print the tables; 3 if something was not measured."""
    from bench import analysis, reports

    kept = folder.load()
    folder.write_suites(kept)
    comparisons = analysis.compare(kept)
    for name, render in reports.FILES.items():
        folder.write(name, render(kept, comparisons))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print(reports.as_text(kept, comparisons, style, width), end="")
    print(f"\nkept in {folder.path}", file=sys.stderr)
    return 3 if kept.failures or not kept.runs else 0


def _report(options: "argparse.Namespace") -> int:
    from bench import store

    _check_format(options.format)
    return _conclude(store.RunFolder(options.folder), options.format)


def _list(_options: "argparse.Namespace") -> int:
    from tabulate import tabulate

    found = [
        (loop.name, loop.version or "–", loop.unavailable or "installed", loop.factory)
        for loop in (*loops.LOOPS, *loops.plugged_in())
    ]
    print(tabulate(found, ("loop", "version", "here", "factory"), "simple", disable_numparse=True))
    print()
    scenarios = [(scenario.name, scenario.title) for scenario in catalog.all_scenarios()]
    print(tabulate(scenarios, ("scenario", "title"), "simple", disable_numparse=True))
    return 0
