"""`report`: the tables of a run folder, again; also the end of `run`."""

import argparse
import contextlib
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.terminal import add_format, show, width
from bench.errors import PROGRAM, Exit, InUseError, NotMeasuredError

if TYPE_CHECKING:
    from bench.store.folder import RunFolder


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, and how its tables look."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="run folder")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print the tables of a run again, and write its reports again."""
    from bench.store.folder import RunFolder

    return conclude(RunFolder(options.folder), options.format)


def conclude(folder: "RunFolder", style: str) -> Exit:
    """Write suites and reports, print the tables, say where all is; the exit code says if all was measured.

    A folder that is full, read-only or in use is still printed.
    """
    from bench.reports import tables
    from bench.reports.files import FILES
    from bench.reports.rendering import render
    from bench.resources.readings import RESOURCES, Resources
    from bench.statistics.comparisons import compare

    refused = None
    with contextlib.ExitStack() as locks:
        try:
            locks.enter_context(folder.locked())
        except (InUseError, NotMeasuredError) as error:
            refused = error
        kept, resources = folder.load(), folder.read_record(RESOURCES, Resources)
        comparisons = compare(kept)
        try:
            if not refused:
                folder.write_suites(kept)
                for name, made in FILES.items():
                    folder.write(name, made(kept, comparisons, resources))
        finally:
            show(render(tables.document(kept, comparisons), style, width()))
    if isinstance(refused, NotMeasuredError):
        raise refused
    more = "" if kept.complete else f"; incomplete, resume with: {PROGRAM} --resume {folder.path}"
    place = f"nothing was written: {str(refused).splitlines()[0]}" if refused else f"kept in {folder.path}{more}"
    print(f"\n{place}", file=sys.stderr)
    return Exit.NOT_MEASURED if kept.failures or not kept.complete else Exit.DONE
