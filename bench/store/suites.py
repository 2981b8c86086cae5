"""pyperf's suites: made of runs, and read back. Nothing is written here: the run folder keeps the texts.

Only workers know pyperf besides.
"""

import io
import re
from collections.abc import Iterable

import pyperf

from bench.plan.cells import Cell
from bench.store.outcomes import Run, Stage

VERSION: str = pyperf.__version__
UNSAFE = re.compile(r"[^\w.-]")  # in the name of a loop, where it becomes a file's


def file_of(label: str) -> str:
    """The name of the file that a loop's suite is in."""
    return f"{UNSAFE.sub('--', label)}.json"


def suites(runs: Iterable[Run], scenarios: Iterable[str]) -> dict[str, list[pyperf.Benchmark]]:
    """For each loop, and the control, pyperf's benchmarks `<scenario>.<stage>`; raises ValueError if pyperf refuses it.

    pyperf compares lists of values, so all loops must have equally many. Of each scenario the suites hold the cells
    that delivered at least half of its rounds, and the rounds that all of these delivered; the journal holds the rest.
    """
    found: dict[str, list[pyperf.Benchmark]] = {}
    by_scenario: dict[str, dict[Cell, dict[int, Run]]] = {}
    for run in runs:
        by_scenario.setdefault(run.cell.scenario, {}).setdefault(run.cell, {})[run.round] = run
    for cells in (by_scenario.get(name, {}) for name in scenarios):
        rounds = set[int]().union(*cells.values())
        steady = {cell: runs for cell, runs in cells.items() if 2 * len(runs) >= len(rounds)}
        complete = sorted(rounds.intersection(*steady.values()))
        for cell, theirs in steady.items():
            for stage in theirs[complete[0]].values if complete else ():
                same = [pyperf_run(theirs[index], stage) for index in complete]
                found.setdefault(cell.label, []).append(pyperf.Benchmark(same))
    return found


def pyperf_run(run: Run, stage: Stage) -> pyperf.Run:
    """One stage of a run as pyperf has it; raises ValueError for metadata that pyperf could not write."""
    name = f"{run.cell.scenario}.{stage}"
    metadata = {**run.metadata, "name": name, "unit": "second", "round": run.round}
    return pyperf.Run(run.values[stage], metadata=metadata, collect_metadata=False)


def text_of(benchmarks: list[pyperf.Benchmark]) -> str:
    """A suite as the text of a file."""
    text = io.StringIO()
    pyperf.BenchmarkSuite(benchmarks).dump(text)
    return text.getvalue()


def versions_in(text: str) -> set[str]:
    """Which versions of pyperf wrote a suite; raises ValueError if this one can't read it."""
    try:
        suite = pyperf.BenchmarkSuite.loads(text)
        return {str(benchmark.get_metadata().get("perf_version")) for benchmark in suite}
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error
