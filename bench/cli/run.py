"""`run`: a list of tasks, each with a value in and a value out.

    resolve and plan   `planning`       options, or the plan of an earlier run → what the run is
    check, open        `opening`        → a locked run folder, and what it holds
    measure            `measuring`      every outcome goes into the folder at once
    report             `report`         as the command `report` does
    save               here             under the name of a baseline, if asked

New runs and resumed runs differ until the folder is open, and are the same after that.
"""

import sys
from argparse import Namespace
from pathlib import Path

from bench.cli.run_options import add_options
from bench.errors import PROGRAM, Exit

__all__ = ["add_options", "call"]


def call(options: Namespace) -> Exit:
    """Measure what the options ask for, or what an earlier run still lacks, and print the tables."""
    import contextlib

    from bench.cli import measuring, opening, planning, report

    opening.check_options(options)
    if options.dry_run:
        planning.preview(planning.described(planning.planned(options)))
        return Exit.DONE
    with contextlib.ExitStack() as locks:
        open_folder = opening.reopened if options.resume else opening.created
        folder, kept = open_folder(options, locks)
        measuring.measure(folder, kept, quiet=options.quiet)
        code = report.conclude(folder, options.format)
        _save_baseline(folder.path, options.save_baseline, complete=code == Exit.DONE)
    return code


def _save_baseline(folder: Path, name: str | None, *, complete: bool) -> None:
    """Save a run under the name that was asked for, if any, and if all of it was measured."""
    from bench.store import baselines

    if name and complete:
        saved = baselines.save(folder, name)
        print(f"saved in {saved}; later: {PROGRAM} compare {name} NEW", file=sys.stderr)
    elif name:
        print(f"not saved as the baseline {name}: not everything was measured", file=sys.stderr)
