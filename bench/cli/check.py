"""`check`: which of asyncio's promises a loop keeps."""

import argparse
import sys
from argparse import Namespace
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from bench.cli.arguments import at_least
from bench.cli.terminal import add_format, show, width
from bench.errors import PROGRAM, Exit, unknown

if TYPE_CHECKING:
    from bench.contract.findings import Finding
    from bench.contract.trying import Question

ANY = "any"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which checks on which loops, and what happens with the findings."""
    add = parser.add_argument
    add(
        "--loop",
        action="append",
        metavar="NAME",
        help="loop, or package.module:factory; repeatable (default: all installed)",
    )
    add("--check", action="append", metavar="NAME", help="check; repeatable (default: all)")
    add("--fail-on", action="append", metavar="CHECK", help=f"exit code 1 if this check is not kept, or {ANY!r}")
    add("--timeout", type=at_least(0.1, float), metavar="S", help="seconds that one check may take (default: 5)")
    add("--list", action="store_true", help="all checks and the promises that they try, untried")
    add("--json", action="store_true", help="JSON list of objects instead of the tables")
    add("-q", "--quiet", action="store_true", help="no progress display")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print what was found; the exit code says if a check that the user named, or any, is not kept."""
    from bench.contract.trying import TIMEOUT_S, findings
    from bench.reports import contract as report
    from bench.reports.rendering import render

    if options.list:
        from bench.contract.checks import every

        show(render(report.listed(every()), options.format, width()))
        return Exit.DONE
    questions = _questions(options)
    _check_names(options.fail_on or (), {question.check for question in questions})
    if not options.quiet:
        print(f"trying {len(questions)} checks, each in a fresh process", file=sys.stderr)
    order = {(question.loop.name, question.check): place for place, question in enumerate(questions)}
    found = sorted(findings(questions, options.timeout or TIMEOUT_S), key=lambda one: order[one.loop, one.check])
    show(report.as_json(found) if options.json else render(report.document(found), options.format, width()))
    return Exit.CHECK_FAILED if _failed(found, options.fail_on or ()) else Exit.DONE


def _questions(options: Namespace) -> "Sequence[Question]":
    """Each check on each loop; raises BenchError for names that nothing has."""
    from bench.cli.selecting import selected
    from bench.contract.checks import every
    from bench.contract.trying import question

    checks = every()
    _check_names(options.check or (), checks)
    loops = selected(options.loop, options.loop[0] if options.loop else None)
    names = dict.fromkeys(options.check or checks)
    return [question(loop, checks[name]) for loop in loops for name in names]


def _check_names(names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known and name != ANY:
            raise unknown("check", name, sorted(known), f"see {PROGRAM} check --list")


def _failed(found: "Sequence[Finding]", names: Collection[str]) -> bool:
    return any(finding.kept is False and (ANY in names or finding.check in names) for finding in found)
