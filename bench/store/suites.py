"""Runs to pyperf's suites, as texts; the run folder writes them.

Besides this module, only workers import pyperf.
"""

import json
import re
from collections.abc import Iterable

import pyperf

from bench.plan.cells import Cell
from bench.store.outcomes import Run, Stage

UNSAFE = re.compile(r"[^\w.-]")  # in a file name
MOST_PLATFORMS = 9
# What pyperf wants to be the same in all runs of a benchmark.
PLATFORM = ("aslr", "cpu_count", "cpu_model_name", "platform", "python_implementation", "python_version")


def file_of(label: str) -> str:
    """The file name of a loop's suite. Two labels never share one: no loop's name has `--` in it."""
    return f"{UNSAFE.sub('--', label)}.json"


def by_platform(runs: Iterable[Run]) -> tuple[tuple[Run, ...], ...]:
    """The runs of each platform, in the order in which they came: pyperf does not mix platforms in a suite.

    A suite has one interpreter. So an interpreter has several platforms after `--force-resume` only, and the first ones
    of all interpreters come together. Raises ValueError for more of them than anybody has.
    """
    numbers: dict[str, dict[tuple[object, ...], int]] = {}
    platforms: dict[int, list[Run]] = {}
    for run in runs:
        seen = numbers.setdefault(run.cell.interpreter, {})
        number = seen.setdefault(tuple(run.metadata.get(name) for name in PLATFORM), len(seen))
        platforms.setdefault(number, []).append(run)
    if len(platforms) > MOST_PLATFORMS:
        raise ValueError(f"runs of {len(platforms)} platforms, suites are written for up to {MOST_PLATFORMS}")
    return tuple(map(tuple, platforms.values()))


def suites(runs: Iterable[Run], groups: Iterable[str]) -> dict[str, list[pyperf.Benchmark]]:
    """Benchmarks `<group>.<stage>` for each loop and the control; raises ValueError for what pyperf refuses.

    pyperf compares lists of values, so all loops must have the same number of them. The suites hold the cells that
    delivered at least half of their group's rounds, and the rounds that all those cells delivered. The journal holds
    the rest.
    """
    found: dict[str, list[pyperf.Benchmark]] = {}
    by_group: dict[str, dict[Cell, dict[int, Run]]] = {}
    for run in runs:
        by_group.setdefault(run.cell.group, {}).setdefault(run.cell, {})[run.round] = run
    for cells in (by_group.get(name, {}) for name in groups):
        rounds = set[int]().union(*cells.values())
        steady = {cell: runs for cell, runs in cells.items() if 2 * len(runs) >= len(rounds)}
        complete = sorted(rounds.intersection(*steady.values()))
        for cell, theirs in steady.items():
            for stage in theirs[complete[0]].values if complete else ():
                same = [pyperf_run(theirs[index], stage) for index in complete]
                found.setdefault(cell.label, []).append(pyperf.Benchmark(same))
    return found


def pyperf_run(run: Run, stage: Stage) -> pyperf.Run:
    """One stage of a run as a pyperf run; raises ValueError for metadata that pyperf could not write.

    Without the duration of its worker, which mostly waited for its turns: pyperf then adds up the values.
    """
    name = f"{run.cell.group}.{stage}"
    metadata = {**run.metadata, "name": name, "unit": "second", "round": run.round}
    metadata.pop("duration", None)
    return pyperf.Run(run.values[stage], metadata=metadata, collect_metadata=False)


def text_of(benchmarks: list[pyperf.Benchmark]) -> str:
    """A suite as the text of a file, as `dump` writes it, which is ten times slower."""
    content = pyperf.BenchmarkSuite(benchmarks)._as_json()  # noqa: SLF001  (there is no other way to the records)
    return json.dumps(content, sort_keys=True, separators=(",", ":")) + "\n"
