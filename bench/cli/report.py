"""`report`: the tables of a run folder, again; also the end of `run`."""

import argparse
import contextlib
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.terminal import SIMPLE, add_format, add_verbose, drawn, show
from bench.errors import PROGRAM, Exit, InUseError, NotMeasuredError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.reports.document import Document
    from bench.statistics.comparisons import Comparison
    from bench.store.folder import RunFolder
    from bench.store.outcomes import Kept


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, and how its tables look."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="run folder")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables, with plan and facts")
    add_verbose(parser)
    add_pictures(parser)
    add_format(parser)


def add_pictures(parser: argparse.ArgumentParser) -> None:
    """Add what is drawn, and where: bars on a terminal, charts as files."""
    parser.add_argument("--no-bars", action="store_true", help="no bars beside the tables of a wide terminal")
    parser.add_argument("--png", action="store_true", help="charts as PNG too, in charts/ (needs the extra png)")


def check_pictures(options: Namespace) -> None:
    """Raise BenchError if charts are asked for that can't be drawn."""
    if options.png:
        from bench.reports import png

        png.check()


def call(options: Namespace) -> Exit:
    """Print the tables of a run again, and write its reports again."""
    from bench.store.folder import RunFolder

    check_pictures(options)
    return conclude(RunFolder(options.folder), options)


def conclude(folder: "RunFolder", options: Namespace, *, interrupted: bool = False) -> Exit:
    """Write reports and suites, print the tables, say where all is; the exit code says if all was measured.

    A folder that is full, read-only or in use is still printed.
    """
    from bench.reports import besides as beside
    from bench.reports import files, png, tables
    from bench.reports.charted import charted
    from bench.statistics.comparisons import compare

    refused = None
    with contextlib.ExitStack() as locks:
        try:
            locks.enter_context(folder.locked())
        except (InUseError, NotMeasuredError) as error:
            refused = error
        kept, besides = folder.load(), beside.read(folder)
        comparisons = compare(kept)
        document = tables.document(kept, comparisons, besides)
        try:
            if not refused:
                for name, text in files.texts(kept, comparisons, besides, document):
                    folder.write(name, text)
                if options.png:
                    folder.write_pictures(png.pictures(charted(document, kept, comparisons, besides)))
                folder.write_suites(kept)  # last: pyperf may refuse what the reports can say
        finally:
            show(_printed(options, kept, comparisons, document))
    if isinstance(refused, NotMeasuredError):
        raise refused
    state = "interrupted; " if interrupted else "" if kept.complete else "incomplete, "
    more = f"; {state}resume with: {PROGRAM} --resume {folder.path}" if state else ""
    place = f"nothing was written: {str(refused).splitlines()[0]}" if refused else f"kept in {folder.path}{more}"
    print(f"\n{place}", file=sys.stderr)
    return Exit.NOT_MEASURED if kept.failures or not kept.complete else Exit.DONE


def _printed(options: Namespace, kept: "Kept", comparisons: "Sequence[Comparison]", document: "Document") -> str:
    """The report as the options ask for it."""
    from bench.reports import records, tables

    if options.json:
        return records.everything(kept, comparisons)
    is_brief = options.format == SIMPLE and not options.verbose
    return drawn(tables.brief(document) if is_brief else document, options.format, bars=not options.no_bars)
