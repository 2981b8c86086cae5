"""`advise`: which loop for the user's own program, what it saves, and from when on it has paid for its start."""

import argparse
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.advice.asked import PROFILES, Asked
from bench.cli.arguments import affinity, at_least, duration, rate
from bench.cli.terminal import add_format, drawn, show
from bench.errors import PROGRAM, BenchError, Exit

if TYPE_CHECKING:
    from bench.contract.findings import Finding
    from bench.resources.readings import ColdCell
    from bench.store.folder import RunFolder
    from bench.store.outcomes import Kept

MEASURING = ("baseline", "max_time", "seed", "affinity", "output")  # options that a finished run has no use for


class Measured(NamedTuple):
    """A run folder, what it holds of rounds and of cold starts, and what became of the checks of its loops."""

    folder: "RunFolder"
    kept: "Kept"
    cold: "Sequence[ColdCell]"
    findings: "Sequence[Finding]"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the user knows of the program, then what to measure, and how."""
    add = parser.add_argument
    kinds = f"{', '.join(PROFILES)}; repeatable (default: all)"
    add("--profile", action="append", choices=PROFILES, metavar="KIND", help=kinds)
    each = "operations of a script or call (default: 100 or 1)"
    add("--operations", type=at_least(1, int), metavar="N", help=each)
    add("--tests", type=at_least(1, int), metavar="N", help="tests of the suite (default: 1000)")
    add("--fixtures", type=at_least(0, int), metavar="K", help="async fixtures of each test (default: 1)")
    add("--handler", type=duration, metavar="T", help="time of a request or invocation now, such as 2ms")
    add("--requests", type=rate, metavar="R", help="how often requests come, such as 100/s")
    add("--program", type=duration, metavar="T", help="time of the whole script, command or test suite now")
    operation = "workload that an operation is; repeatable (default: fetch)"
    add("--workload", action="append", metavar="NAME", help=operation)
    loop = "event loop, or package.module:factory; repeatable (default: all installed)"
    add("--loop", action="append", metavar="NAME", help=loop)
    add("--baseline", metavar="NAME", help="loop that the others are held against (default: asyncio)")
    add("--from", dest="folder", type=Path, metavar="DIR", help="run folder of an earlier advise; nothing is measured")
    add("--max-time", type=duration, metavar="T", help="time limit (default: 25s for each loop and scenario)")
    add("--seed", type=at_least(0, int), metavar="N", help="random seed (default: new each time, stored in run.json)")
    add("--affinity", type=affinity, metavar="CPUS", help="processors of the workers: auto, none or 2-3,5")
    add("-o", "--output", type=Path, metavar="DIR", help="run folder (default: a new one in results/runs)")
    add("--json", action="store_true", help="JSON instead of tables, with the numbers of charts")
    add("-q", "--quiet", action="store_true", help="no progress display")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Measure, or read what was measured, and print the advice; the exit code says if something is missing."""
    asked = _asked(options)
    _check(options)
    from bench.advice.advising import advise
    from bench.contract.findings import promised
    from bench.reports import advice as report
    from bench.subjects import loops

    try:
        run = _read(options) if options.folder else _measure(options, asked)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    known = {loop.name: loop.factory for loop in (*loops.LOOPS, *loops.plugged_in())}
    factories = {name: known.get(name, name) for name in run.kept.about.plan.loops}
    found = advise(run.kept, run.cold, asked, factories, promised(run.findings))
    if options.profile and options.folder and found.missing:
        raise BenchError("\n".join(found.missing))
    show(report.as_json(found) if options.json else drawn(report.document(found), options.format))
    if not options.folder:
        from bench.cli import advise_measuring

        advise_measuring.keep(run.folder, found)
        place = run.folder.path
        print(f"\nkept in {place}; ask again: {PROGRAM} advise --from {place}", file=sys.stderr)
    return Exit.NOT_MEASURED if run.kept.failures or found.missing else Exit.DONE


def _measure(options: Namespace, asked: Asked) -> Measured:
    from bench.cli import advise_measuring

    return advise_measuring.measured(options, asked)


def _asked(options: Namespace) -> Asked:
    """What the user wants to know."""
    known = {"operations": options.operations, "tests": options.tests, "fixtures": options.fixtures}
    given = {name: value for name, value in known.items() if value is not None}
    return Asked(
        tuple(dict.fromkeys(options.profile or PROFILES)),
        handler_s=options.handler,
        requests_per_s=options.requests,
        program_s=options.program,
        **given,
    )


def _check(options: Namespace) -> None:
    """Raise BenchError for options that say how to measure where nothing is measured."""
    given = [name for name in MEASURING if getattr(options, name) is not None]
    if options.folder and given:
        raise BenchError(f"--{given[0].replace('_', '-')} can't be combined with --from: the run is measured already")


def _read(options: Namespace) -> Measured:
    """The run in a folder, narrowed to the loops and workloads that the user names."""
    from bench.advice.cold import FILE, Cold
    from bench.contract.findings import CHECKS, Finding
    from bench.statistics.shared import Shared, narrowed
    from bench.store.folder import RunFolder
    from bench.subjects import workloads

    folder = RunFolder(options.folder)
    kept = folder.load()
    plan = kept.about.plan
    again = f"measure one: {PROGRAM} advise -o DIR{''.join(f' --loop {name}' for name in options.loop or ())}"
    if not plan.together:
        raise BenchError(
            f"the run in {options.folder} has no lifecycles with few and with many operations in the same rounds\n"
            f"{again}"
        )
    names = {plan.baseline, *(options.loop or plan.loops)}
    wanted = {workloads.name_of(text) for text in options.workload or plan.workloads}
    texts = frozenset(text for text in plan.workloads if workloads.name_of(text) in wanted)
    if not names <= {*plan.loops} or not texts:
        raise BenchError(
            f"the run in {options.folder} has the loops {', '.join(plan.loops)} and the workloads "
            f"{', '.join(dict.fromkeys(map(workloads.name_of, plan.workloads)))}\n{again}"
        )
    shared = Shared(frozenset(names), frozenset(plan.scenarios), texts)
    cold, findings = folder.read_record(FILE, Cold), folder.read_record(CHECKS, tuple[Finding, ...])
    return Measured(folder, narrowed(kept, shared), cold.cells if cold else (), findings or ())
