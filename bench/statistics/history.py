"""Runs to lines through time: a loop in a scenario, run after run, and where it changed beyond its intervals.

Runs are on one line only where `compare` would give a verdict on them: one machine, one method, one way to measure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.errors import BenchError
from bench.statistics import changes, pairs
from bench.statistics.changes import Change
from bench.statistics.comparisons import Comparison
from bench.statistics.runs import Named


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


def lines(runs: Iterable[Named]) -> tuple[Line, ...]:
    """The lines of these runs; those of one machine stand together."""
    together: dict[tuple[tuple[str, str], ...], list[Named]] = {}
    for run in sorted((run.digested() for run in runs), key=lambda run: (run.about.started, run.name)):
        together.setdefault(tuple(_where(run).items()), []).append(run)
    return tuple(line for where, same in together.items() for line in _lines(dict(where), same))


def _where(run: Named) -> Mapping[str, str]:
    facts, plan = run.facts, run.about.plan
    named = {"machine": run.machine_name} if run.machine_name else {}
    machine = {name: facts.get(name, "unknown") for name in ("implementation", "cpu", "cpus", "architecture")}
    return {
        **named, **machine, "affinity": plan.affinity or "none", "method": str(run.about.method),
        "baseline": plan.baseline, "thread": plan.thread, "delay": f"{plan.delay_s:g} s",
        "value": f"{plan.sampling.value_s * 1000:g} ms",
    }  # fmt: skip


def _lines(where: Mapping[str, str], runs: list[Named]) -> Iterator[Line]:
    """The lines of one machine; `runs` is used up, since thousands of digests are much."""
    moments: dict[tuple[str, str], list[Moment]] = {}
    before: tuple[Named, tuple[Comparison, ...]] | None = None
    runs.reverse()
    while runs:
        run = runs.pop()
        rows, light = run.totals(), run.without_rounds()
        since = _changes(before, (run, rows)) if before else {}
        before = run, rows
        of_group = _by_group(rows)
        for row in rows:
            key = (row.cell.group, row.cell.label)
            if row.cell.role == "loop" and row.ratio:
                moment = Moment(light, row, of_group[row.cell.group], since.get(key))
                moments.setdefault(key, []).append(moment)
    for (scenario, loop), found in moments.items():
        yield Line(where, scenario, loop, tuple(found))


def _by_group(rows: Sequence[Comparison]) -> Mapping[str, tuple[Comparison, ...]]:
    found: dict[str, list[Comparison]] = {}
    for row in rows:
        found.setdefault(row.cell.group, []).append(row)
    return {group: tuple(beside) for group, beside in found.items()}


def _changes(
    before: tuple[Named, tuple[Comparison, ...]], after: tuple[Named, tuple[Comparison, ...]]
) -> Mapping[tuple[str, str], Change]:
    """What changed from one run to the next; nothing where the two can't be compared."""
    (old, old_rows), (new, new_rows) = before, after
    try:
        pair = pairs.paired(old.name, old.kept, new.name, new.kept, (old.digest(), new.digest()))
        found = changes.between(pair, known=None if pair.left_out else (old_rows, new_rows))
    except BenchError:  # they share nothing, or have too few rounds
        return {}
    rows = (row for row in found if row.cell.role == "loop" and row.change)
    return {(row.cell.group, row.cell.label): row for row in rows}
