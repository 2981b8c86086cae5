"""`compare`: what changed from an old run to a new one of the same plan."""

import argparse
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import percentage
from bench.cli.terminal import add_format, show, width
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.statistics.pairs import Pair

SUMMARY = "GITHUB_STEP_SUMMARY"  # GitHub Actions names there the file whose Markdown it shows beside the log


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which runs, what fails, and how it is printed."""
    add = parser.add_argument
    add("old", metavar="OLD", help="a run folder, or the name of a baseline")
    add("new", metavar="NEW", help="the same, measured later")
    add(
        "--fail-if-slower",
        type=percentage,
        metavar="P%",
        help="exit with 1 if the total of a loop became slower, its intervals lying wholly beyond this: 3%%",
    )
    add("--fail-if-inconclusive", action="store_true", help="exit with 1 if the total of a loop shows nothing")
    add("--json", action="store_true", help="print JSON instead of tables")
    add_format(parser)


def call(options: Namespace) -> int:
    """Print what changed; 1 if a check that was asked for fails, 3 if something was not measured in both runs."""
    from bench.reports import changes as report
    from bench.statistics import changes

    pair = _pair(options.old, options.new)
    found = changes.between(pair)
    failed = report.failures(pair, found, options.fail_if_slower, inconclusive=options.fail_if_inconclusive)
    text = report.as_json(pair, found, failed)
    if not options.json:
        text = report.as_text(pair, found, options.format, width())
    show(text)
    for failure in failed:
        print(f"failed: {failure}", file=sys.stderr)
    _summarize(report.as_markdown(pair, found, failed))
    return 1 if failed else 3 if changes.uncompared(pair, found) else 0


def _pair(old: str, new: str) -> "Pair":
    from bench.statistics import pairs
    from bench.store import baselines
    from bench.store.folder import RunFolder

    folders = [RunFolder(baselines.folder_of(text)) for text in (old, new)]
    loaded = [folder.load() for folder in folders]
    return pairs.paired(old, loaded[0], new, loaded[1])


def _summarize(markdown: str) -> None:
    """Append to the summary of a job on GitHub, where there is one."""
    if place := os.environ.get(SUMMARY):
        try:
            with Path(place).open("a", encoding="utf-8") as file:
                file.write(f"\n{markdown}")
        except OSError as error:
            raise BenchError(
                f"the summary can't be appended to {place}: {error.strerror}; the tables above are whole\n"
                f"{SUMMARY} names that file: mend it, or unset the variable"
            ) from None
