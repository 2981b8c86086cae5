"""The run folder that `run` measures into: a new one, or the one of an interrupted run."""

import time
from argparse import Namespace
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.cli import planning
from bench.errors import BenchError
from bench.machine import facts
from bench.store.folder import RunFolder
from bench.store.outcomes import About, Kept, Resumed


def created(options: Namespace, about: About, locks: ExitStack) -> tuple[RunFolder, Kept, None]:
    """A new folder, locked, for this run; nothing was resumed by force."""
    about = planning.with_disturbances(about)
    folder = RunFolder(options.output or Path("results/runs", time.strftime("%Y%m%d-%H%M%S")))
    locks.enter_context(folder.locked(new=True))
    folder.create(about)
    return folder, Kept(about, ()), None


def reopened(options: Namespace, locks: ExitStack) -> tuple[RunFolder, Kept, Resumed | None]:
    """The folder of the run to resume, locked, with what was measured, and what the user forced."""
    folder = RunFolder(options.resume)
    locks.enter_context(folder.locked())
    kept = folder.load()
    now = planning.described(kept.about.plan)
    planning.check_something_is_left(now)
    resumed = _changed(folder, kept.about, now, forced=options.force_resume)
    longer = planning.extended(options, kept.about)
    if longer != kept.about:
        folder.extend(longer)
    return folder, replace(kept, about=longer), resumed


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
