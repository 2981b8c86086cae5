"""Time and memory of `history` and `merge` over many nights of many machines: `tox -e nights`; some minutes.

Runs of 8 loops in 8 scenarios are invented: 9 rounds, of whole lifecycles, as the digest of a real run has them. They
are put into a data set as `merge --parquet` does, and the commands read it.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from tabulate import tabulate

from bench.plan.cells import Cell, Plan
from bench.plan.sampling import Sampling
from bench.statistics import datasets
from bench.statistics.digests import Digest
from bench.statistics.estimates import Array
from bench.statistics.loads import Load
from bench.statistics.runs import Named
from bench.store import parquet
from bench.store.outcomes import TOTAL, About, Kept
from bench.subjects import scenarios

LOOPS = ("asyncio", "asyncio-select", "asyncio-poll", "uvloop", "rloop", "rsloop", "zuvloop", "blazio")
MACHINES, ROUNDS, NIGHTS = 20, 9, (30, 90, 180, 365)
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def about() -> About:
    """What each of the runs is."""
    names = scenarios.names_by_default()[:8]
    declared = tuple(scenarios.named(name) for name in names)
    plan = Plan(LOOPS, names, "asyncio", Sampling(rounds=ROUNDS, sweeps=12), seed=1)
    return About(plan, declared, (), {}, "2026-01-01")


def night(run: About, machine: int, number: int, chance: np.random.Generator) -> Named:
    """One run of one machine; every loop has its ratio on each machine, and moves a little from night to night."""
    facts = {
        "cpu": f"Model {machine}", "cpus": "2", "architecture": "x86_64", "implementation": "CPython",
        "python": "3.14.0", "kernel": "Linux", **{f"loop {name}": "1.0" for name in LOOPS},
    }  # fmt: skip
    seconds: dict[tuple[str, str, str], Array] = {}
    logs: dict[tuple[str, str, str], Array] = {}
    for cell in run.cells:
        key = (cell.group, TOTAL, cell.label)
        mean = typical(cell, machine) + 0.01 * chance.standard_normal()
        numbers = mean + 0.02 * chance.standard_t(4, ROUNDS)
        seconds[key] = 5e-5 * np.exp(numbers)
        if cell.role != "baseline":
            logs[key] = numbers
    day = f"2026-{1 + number // 28:02}-{1 + number % 28:02}"
    digest = Digest(seconds, logs, facts, Load(0.0, 0.0, 2), dict.fromkeys(run.plan.scenarios, 0.003), complete=True)
    plan = replace(run.plan, seed=number)
    named = replace(run, started=day, facts=facts, plan=plan)
    return Named(f"night{number:03}-machine{machine:02}", Kept(named, ()), None, digest)


def typical(cell: Cell, machine: int) -> float:
    """The log ratio of a loop on a machine."""
    if cell.role != "loop":
        return 0.0
    place = LOOPS.index(cell.loop)
    return float(np.random.default_rng([place, machine]).normal(0.1 * place, 0.2))


def invented(nights: range) -> Iterator[Named]:
    """The runs of these nights on all machines."""
    run = about()
    for number in nights:
        chance = np.random.default_rng(number)
        for machine in range(MACHINES):
            yield night(run, machine, number, chance)


def measured(*words: str) -> tuple[float, float, int]:
    """Seconds that a command takes, those of a processor among them, and the most memory that it uses, in MiB."""
    began = time.monotonic()
    command = [sys.executable, "-c", MEASURE, sys.executable, "-m", "bench", *words]
    code, cpu_s, kib = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    if code != "0":
        raise SystemExit(f"{' '.join(words)} ended with {code}")
    return time.monotonic() - began, float(cpu_s), int(kib) // 1024


def main() -> None:
    """Print a row for each number of nights."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0] if __doc__ else "")
    parser.add_argument("--nights", type=int, nargs="+", default=NIGHTS, metavar="N", help="numbers of nights")
    rows, there = [], 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "nights")
        for number in parser.parse_args().nights:
            for run in invented(range(there, number)):
                parquet.write(place, datasets.stored(run), ())
            there = number
            for command in ("history", "merge"):
                seconds, cpu_s, mib = measured(command, str(place))
                rows.append((number, MACHINES * number, command, f"{seconds:.0f}", f"{cpu_s:.0f}", mib))
                print(rows[-1], file=sys.stderr)
    print(tabulate(rows, ("nights", "runs", "command", "seconds", "of a processor", "MiB"), "github"))


if __name__ == "__main__":
    main()
