"""Runs of several machines to one comparison: each machine's ratio, that of the average one, and the next one's.

A loop is divided by the baseline of its own run, never by that of another machine, and seconds of two machines are
never put together. Versions are never mixed: a machine with other ones stands in another table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bench.errors import BenchError
from bench.plan.cells import Cell
from bench.statistics import pairs, pooling
from bench.statistics.comparisons import Comparison, Medians
from bench.statistics.estimates import THRESHOLD, Array, Estimate, exponential, verdict
from bench.statistics.pooling import LEAST_MACHINES, Effect, Pooled, effect_of
from bench.statistics.runs import Named, check_machines

SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Version:
    """A loop as tables call it, its version, and the interpreter that it ran on."""

    loop: str
    version: str
    python: str


Versions: TypeAlias = tuple[Version, Version]  # of the baseline, and of what is divided by it


@dataclass(frozen=True, slots=True)
class OnMachine:
    """One cell on one machine. `row` is the comparison of its newest run; `ratio` is of all `runs` that measured it.

    `effect` is None where nothing can be pooled.
    """

    machine: str
    row: Comparison
    runs: int
    ratio: Estimate | None
    effect: Effect | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Across:
    """One cell on all machines that have the same versions. `pooled` is None where too few machines measured it."""

    cell: Cell
    baseline: Version
    version: Version
    machines: tuple[OnMachine, ...]
    pooled: Pooled | None = None

    @property
    def measured(self) -> tuple[OnMachine, ...]:
        """The machines that have a ratio."""
        return tuple(one for one in self.machines if one.ratio)


def merged(runs: Sequence[Named]) -> tuple[Across, ...]:
    """All totals of these runs, cell by cell; raises BenchError for runs that can't stand in one comparison."""
    check_machines(runs)
    _check_settings(runs)
    cells: dict[tuple[Cell, Versions], dict[str, list[tuple[Comparison, Array | None]]]] = {}
    seen: dict[int, str] = {}
    for run in sorted((run.digested() for run in runs), key=lambda run: (run.about.started, run.name)):
        digest, facts = run.digest(), run.facts
        _check_new(run.name, digest.seconds, seen)
        for row in run.totals():
            logs = digest.logs.get((row.cell.group, row.stage, row.cell.label)) if row.ratio else None
            of_cell = cells.setdefault((row.cell, _versions(facts, row)), {})
            of_cell.setdefault(run.machine, []).append((row, logs))
    return tuple(_across(cell, versions, of_cell) for (cell, versions), of_cell in cells.items())


def _check_settings(runs: Sequence[Named]) -> None:
    """Raise BenchError where two runs were measured in different ways."""
    first = runs[0]
    for other in runs[1:]:
        ways = (pairs.settings(run.kept) for run in (first, other))
        if unlike := [*pairs.unlike(first.name, next(ways), other.name, next(ways))]:
            raise BenchError(
                "\n  ".join([f"{first.name} and {other.name} were measured in different ways", *unlike])
                + "\nmeasure all with the same plan, or merge those that have one"
            )


def _check_new(name: str, seconds: Medians, seen: dict[int, str]) -> None:
    """Raise BenchError for the measurements of a run that was there before: they would count twice."""
    content = hash(tuple((key, numbers.tobytes()) for key, numbers in seconds.items()))
    if seconds and content in seen:
        raise BenchError(f"{seen[content]} and {name} hold the same measurements\nname each run once")
    seen[content] = name


def _versions(facts: Mapping[str, str], row: Comparison) -> Versions:
    """What was compared."""
    loop = row.cell.label if row.cell.role == "loop" else row.baseline
    return _version(facts, row.baseline), _version(facts, loop)


def _version(facts: Mapping[str, str], label: str) -> Version:
    """A build without GIL, with JIT or for debugging is another interpreter; what was compiled elsewhere is not."""
    _, at, name = label.partition("@")
    implementation, python, build = (
        facts.get(f"{what}{at}{name}", "") for what in ("implementation", "python", "build")
    )
    kind = build.partition(", ")[2]
    return Version(
        label, facts.get(f"loop {label}", "unknown"), f"{implementation} {python}{f' ({kind})' if kind else ''}".strip()
    )


def _across(
    cell: Cell, versions: Versions, measured: Mapping[str, Sequence[tuple[Comparison, Array | None]]]
) -> Across:
    machines = tuple(_on_machine(machine, rows) for machine, rows in measured.items())
    found = Across(cell, *versions, machines)
    effects = [one.effect for one in machines if one.effect]
    if len(effects) < LEAST_MACHINES:
        return found
    return replace(found, pooled=pooling.pooled(effects, min(one.row.confidence for one in machines)))


def _on_machine(machine: str, rows: Sequence[tuple[Comparison, Array | None]]) -> OnMachine:
    """One run as it is; several as one."""
    newest = next((row for row, logs in reversed(rows) if logs is not None), rows[-1][0])
    effects = [effect for _, logs in rows if logs is not None and (effect := effect_of(logs))]
    if len(effects) < SEVERAL:
        effect = effects[0] if effects else None
        return OnMachine(machine, newest, int(newest.ratio is not None), newest.ratio, effect, newest.verdict)
    effect = pooling.of_machine(effects)
    logs = pooling.interval(effect, len(effects), newest.confidence)
    return OnMachine(machine, newest, len(effects), exponential(logs), effect, verdict(logs, THRESHOLD))
