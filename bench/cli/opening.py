"""The run folder that `run` measures into: a new one, or the one of an interrupted run."""

import time
from argparse import Namespace
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cli import interpreting, planning
from bench.cli.report import check_gate
from bench.errors import BenchError
from bench.machine import facts
from bench.store.folder import RunFolder
from bench.store.outcomes import About, Kept, Resumed
from bench.subjects import loops
from bench.subjects.interpreters import Interpreter

PROGRAMS = "interpreters.json"


@dataclass(frozen=True, slots=True)
class Opened:
    """A locked run folder, what it holds, the programs of its interpreters by name, and what the user forced."""

    folder: RunFolder
    kept: Kept
    programs: Mapping[str, str]
    resumed: Resumed | None = None


def created(options: Namespace, about: About, interpreters: Sequence[Interpreter], locks: ExitStack) -> Opened:
    """A new folder, locked, for this run. It also has the interpreters' programs, in a file that is never published."""
    about = planning.with_disturbances(about)
    folder = RunFolder(options.output or Path("results/runs", time.strftime("%Y%m%d-%H%M%S")))
    locks.enter_context(folder.locked(new=True))
    folder.create(about)
    programs = {one.name: one.path for one in interpreters}
    if programs:
        folder.write_record(PROGRAMS, programs)
    return Opened(folder, Kept(about, ()), programs)


def reopened(options: Namespace, locks: ExitStack) -> Opened:
    """The folder of the run to resume, locked, with what was measured, and what the user forced."""
    folder = RunFolder(options.resume)
    locks.enter_context(folder.locked())
    kept = folder.load()
    plan = kept.about.plan
    check_gate(options, plan)
    programs = _programs(folder, plan.interpreters)
    now = planning.described(plan, interpreting.again(programs, [loops.named(name) for name in plan.loops]))
    planning.check_something_is_left(now)
    resumed = _changed(folder, kept.about, now, forced=options.force_resume)
    longer = planning.extended(options, kept.about)
    if longer != kept.about:
        folder.extend(longer)
    return Opened(folder, replace(kept, about=longer), programs, resumed)


def _programs(folder: RunFolder, interpreters: Collection[str]) -> Mapping[str, str]:
    """The programs of the run's interpreters; raises BenchError where the folder does not have them."""
    programs = folder.read_record(PROGRAMS, dict[str, str]) if interpreters else {}
    if programs is None or set(programs) != set(interpreters):
        raise BenchError(
            f"{folder.path} does not say where its interpreters are ({', '.join(interpreters)}): no {PROGRAMS}, "
            "which no published run has\nbegin a new run"
        )
    return {name: programs[name] for name in interpreters}


def _changed(folder: RunFolder, begun: About, now: About, *, forced: bool) -> Resumed | None:
    """What changed since the run was begun; raises BenchError for changes, unless the user forces them."""
    if begun.method != now.method:
        raise BenchError(
            f"the run in {folder.path} was begun by method {begun.method}, this is method {now.method}: other values\n"
            "begin a new run, or finish this one with the version of evloop-bench that began it"
        )
    where = f"the run in {folder.path} was begun with something else:"
    if begun.scenarios != now.scenarios or not {*now.skips} <= {*begun.skips}:  # more: what checks had found broken
        raise BenchError(f"{where} the scenarios are not the same\nbegin a new run, or restore the scenarios")
    changes = facts.differences(begun.facts, now.facts)
    if changes and not forced:
        raise BenchError(
            f"{where} {'; '.join(changes)}\n"
            "values from before and after can't be compared: begin a new run, or undo the changes; "
            "--force-resume mixes them, and every report says so"
        )
    return Resumed(changes, now.facts) if changes else None
