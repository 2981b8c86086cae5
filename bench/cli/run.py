"""`run`: a list of tasks, each with a value in and a value out.

    select, import     `interpreting`   options → interpreters, and loops, each of which can be imported
    check              `promises`       what the loops keep of asyncio's promises, if asked
    plan               `planning`       → what the run is; a plan that can't answer is refused
    open               `opening`        → a locked run folder, new or of an earlier run, and what it holds
    measure            `measuring`      every outcome goes into the folder at once
    report             `report`         as the command `report` does
    save               here             under the name of a baseline, if asked

New runs and resumed runs differ until the folder is open, and are the same after that.
"""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.run_options import add_options, check
from bench.errors import PROGRAM, Exit

if TYPE_CHECKING:
    from bench.store.folder import RunFolder

__all__ = ["add_options", "call"]


def call(options: Namespace) -> Exit:
    """Measure what the options ask for, or what an earlier run still lacks, and print the tables."""
    import contextlib
    import time

    from bench.cli import interpreting, promises

    check(options)
    if options.fleet:
        from bench.cli import ordering, parser_of

        return ordering.call(options, parser_of("run"))
    began = time.monotonic()
    chosen = None if options.resume else interpreting.chosen(options)
    imports_s = time.monotonic() - began
    # checks are tried on the interpreter that runs this
    findings = promises.known(chosen.loops) if chosen and not chosen.interpreters else ()
    if chosen and options.check and not options.dry_run:
        findings = promises.tried_first(chosen.loops, quiet=options.quiet)
        began = time.monotonic() - imports_s  # a time limit is for measuring
    # pandas and scipy from here on: a mistake in the options is reported before
    from bench.cli import measuring, opening, planning, report
    from bench.contract.findings import CHECKS

    start = planning.Start(imports_s, time.monotonic() - began)
    about = planning.ahead(options, chosen, start, findings) if chosen else None
    if about and options.dry_run:
        planning.preview(about, start)
        return Exit.DONE
    with contextlib.ExitStack() as locks:
        if about and chosen:
            opened = opening.created(options, about, chosen.interpreters, locks)
            if findings:
                opened.folder.write_record(CHECKS, findings)
        else:
            opened = opening.reopened(options, locks)
        held = planning.held(options, opened.kept.about, time.monotonic() - began)
        try:
            measuring.measure(opened, held, quiet=options.quiet)
        except KeyboardInterrupt:
            _end_early(opened.folder, options)
            return Exit.INTERRUPTED
        code = report.conclude(opened.folder, options)
        _save_baseline(opened.folder.path, options.save_baseline, code)
    return code


def _end_early(folder: "RunFolder", options: Namespace) -> None:
    """Print the tables of what was measured; one more Ctrl-C leaves them out, but not the command that resumes."""
    from bench.cli import report

    try:
        report.conclude(folder, options, interrupted=True)
    except KeyboardInterrupt:
        print(f"\ninterrupted; resume with: {PROGRAM} --resume {folder.path}", file=sys.stderr)


def _save_baseline(folder: Path, name: str | None, code: Exit) -> None:
    """Save a run under the name that was asked for, if any, if all of it was measured and it failed no limit."""
    from bench.store import baselines

    if name and code == Exit.DONE:
        saved = baselines.save(folder, name)
        print(f"saved in {saved}; later: {PROGRAM} compare {name} NEW", file=sys.stderr)
    elif name:
        why = "a loop is too slow" if code == Exit.CHECK_FAILED else "not everything was measured"
        print(f"not saved as the baseline {name}: {why}", file=sys.stderr)
