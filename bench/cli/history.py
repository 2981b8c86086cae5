"""`history`: loops through time, over all published runs or over those that are named."""

import argparse
from argparse import Namespace
from pathlib import Path

from bench.cli import reading
from bench.cli.terminal import add_format, drawn, show
from bench.errors import PROGRAM, BenchError, Exit

RESULTS = Path("results")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which runs, and how they are shown."""
    add = parser.add_argument
    add("runs", metavar="RUN", nargs="*", help="run folder, baseline or data set (default: all in results)")
    add("--page", type=Path, metavar="FILE", help="file for the same as a page, with charts")
    add("--json", action="store_true", help="JSON instead of tables")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print the lines, and write the page that was asked for."""
    from bench.reports import history as report
    from bench.reports import page
    from bench.statistics import history
    from bench.store import files
    from bench.store.folder import ABOUT

    names = options.runs or [str(file.parent) for file in sorted(RESULTS.glob(f"*/{ABOUT}"))]
    if not names:
        raise BenchError(f"there is no run in {RESULTS}\nname runs, or publish some: {PROGRAM} publish RUN")
    runs = reading.named(names)
    lines = history.lines(runs)
    if options.page:
        try:
            files.write(options.page, page.text(report.document(lines)))
        except OSError as error:
            raise BenchError(f"{options.page} can't be written: {error.strerror}\nname another: --page FILE") from None
    show(report.as_json(lines) if options.json else drawn(report.document(lines), options.format))
    return Exit.DONE
