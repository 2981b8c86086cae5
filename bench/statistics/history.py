"""Runs to lines through time: a loop in a scenario, run after run, and where it changed beyond its intervals.

Runs are on one line only where `compare` would give a verdict on them: one machine, one method, one way to measure.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.errors import BenchError
from bench.statistics import changes, pairs
from bench.statistics.changes import Change
from bench.statistics.comparisons import Comparison, compare
from bench.store.outcomes import TOTAL, Kept


@dataclass(frozen=True, slots=True)
class Named:
    """A run, and what its folder is called."""

    name: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class Moment:
    """One loop in one scenario in one run, beside all rows of that scenario.

    `change` is that since the run before on its line, if there can be one.
    """

    run: Named
    row: Comparison
    rows: tuple[Comparison, ...]
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """All moments of a loop in a scenario, oldest first. `where`: what all its runs share, by name."""

    where: Mapping[str, str]
    scenario: str
    loop: str
    moments: tuple[Moment, ...]


def lines(runs: Sequence[Named]) -> tuple[Line, ...]:
    """The lines of these runs; those of one machine stand together."""
    together: dict[tuple[tuple[str, str], ...], list[Named]] = {}
    for run in sorted(runs, key=lambda run: (run.kept.about.started, run.name)):
        together.setdefault(tuple(_where(run.kept).items()), []).append(run)
    return tuple(line for where, same in together.items() for line in _lines(dict(where), same))


def _where(kept: Kept) -> Mapping[str, str]:
    facts, plan = kept.facts, kept.about.plan
    machine = {name: facts.get(name, "unknown") for name in ("implementation", "cpu", "cpus", "architecture")}
    return {
        **machine, "affinity": plan.affinity or "none", "method": str(kept.about.method), "baseline": plan.baseline,
        "thread": plan.thread, "delay": f"{plan.delay_s:g} s", "value": f"{plan.sampling.value_s * 1000:g} ms",
    }  # fmt: skip


def _lines(where: Mapping[str, str], runs: Sequence[Named]) -> Iterator[Line]:
    moments: dict[tuple[str, str], list[Moment]] = {}
    for run, since in zip(runs, _changes(runs), strict=True):
        rows = compare(run.kept)
        for row in rows:
            key = (row.cell.group, row.cell.label)
            if row.stage == TOTAL and row.cell.role == "loop" and row.ratio:
                moments.setdefault(key, []).append(Moment(run, row, _beside(rows, row), since.get(key)))
    for (scenario, loop), found in moments.items():
        yield Line(where, scenario, loop, tuple(found))


def _beside(rows: Sequence[Comparison], row: Comparison) -> tuple[Comparison, ...]:
    return tuple(other for other in rows if other.cell.group == row.cell.group)


def _changes(runs: Sequence[Named]) -> Iterator[Mapping[tuple[str, str], Change]]:
    """For each run, what changed since the one before it; nothing for the first, and where two can't be compared."""
    yield from ({} for _ in runs[:1])
    for before, after in itertools.pairwise(runs):
        try:
            found = changes.between(pairs.paired(before.name, before.kept, after.name, after.kept))
        except BenchError:  # they share nothing, or have too few rounds
            found = ()
        rows = (row for row in found if row.stage == TOTAL and row.cell.role == "loop" and row.change)
        yield {(row.cell.group, row.cell.label): row for row in rows}
