"""`report`: what a run folder holds, as tables; also the end of `run`."""

import argparse
import contextlib
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import PROGRAM
from bench.cli.terminal import add_format, show, width
from bench.errors import InUseError, NotMeasuredError

if TYPE_CHECKING:
    from bench.store.folder import RunFolder


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, and how its tables look."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the run folder")
    add_format(parser)


def call(options: Namespace) -> int:
    """Print the tables of a run again."""
    from bench.store.folder import RunFolder

    return conclude(RunFolder(options.folder), options.format)


def conclude(folder: "RunFolder", style: str) -> int:
    """Write suites and reports, print the tables; 3 if something was not measured."""
    from bench.reports.files import FILES
    from bench.reports.tables import as_text
    from bench.resources.readings import RESOURCES, Resources
    from bench.statistics.comparisons import compare

    refused = None
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(folder.locked())
        except (InUseError, NotMeasuredError) as error:
            refused = error
        kept, resources = folder.load(), folder.read_record(RESOURCES, Resources)
        comparisons = compare(kept)
        try:
            if not refused:
                folder.write_suites(kept)
                for name, render in FILES.items():
                    folder.write(name, render(kept, comparisons, resources))
        finally:  # a folder that is full, read-only or in use is no reason to say nothing
            show(as_text(kept, comparisons, style, width()))
    if isinstance(refused, NotMeasuredError):
        raise refused
    more = "" if kept.complete else f"; not complete: {PROGRAM} --resume {folder.path}"
    said = f"nothing was written: {str(refused).splitlines()[0]}" if refused else f"kept in {folder.path}{more}"
    print(f"\n{said}", file=sys.stderr)
    return 3 if kept.failures or not kept.complete else 0
