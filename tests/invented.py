"""Invented runs, for tests of what is pure."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata as packages

import msgspec

from bench.plan import cells
from bench.plan.cells import Cell, Group, Plan, Thread
from bench.plan.sampling import Sampling
from bench.store.outcomes import About, Done, Kept, Run
from bench.subjects import loops
from bench.subjects import scenarios as registry
from bench.subjects.interpreters import Interpreter
from bench.subjects.loops import Loop
from bench.subjects.scenarios import Scenario

PYTHON = (3, 14)
NAMES = ("asyncio", "uvloop", "rloop", "asyncio-poll", "talyn")
SCENARIOS = tuple(map(registry.named, registry.names_by_default()))
PYPERF = packages.version("pyperf")
FACTS = {
    "python": "3.14.0", "implementation": "CPython", "cpu": "Z80", "pyperf": PYPERF,
    "loop asyncio": "3.14.0", "loop uvloop": "1.0",
}  # fmt: skip


def on(python: tuple[int, int]) -> dict[str, Interpreter]:
    """The one interpreter of a run, of this version."""
    return {"": Interpreter("", "", python)}


def cross(
    chosen: Sequence[Loop],
    declared: Sequence[Scenario],
    baseline: str,
    python: tuple[int, int],
    thread: Thread = "main",
) -> tuple[Group, ...]:
    """The groups of a plan of these loops and scenarios."""
    names, scenarios = tuple(loop.name for loop in chosen), tuple(scenario.name for scenario in declared)
    ahead = Plan(names, scenarios, baseline, Sampling(), seed=1, thread=thread)
    return cells.groups(ahead, declared, cells.skips(ahead, chosen, declared, on(python)))


def groups(number: int, python: tuple[int, int] = PYTHON) -> tuple[Group, ...]:
    """The groups of all scenarios with the first of some loops."""
    return cross([loops.named(name) for name in NAMES[:number]], SCENARIOS, "asyncio", python)


def about(scenarios: Sequence[str], names: Sequence[str], rounds: int = 6, baseline: str = "asyncio") -> About:
    """What a run of these scenarios and loops is."""
    declared = tuple(registry.named(name) for name in scenarios)
    ahead = Plan(tuple(names), tuple(scenarios), baseline, Sampling(rounds=rounds, sweeps=4), seed=1)
    skips = cells.skips(ahead, [loops.named(name) for name in names], declared, on(PYTHON))
    return About(ahead, declared, skips, FACTS, "2026-11-23")


def iterated(kept: Kept, iterations: int) -> Kept:
    """The same run, with so many iterations in each value."""
    outcomes = (
        msgspec.structs.replace(outcome, metadata={**outcome.metadata, "loops": iterations})
        if isinstance(outcome, Run)
        else outcome
        for outcome in kept.outcomes
    )
    return replace(kept, outcomes=tuple(outcomes))


def run(cell: Cell, index: int, totals: Sequence[float], ending: str | None = None) -> Run:
    """A run whose total is made of its stages in fixed parts."""
    stages = registry.named(cell.scenario).stages
    parts = {stage: tuple(total / len(stages) for total in totals) for stage in stages}
    metadata: dict[str, str | int | float] = {"loop": cell.loop, "perf_version": PYPERF}
    return Run(cell, index, {"total": tuple(totals), **parts}, metadata, ending)  # type: ignore[dict-item]  # they are stages


def loaded(kept: Kept, **metadata: str | float) -> Kept:
    """The same run, whose workers saw other programs on the machine: `load_avg_1min`, `runnable_threads`."""
    outcomes = (
        msgspec.structs.replace(outcome, metadata={**outcome.metadata, **metadata})
        if isinstance(outcome, Run)
        else outcome
        for outcome in kept.outcomes
    )
    return replace(kept, outcomes=tuple(outcomes))


def on_several(
    interpreters: Sequence[str],
    scenarios: Sequence[str] = ("manual",),
    names: Sequence[str] = ("asyncio", "uvloop"),
    rounds: int = 15,
) -> Kept:
    """What a run on several interpreters kept: each label takes 7 % longer than the one before it."""
    declared = tuple(registry.named(name) for name in scenarios)
    sampling = Sampling(rounds=rounds, sweeps=4)
    ahead = Plan(
        tuple(names), tuple(scenarios), f"{names[0]}@{interpreters[0]}", sampling, 1, interpreters=tuple(interpreters)
    )
    hosts = {name: Interpreter(name, f"/home/ada/{name}/python", PYTHON) for name in interpreters}
    skips = cells.skips(ahead, [loops.named(name) for name in names], declared, hosts)
    facts = {**FACTS, "python": ", ".join(f"{name}.1" for name in interpreters)}
    facts |= {f"python@{name}": f"{name}.1" for name in interpreters}
    facts |= {f"loop {label}": "1.2" for label in ahead.labels}
    outcomes: list[Run | Done] = []
    for cell in (cell for group in cells.groups(ahead, declared, skips) for cell in group.cells):
        place = ahead.labels.index(ahead.baseline if cell.role == "control" else cell.label)
        for index in range(rounds):
            spread = 0.0 if cell.role == "baseline" else 0.002 * (index % 5 - 2)
            outcomes.append(run(cell, index, [6e-5 * 1.07**place * (1 + spread)] * 2))
    outcomes += [Done(scenario, index) for scenario in scenarios for index in range(rounds)]
    return Kept(About(ahead, declared, skips, facts, "2026-11-23"), tuple(outcomes))
