"""What the loops of a run keep of asyncio's promises: looked up or tried, kept in its folder, cells skipped."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.errors import PROGRAM, BenchError

if TYPE_CHECKING:
    from bench.contract.findings import Finding
    from bench.store.folder import RunFolder
    from bench.store.outcomes import About
    from bench.subjects.loops import Loop


def known(loops: "Sequence[Loop]") -> "tuple[Finding, ...]":
    """What became of the checks of these loops, as they are now: nothing of loops that were not checked."""
    from bench.contract import cache

    return tuple(finding for loop in loops for finding in cache.kept(loop))


def tried_first(loops: "Sequence[Loop]", *, quiet: bool) -> "tuple[Finding, ...]":
    """The same, after all checks were tried on the loops that have not been checked."""
    from bench.cli.check import by_us, watched
    from bench.contract.checks import every

    found = known(loops)
    checked = {finding.loop for finding in found}
    due = [loop for loop in loops if loop.name not in checked]
    if due and not quiet:
        print(f"trying {len(every())} checks on {', '.join(loop.name for loop in due)}", file=sys.stderr)
    new = watched(by_us(due, [*every()], None), len(due) * len(every()), quiet=quiet)
    places = {name: place for place, name in enumerate([*(loop.name for loop in loops), *every()])}
    return tuple(sorted((*found, *new), key=lambda one: (places[one.loop], places.get(one.check, 0))))


def without_broken(about: "About", findings: "Sequence[Finding]") -> "About":
    """The same run, without the cells whose loop does not keep a promise that their scenario needs."""
    from bench.plan.cells import Skip
    from bench.subjects.scenarios import needs

    broken = {(finding.loop, finding.check): finding for finding in findings if finding.kept is False}
    skips = {
        cell: Skip(cell, f"does not keep {found.check}: {found.how}: {found.reason}")
        for cell in about.cells
        for check in needs(cell.scenario)
        if (found := broken.get((cell.loop, check)))
    }
    return replace(about, skips=(*about.skips, *skips.values()))


def check_same(folder: "RunFolder", loops: "Sequence[Loop]") -> None:
    """Raise BenchError where the run measured other loops, or other versions of them or of Python."""
    from bench.machine import facts

    about = folder.about()
    if strangers := {loop.name for loop in loops}.difference(about.plan.loops):
        raise BenchError(f"the run in {folder.path} has not measured {', '.join(sorted(strangers))}")
    names = ("python", "implementation", *(f"loop {loop.name}" for loop in loops))
    then, now = ({name: each.get(name, "nothing") for name in names} for each in (about.facts, facts.facts(loops)))
    if changes := facts.differences(then, now):
        raise BenchError(
            f"the run in {folder.path} has measured something else: {'; '.join(changes)}\n"
            "check what it has measured, or measure again"
        )


def keep(folder: "RunFolder", found: "Sequence[Finding]", name: str) -> None:
    """Put findings into a file of a run folder, in place of earlier ones of the same loops."""
    from bench.contract.findings import Finding

    with folder.locked():
        loops = {finding.loop for finding in found}
        there = folder.read_record(name, tuple[Finding, ...]) or ()
        folder.write_record(name, [*(finding for finding in there if finding.loop not in loops), *found])
    print(f"kept in {folder.path}; see them in its report: {PROGRAM} report {folder.path}", file=sys.stderr)
