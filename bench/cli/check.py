"""`check`: which of asyncio's promises a loop keeps, by our own checks or by CPython's tests."""

import argparse
import difflib
import sys
import time
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.arguments import at_least
from bench.cli.terminal import add_format, drawn, show
from bench.errors import PROGRAM, BenchError, Exit, unknown

if TYPE_CHECKING:
    from bench.contract.findings import Finding
    from bench.subjects.loops import Loop

ANY = "any"
FEW = 5  # names that stand for all, where none is near


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which checks on which loops, and what happens with the findings."""
    add = parser.add_argument
    add(
        "--loop",
        action="append",
        metavar="NAME",
        help="loop, or package.module:factory; repeatable (default: all installed)",
    )
    add("--conformance", action="store_true", help="CPython's own tests instead of the checks")
    add("--check", action="append", metavar="NAME", help="check; repeatable (default: all)")
    add("--fail-on", action="append", metavar="CHECK", help=f"failure where this check, or {ANY!r}, is not kept")
    timeout = "seconds for one check (default: 5; with --conformance: 10)"
    add("--timeout", type=at_least(0.1, float, 3600), metavar="S", help=timeout)
    add("--into", type=Path, metavar="DIR", help="run folder whose report gets the tables")
    add("--list", action="store_true", help="all checks, and the promises that they try")
    add("--json", action="store_true", help="JSON list of objects instead of the tables")
    add("-q", "--quiet", action="store_true", help="no progress display")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print what was found; the exit code says if a check that the user named, or any, is not kept."""
    from bench.cli import promises
    from bench.contract.findings import CHECKS, CONFORMANCE
    from bench.reports import contract as report
    from bench.store.folder import RunFolder

    known = _known(conformance=options.conformance)
    if options.list:
        show(drawn(report.listed(known), options.format))
        return Exit.DONE
    names = _named(options.check, known) or [*known]
    gates = _named(options.fail_on, {*names, ANY})
    if options.into and options.check:
        raise BenchError("--into can't be combined with --check: a report has all of them")
    folder = RunFolder(options.into) if options.into else None
    loops = _loops(options.loop or (folder.about().plan.loops if folder else None))
    if folder:
        promises.check_same(folder, loops)
    if not options.quiet:
        print(f"trying {len(names)} checks on each loop ({len(loops)}), each in a fresh process", file=sys.stderr)
    find = _by_cpython if options.conformance else by_us
    found = watched(find(loops, names, options.timeout), len(loops) * len(names), quiet=options.quiet)
    order = {(loop.name, name): place for place, (loop, name) in enumerate((a, b) for a in loops for b in names)}
    found.sort(key=lambda one: order[one.loop, one.check])
    document = report.document(found, report.CPYTHON if options.conformance else report.OWN)
    show(report.as_json(found) if options.json else drawn(document, options.format))
    if folder:  # printed first, so that a full disk does not hide the result
        promises.keep(folder, found, CONFORMANCE if options.conformance else CHECKS)
    failed = any(one.kept is False and (ANY in gates or one.check in gates) for one in found)
    return Exit.CHECK_FAILED if failed else Exit.DONE


def _known(*, conformance: bool) -> Mapping[str, tuple[str, str]]:
    """The area of each check, and what it tries."""
    if conformance:
        from bench.contract.conformance import area, tests, untried_because

        return {name: (area(name), untried_because(name)) for name in tests()}
    from bench.contract.checks import every

    return {name: (check.area, check.promise) for name, check in every().items()}


def _named(names: Sequence[str] | None, known: Collection[str]) -> Sequence[str]:
    """These names, each once; raises BenchError for a name that nothing has."""
    for name in names or ():
        if name not in known:
            near = difflib.get_close_matches(name, known, cutoff=0.4) or sorted(known)[:FEW]
            raise unknown("check", name, near, f"see {PROGRAM} check --list; CPython's tests: --conformance --list")
    return [*dict.fromkeys(names or ())]


def _loops(names: Sequence[str] | None) -> "Sequence[Loop]":
    from bench.cli.selecting import selected

    return selected(names, names[0] if names else None)


def watched(findings: "Iterator[Finding]", total: int, *, quiet: bool) -> "list[Finding]":
    """All findings, with progress on stderr."""
    from bench.cli import progress

    found: list[Finding] = []
    began = time.monotonic()

    def seconds_left() -> float:
        return (time.monotonic() - began) / max(1, len(found)) * (total - len(found))

    track = progress.Track(
        findings, total, "checks", lambda one: f"{one.loop}: {one.check}", seconds_left, seconds_left
    )
    for finding in progress.tracked(track, None if quiet else sys.stderr):
        found.append(finding)  # noqa: PERF402  (the time left depends on how many there are)
    return found


def by_us(loops: "Sequence[Loop]", names: Sequence[str], timeout_s: float | None) -> "Iterator[Finding]":
    """What became of our checks; where they are all, they are kept for the tables of runs."""
    from bench.contract import cache
    from bench.contract.checks import every
    from bench.contract.trying import TIMEOUT_S, batch, findings

    checks = every()
    for loop in loops:
        found = []
        for finding in findings([batch(loop, checks[name], timeout_s or TIMEOUT_S) for name in names]):
            found.append(finding)
            yield finding
        if len(names) == len(checks):
            cache.keep(loop, sorted(found, key=lambda finding: names.index(finding.check)))


def _by_cpython(loops: "Sequence[Loop]", names: Sequence[str], timeout_s: float | None) -> "Iterator[Finding]":
    from bench.contract.conformance import TIMEOUT_S, batches, untried
    from bench.contract.trying import findings

    for loop in loops:
        yield from untried(loop, names)
        yield from findings(batches(loop, names, timeout_s or TIMEOUT_S))
