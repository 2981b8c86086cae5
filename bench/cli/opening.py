"""The run folder that `run` measures into: a new one, or the one of an interrupted run."""

import time
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path

from bench.cli import planning
from bench.errors import BenchError
from bench.machine import facts
from bench.store.folder import RunFolder
from bench.store.outcomes import About, Kept, Resumed

ALSO_WITH_RESUME = {"command", "resume", "force_resume", "format", "quiet", "save_baseline"}


def check_options(options: Namespace) -> None:
    """Raise BenchError for options that contradict --resume: the run folder holds the plan."""
    given = {name for name, value in vars(options).items() if value is not None and value is not False}
    contradicting = sorted(given - ALSO_WITH_RESUME)
    if options.force_resume and not options.resume:
        raise BenchError("--force-resume needs --resume DIR: it allows changes, but does not name the run")
    if options.resume and contradicting:
        option = contradicting[0].replace("_", "-")
        raise BenchError(f"--{option} can't be combined with --resume: the run folder holds the plan")


def created(options: Namespace, locks: ExitStack) -> tuple[RunFolder, Kept]:
    """A new folder, locked, for the run that the options ask for."""
    about = planning.described(planning.planned(options))
    planning.check_something_is_left(about)
    about = planning.with_disturbances(about)
    folder = RunFolder(options.output or Path("results/runs", time.strftime("%Y%m%d-%H%M%S")))
    locks.enter_context(folder.locked(new=True))
    folder.create(about)
    return folder, Kept(about, ())


def reopened(options: Namespace, locks: ExitStack) -> tuple[RunFolder, Kept]:
    """The folder of the run to resume, locked, with what was measured."""
    folder = RunFolder(options.resume)
    locks.enter_context(folder.locked())
    kept = folder.load()
    now = planning.described(kept.about.plan)
    planning.check_something_is_left(now)
    _check_same(folder, kept.about, now, forced=options.force_resume)
    return folder, kept


def _check_same(folder: RunFolder, begun: About, now: About, *, forced: bool) -> None:
    """Raise BenchError if something changed since the run was begun; if forced, note the changes in the folder."""
    if begun.method != now.method:
        raise BenchError(
            f"the run in {folder.path} was begun by method {begun.method}, this is method {now.method}: other values\n"
            "begin a new run, or finish this one with the version of evloop-bench that began it"
        )
    where = f"the run in {folder.path} was begun with something else:"
    if begun.groups != now.groups:
        raise BenchError(f"{where} the scenarios are not the same\nbegin a new run, or restore the scenarios")
    changes = facts.differences(begun.facts, now.facts)
    if changes and not forced:
        raise BenchError(
            f"{where} {'; '.join(changes)}\n"
            "values from before and after can't be compared: begin a new run, or undo the changes; "
            "--force-resume mixes them, and every report says so"
        )
    if changes:
        folder.append(Resumed(changes))
