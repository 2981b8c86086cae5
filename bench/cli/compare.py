"""`compare`: what changed between two runs, in what they share."""

import argparse
import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import percentage
from bench.cli.terminal import add_format, drawn, show
from bench.errors import BenchError, Exit

if TYPE_CHECKING:
    from bench.statistics.pairs import Pair

SUMMARY = "GITHUB_STEP_SUMMARY"  # names the file whose Markdown GitHub Actions shows beside the log


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which runs, what makes the command fail, and how the result is printed."""
    add = parser.add_argument
    add("old", metavar="OLD", help="run folder or name of a baseline")
    add("new", metavar="NEW", help="run folder or name of a baseline, measured later")
    add("--fail-if-slower", type=percentage, metavar="P%", help="failure where a total slowed by more, such as 3%%")
    add("--require-power", action="store_true", help="failure where --fail-if-slower could not have failed")
    add("--fail-if-inconclusive", action="store_true", help="failure where a total is inconclusive")
    add("--json", action="store_true", help="JSON instead of tables")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print what changed; the exit code says if a requested check failed, or if a cell is missing in one run."""
    from bench.reports import changes as report
    from bench.reports import gates
    from bench.reports.rendering import PAGE, render
    from bench.statistics import changes

    gate = gates.Gate(options.fail_if_slower, options.fail_if_inconclusive, options.require_power)
    if gate.power and gate.slower is None:
        raise BenchError("--require-power asks what --fail-if-slower could have shown: name its limit too")
    pair = _pair(options.old, options.new)
    changed = changes.between(pair)
    failed = gates.failures(gate, pair, changed)
    text = report.as_json(pair, changed, failed)
    if not options.json:
        text = drawn(report.document(pair, changed), options.format)
    show(text)
    for failure in failed:
        print(f"failed: {failure}", file=sys.stderr)
    if not failed and (power := gates.passed(gate, changed)):
        print(power, file=sys.stderr)
    _summarize(render(report.excerpt(pair, changed, failed), PAGE))
    if failed:
        return Exit.CHECK_FAILED
    return Exit.NOT_MEASURED if changes.uncompared(pair, changed) else Exit.DONE


def _pair(old: str, new: str) -> "Pair":
    from bench.statistics import pairs
    from bench.store import baselines
    from bench.store.folder import RunFolder

    folders = [RunFolder(baselines.folder_of(text)) for text in (old, new)]
    loaded = [folder.load() for folder in folders]
    return pairs.paired(old, loaded[0], new, loaded[1])


def _summarize(markdown: str) -> None:
    """Append to the summary of a GitHub Actions job, if this is one."""
    if place := os.environ.get(SUMMARY):
        try:
            with Path(place).open("a", encoding="utf-8") as file:
                file.write(f"\n{markdown}")
        except OSError as error:
            raise BenchError(
                f"the summary can't be appended to {place}: {error.strerror}; the tables above are complete\n"
                f"{SUMMARY} names that file: fix the variable, or unset it"
            ) from None
