"""Measures the same plan again and again while the neighbours change: `tox -e repeat`; half an hour for the default.

Each run is a run as a user starts it, under one of several loads of this program's own making, in a random order. Then
README.md of the folder says how far the ratios moved from run to run, whether the intervals had promised that, and
which estimator moves least; ratios.csv has every ratio. `--only` reads what an earlier call has measured.
"""

import argparse
import csv
import math
import random
import shlex
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tabulate import tabulate

from bench.publishing.contents import contents
from bench.publishing.privacy import Cleaner, this_machine
from bench.statistics import comparisons
from bench.store.folder import ABOUT, JOURNAL, RunFolder
from bench.store.outcomes import TOTAL, Kept

BUSY = "while True: pass"
BURSTS = """
import random, time
while True:
    ends = time.monotonic() + random.uniform(0.05, 0.2)
    while time.monotonic() < ends: pass
    time.sleep(random.uniform(0.05, 0.2))
"""
MEMORY = """
block = bytearray(1 << 26)
while True: block = block[::-1]
"""
LOADS: Mapping[str, Sequence[str]] = {
    "idle": (), "1 busy": (BUSY,), "2 busy": (BUSY,) * 2, "4 busy": (BUSY,) * 4, "bursts": (BURSTS,) * 2,
    "memory": (MEMORY,),
}  # fmt: skip
SPREADS = ("scenario", "loop", "median", "spread", "spread idle", *LOADS, "covers idle", "covers loaded", "half-width")
ESTIMATED = ("estimator", "scenario", "loop", "median", "spread", "rms error")
PAGE = """\
# The same answer tomorrow: how far a ratio moves from run to run

Made by `tox -e repeat` on {started}, in a random order (seed {seed}). Runs under each load: {runs}.

A load is what this program starts beside a run. *1 busy*, *2 busy* and *4 busy* are that many processes that never
rest. *bursts* are two processes that work for 50 to 200 ms, and then rest for 50 to 200 ms. *memory* is one process
that empties the caches. ratios.csv has every ratio, and the journals have every value. From them,
`python benchmarks/repeat.py --only -o FOLDER` makes this page.

{versions}

{spreads}

median: of all runs, then of those under each load; spread: standard deviation of the log, over all runs and over the
idle ones; covers: intervals that hold the median of all runs, for the control 1; half-width: of an interval, median.

## Which number stands for a round

The same values, with other estimators of a round's ratio in the place of ours, which is the first.

{estimators}
"""
PLAN = "--loop uvloop --scenario manual --scenario runner --scenario warm --rounds 9"

Values = np.ndarray[tuple[int], np.dtype[np.float64]]
Estimator = Callable[[Values, Values], float]
ESTIMATORS: Mapping[str, Estimator] = {
    "median of all sweeps": lambda loop, baseline: float(np.median(np.log(loop / baseline))),
    "median of the quietest third": lambda loop, baseline: _of_quietest(loop, baseline, 1 / 3),
    "ratio of the means": lambda loop, baseline: math.log(loop.mean() / baseline.mean()),
    "ratio of the 25th percentiles": lambda loop, baseline: _of_percentiles(loop, baseline, 0.25),
    "ratio of the 10th percentiles": lambda loop, baseline: _of_percentiles(loop, baseline, 0.1),
}


class Measured(NamedTuple):
    """One ratio of one run; `low` and `high` are None where there were too few rounds for an interval."""

    load: str
    run: int
    scenario: str
    label: str
    ratio: float
    low: float | None
    high: float | None
    seconds: float


@contextmanager
def loaded(programs: Iterable[str]) -> Iterator[None]:
    """Keep these programs running while the block does, each in a session of its own, as a neighbour's is."""
    started = [subprocess.Popen([sys.executable, "-c", program], start_new_session=True) for program in programs]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def measure(folder: Path, runs: int, plan: str, seed: int) -> None:
    """Measure `runs` runs under each load, in a random order; those that are there already are left as they are."""
    order = [(load, number) for load in LOADS for number in range(runs)]
    random.Random(seed).shuffle(order)
    for load, number in order:
        place = folder / f"{load.replace(' ', '-')}-{number}"
        if not place.exists():
            words = [sys.executable, "-m", "bench", *shlex.split(plan), "-q", "-o", str(place)]
            with loaded(LOADS[load]):
                time.sleep(1)  # until they are under way
                subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            found = ratios(place, RunFolder(place).load())
            print(load, number, *(f"{one.scenario} {one.label} {one.ratio:.3f}" for one in found), flush=True)


def publish(folder: Path, to: Path) -> None:
    """Write there what each run is and its journal, without what names people and machines."""
    cleaner = Cleaner(this_machine())
    for journal in sorted(folder.glob(f"*/{JOURNAL}")):
        _, texts = contents(RunFolder(journal.parent), cleaner)
        place = to / journal.parent.name
        place.mkdir(parents=True, exist_ok=True)
        for name in (ABOUT, JOURNAL):
            (place / name).write_text(texts[name], "utf-8")


def ratios(place: Path, kept: Kept) -> Iterator[Measured]:
    """The ratios of the totals of one run."""
    load, _, number = place.name.rpartition("-")
    seconds = sum(run.iterations * sum(run.values[TOTAL]) for run in kept.runs if run.iterations)
    for row in comparisons.compare(kept):
        if row.stage == TOTAL and row.ratio:
            ratio, cell = row.ratio, row.cell
            yield Measured(load, int(number), cell.scenario, cell.label, ratio.value, ratio.low, ratio.high, seconds)


def spread(logs: Sequence[float]) -> str:
    """Standard deviation of logs of ratios."""
    return f"{statistics.stdev(logs):.1%}" if len(logs) > 1 else "–"


def rows(found: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """For each scenario and label: its spread over all runs and over the idle ones, and what the intervals promised."""
    for scenario, label in dict.fromkeys((one.scenario, one.label) for one in found):
        ours = [one for one in found if (one.scenario, one.label) == (scenario, label)]
        logs = {one: math.log(one.ratio) for one in ours}
        middle = 0.0 if label == "control" else statistics.median(logs.values())
        by_load = {load: [logs[one] for one in ours if one.load == load.replace(" ", "-")] for load in LOADS}
        covered = {one: one.low <= math.exp(middle) <= one.high for one in ours if one.low and one.high}
        idle, busy = ([held for one, held in covered.items() if (one.load == "idle") == so] for so in (True, False))
        widths = [math.sqrt(one.high / one.low) - 1 for one in ours if one.low and one.high]
        yield (
            scenario, label, f"{math.exp(middle):.3f}", spread([*logs.values()]), spread(by_load["idle"]),
            *(f"{math.exp(statistics.median(logs)):.3f}" if logs else "–" for logs in by_load.values()),
            f"{sum(idle)} of {len(idle)}", f"{sum(busy)} of {len(busy)}",
            f"{statistics.median(widths):.1%}" if widths else "–",
        )  # fmt: skip


def page(seed: int, kept: Mapping[Path, Kept], found: Sequence[Measured]) -> str:
    """Both tables, and what they are of."""
    about = next(iter(kept.values())).about
    names = ("python", "implementation", "cpu", "cpus", "kernel", "loop uvloop")
    number = Counter(place.name.rpartition("-")[0].replace("-", " ") for place in kept)
    return PAGE.format(
        started=about.started,
        seed=seed,
        runs=", ".join(f"{load}: {number[load]}" for load in LOADS),
        versions=", ".join(f"{name} {about.facts.get(name, 'unknown')}" for name in names),
        spreads=tabulate(rows(found), SPREADS, "github", disable_numparse=True),
        estimators=tabulate(by_estimator(kept), ESTIMATED, "github", disable_numparse=True),
    )


def by_estimator(kept: Mapping[Path, Kept]) -> Iterator[Sequence[str]]:
    """For each estimator of a round: how far uvloop's ratio and the control's move from run to run."""
    for name, estimator in ESTIMATORS.items():
        found: dict[tuple[str, str], list[float]] = {}
        for run in kept.values():
            for key, rounds in pairs_by_cell(run).items():
                found.setdefault(key, []).append(statistics.median(estimator(*pair) for pair in rounds))
        for (scenario, label), logs in found.items():
            middle = math.exp(statistics.median(logs))
            error = math.sqrt(statistics.fmean(log * log for log in logs))
            yield name, scenario, label, f"{middle:.3f}", spread(logs), f"{error:.1%}" if label == "control" else ""


def pairs_by_cell(kept: Kept) -> Mapping[tuple[str, str], list[tuple[Values, Values]]]:
    """For each scenario and label the values of each round, with those of the baseline beside them."""
    totals = {(run.cell.scenario, run.round, run.cell.label): np.array(run.values[TOTAL]) for run in kept.runs}
    pairs: dict[tuple[str, str], list[tuple[Values, Values]]] = {}
    for (scenario, index, label), values in totals.items():
        baseline = totals.get((scenario, index, kept.about.plan.baseline))
        if label != kept.about.plan.baseline and baseline is not None:
            pairs.setdefault((scenario, label), []).append((values, baseline))
    return pairs


def _of_percentiles(loop: Values, baseline: Values, share: float) -> float:
    return math.log(float(np.quantile(loop, share)) / float(np.quantile(baseline, share)))


def _of_quietest(loop: Values, baseline: Values, share: float) -> float:
    """The median over the pairs of values that took least time together, so that no loop is preferred."""
    logs = np.log(loop), np.log(baseline)
    quietest = np.argsort(logs[0] + logs[1])[: max(1, round(share * len(loop)))]
    return float(np.median((logs[0] - logs[1])[quietest]))


def main(words: Sequence[str] | None = None) -> None:
    """Measure, write the page, print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("results/repeat"), help="folder of all runs")
    parser.add_argument("--runs", type=int, default=4, help="under each load, default: 4")
    parser.add_argument("--plan", default=PLAN, help=f"options of each run, default: {PLAN}")
    parser.add_argument("--seed", type=int, default=1, help="of the order of the loads, default: 1")
    parser.add_argument("--only", action="store_true", help="measure nothing, read what is there")
    parser.add_argument("--publish", type=Path, help="folder for what may be published: page, ratios and journals")
    options = parser.parse_args(words)
    if not options.only:
        measure(options.output, options.runs, options.plan, options.seed)
    if options.publish:
        publish(options.output, options.publish)
        options.output = options.publish
    places = sorted(place.parent for place in options.output.glob(f"*/{JOURNAL}"))
    kept = {place: RunFolder(place).load() for place in places}
    found = [one for place, run in kept.items() for one in ratios(place, run)]
    with (options.output / "ratios.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([Measured._fields, *found])
    text = page(options.seed, kept, found)
    (options.output / "README.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
