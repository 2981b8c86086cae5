"""`report`: what a run folder holds, as tables; also the end of `run`."""

import argparse
import sys
from argparse import Namespace
from pathlib import Path

from bench.arguments import PROGRAM
from bench.cli.terminal import add_format, show, width


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, and how its tables look."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the run folder")
    add_format(parser)


def call(options: Namespace) -> int:
    """Print the tables of a run again."""
    return conclude(options.folder, options.format)


def conclude(path: Path, style: str) -> int:
    """Write suites and reports, print the tables; 3 if something was not measured."""
    from bench import analysis, store
    from bench.reports.files import FILES
    from bench.reports.tables import as_text

    folder = store.RunFolder(path)
    kept = folder.load()
    comparisons = analysis.compare(kept)
    try:
        folder.write_suites(kept)
        for name, render in FILES.items():
            folder.write(name, render(kept, comparisons))
    finally:  # a folder that is full or read-only is no reason to say nothing
        show(as_text(kept, comparisons, style, width()))
    print(f"\nkept in {path}{'' if kept.complete else f'; not complete: {PROGRAM} --resume {path}'}", file=sys.stderr)
    return 3 if kept.failures or not kept.complete else 0
