"""`report`: the tables of a run folder, again; also the end of `run`."""

import argparse
import contextlib
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.cli.arguments import percentage
from bench.cli.terminal import SIMPLE, add_format, add_verbose, drawn, show
from bench.errors import PROGRAM, BenchError, Exit, InUseError, NotMeasuredError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.plan.cells import Plan
    from bench.reports.document import Document
    from bench.statistics.comparisons import Comparison
    from bench.store.folder import RunFolder
    from bench.store.outcomes import Kept


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which run, and how its tables look."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="run folder")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables, with plan and facts")
    add_gate(parser)
    add_verbose(parser)
    add_pictures(parser)
    add_format(parser)


def add_gate(parser: argparse.ArgumentParser) -> None:
    """Add what makes the command fail: a loop that is slower than another one of the same run."""
    add = parser.add_argument
    slower = "failure where totals exceed LOOP's by more: asyncio 10%%"
    add("--fail-if-slower-than", nargs=2, action=_Limit, metavar=("LOOP", "P%"), help=slower)
    add("--require-power", action="store_true", help="failure where --fail-if-slower-than could not have failed")


class _Limit(argparse.Action):
    """Reads a loop and a percentage."""

    def __call__(self, _parser: object, options: Namespace, values: object, _option: str | None = None) -> None:
        """Keep both; argparse says what is wrong with the percentage."""
        loop, limit = cast("list[str]", values)
        try:
            setattr(options, self.dest, (loop, percentage(limit)))
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentError(self, str(error)) from None


def check_gate(options: Namespace, plan: "Plan") -> None:
    """Raise BenchError for a limit on what is slower than a loop that is not the baseline of the run."""
    if options.require_power and not options.fail_if_slower_than:
        raise BenchError(
            "--require-power asks what --fail-if-slower-than could have shown: name a loop and a limit too"
        )
    loop = options.fail_if_slower_than and options.fail_if_slower_than[0]
    if loop and loop not in {plan.baseline, plan.baseline_loop}:
        raise BenchError(
            f"--fail-if-slower-than {loop}: the run has {plan.baseline} as its baseline, and all ratios are to that\n"
            f"give --fail-if-slower-than {plan.baseline}, or measure with --baseline {loop}"
        )


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
    folder = RunFolder(options.folder)
    check_gate(options, folder.about().plan)
    return conclude(folder, options)


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
    print(f"\n{_place(folder, state, refused)}", file=sys.stderr)
    if options.fail_if_slower_than and _fails(options, comparisons):
        return Exit.CHECK_FAILED
    return Exit.NOT_MEASURED if kept.failures or not kept.complete else Exit.DONE


def _place(folder: "RunFolder", state: str, refused: Exception | None) -> str:
    """Where everything is, and the command that resumes a run that is not complete."""
    if refused:
        return f"nothing was written: {str(refused).splitlines()[0]}"
    more = f"; {state}resume with: {PROGRAM} --resume {folder.path}" if state else ""
    return f"kept in {folder.path}{more}"


def _fails(options: Namespace, comparisons: "Sequence[Comparison]") -> bool:
    """Whether a loop is slower than the user allows; says which, or how small a slow-down could have shown."""
    from bench.reports import gates

    gate = gates.Gate(options.fail_if_slower_than[1], power=options.require_power)
    failed = gates.slower(gate, comparisons)
    for failure in failed:
        print(f"failed: {failure}", file=sys.stderr)
    if not failed and (power := gates.not_slower(gate, comparisons)):
        print(power, file=sys.stderr)
    return bool(failed)


def _printed(options: Namespace, kept: "Kept", comparisons: "Sequence[Comparison]", document: "Document") -> str:
    """The report as the options ask for it."""
    from bench.reports import records, tables

    if options.json:
        return records.everything(kept, comparisons)
    is_brief = options.format == SIMPLE and not options.verbose
    return drawn(tables.brief(document) if is_brief else document, options.format, bars=not options.no_bars)
