"""Measures loops whose difference is known, idle and beside busy processes: `tox -e effects`; a quarter of an hour.

Each loop waits by the clock, for 5, 15 or 40 µs, in its factory, `create_task`, `call_soon` or `close`. The baseline
runs the same code and waits for no time. The truth of the ratio is 1 + what the waits add ÷ the baseline's lifecycle.

A wait adds more than its length: while it lasts, the rest of the machine goes on, and the code that follows starts
colder. So what it adds is measured by a witness, without the harness: both loops in turn in one process, in values of
hundreds of lifecycles, while nothing else runs. Each run is a run as a user starts it.
"""

import argparse
import asyncio
import itertools
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from repeat import BUSY, loaded
from tabulate import tabulate

from bench.selfcheck import known
from bench.selfcheck.known import PLACES, waiting_loop_name
from bench.statistics import comparisons
from bench.statistics.comparisons import Comparison
from bench.store.folder import RunFolder
from bench.store.outcomes import TOTAL
from bench.subjects import loops, scenarios
from scenarios._workload import get_data

SCENARIOS = ("manual", "run_forever", "runner", "warm")
MICROSECONDS = (5, 15, 40)
STAGES: Mapping[str, str] = {"factory": "create", "create_task": "start", "close": "finish"}  # where a wait belongs
ONCE = 1  # wait in a lifecycle: with more, they belong to several stages
WITNESSES, PAIRS, LIFECYCLES = 3, 12, 400  # processes, pairs of values in each, lifecycles in each value


class Effect(NamedTuple):
    """A known difference, and what was measured of it."""

    scenario: str
    place: str
    us: int
    added_us: float
    truth: float
    ratio: float
    low: float | None
    high: float | None
    stage: str
    control: float

    @property
    def error(self) -> float:
        """Logarithm of the measured ratio ÷ the true one."""
        return math.log(self.ratio / self.truth)


def calls(scenario: str, place: str) -> int:
    """How often a place is passed in one lifecycle."""
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    class Counting(asyncio.SelectorEventLoop):
        pass

    def counting() -> asyncio.AbstractEventLoop:
        if place == "factory":
            count()
        return Counting()

    if place != "factory":
        plain = getattr(asyncio.SelectorEventLoop, place)

        def method(loop: asyncio.AbstractEventLoop, *arguments: object, **options: object) -> object:
            count()
            return plain(loop, *arguments, **options)

        setattr(Counting, place, method)
    with scenarios.prepared(scenarios.named(scenario), loops.named("asyncio"), counting) as once:
        once(get_data)
        counted = 0
        once(get_data)
        return counted


def added(scenario: str, place: str, us: int) -> float:
    """Microseconds that waits of `us` add to a lifecycle: the median of several witnesses."""
    words = [sys.executable, __file__, "--witness", scenario, place, str(us)]
    witnesses = (subprocess.run(words, check=True, capture_output=True) for _ in range(WITNESSES))
    return statistics.median(float(witness.stdout) for witness in witnesses)


def witness(scenario: str, place: str, us: int) -> float:
    """The same, as this process sees it on one processor."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    seconds: dict[int, list[float]] = {0: [], us: []}
    for number, one in enumerate([0, us] * (1 + PAIRS)):
        factory = getattr(known, waiting_loop_name(1000 * one, place).partition(":")[2])
        with scenarios.prepared(scenarios.named(scenario), loops.named("asyncio"), factory) as once:
            once(get_data)
            began = time.perf_counter()
            for _ in itertools.repeat(None, LIFECYCLES):
                once(get_data)
            if number > 1:  # the first of each warm up
                seconds[one].append(time.perf_counter() - began)
    pairs = zip(seconds[0], seconds[us], strict=True)
    return statistics.median(slow - plain for plain, slow in pairs) / LIFECYCLES * 1e6


def measured(folder: Path, place: str, rounds: int, busy: int) -> Iterator[Effect]:
    """Measure the loops that wait in one place, in all scenarios where a lifecycle passes it."""
    passed = {scenario: calls(scenario, place) for scenario in SCENARIOS}
    grown = {(one, us): added(one, place, us) for one, number in passed.items() if number for us in MICROSECONDS}
    words = [sys.executable, "-m", "bench", "-q", "--rounds", str(rounds), "-o", str(folder)]
    words += ["--baseline", waiting_loop_name(0, place)]
    for us in MICROSECONDS:
        words += ["--loop", waiting_loop_name(1000 * us, place)]
    for scenario, number in passed.items():
        words += ["--scenario", scenario] if number else []
    with loaded([BUSY] * busy):
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rows = comparisons.compare(RunFolder(folder).load())
    for scenario, number in passed.items():
        expected = STAGES.get(place, "") if number == ONCE else ""
        ours = [row for row in rows if row.cell.scenario == scenario]
        yield from _effects(ours, place, expected, {us: grown[scenario, us] for us in MICROSECONDS if number})


def _effects(rows: Sequence[Comparison], place: str, expected: str, added: Mapping[int, float]) -> Iterator[Effect]:
    totals = {row.cell.label: row for row in rows if row.stage == TOTAL}
    seconds = {(row.cell.label, row.stage): row.seconds.value for row in rows if row.seconds}
    baseline = waiting_loop_name(0, place)
    control = totals["control"].ratio if totals else None
    for us, added_us in added.items():
        label = waiting_loop_name(1000 * us, place)
        row = totals.get(label)
        if row and row.ratio and control:
            grown = {
                stage: seconds[label, stage] - seconds[baseline, stage]
                for name, stage in seconds
                if name == label and stage != TOTAL
            }
            truth = 1 + added_us * 1e-6 / seconds[baseline, TOTAL]
            stage = max(grown, key=lambda stage: grown[stage])
            said = "" if not expected else "right" if stage == expected else f"{stage}, not {expected}"
            ratio = row.ratio
            interval = (ratio.value, ratio.low, ratio.high)
            yield Effect(row.cell.scenario, place, us, added_us, truth, *interval, said, control.value)


def row(effect: Effect) -> Sequence[object]:
    """What a person reads of one effect."""
    held = "" if effect.low is None or effect.high is None else effect.low <= effect.truth <= effect.high
    interval = "–" if effect.low is None else f"{effect.low:.3f}–{effect.high:.3f}"
    return (
        effect.scenario, effect.place, effect.us, f"{effect.added_us:.1f}", f"{effect.truth:.3f}",
        f"{effect.ratio:.3f}", interval, f"{effect.error:+.1%}", held, effect.stage, f"{effect.control:.3f}",
    )  # fmt: skip


def main(words: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("results/effects"), help="folder of all runs")
    parser.add_argument("--rounds", type=int, default=9, help="of each scenario, default: 9")
    parser.add_argument("--busy", type=int, action="append", help="busy processes beside it; default: 0, then 4")
    parser.add_argument(
        "--witness", nargs=3, metavar=("SCENARIO", "PLACE", "US"), help="what one wait adds, and no more"
    )
    options = parser.parse_args(words)
    if options.witness:
        scenario, place, us = options.witness
        print(witness(scenario, place, int(us)))
        return
    for busy in options.busy or (0, 4):
        places = ((options.output / f"{place}-{busy}", place) for place in PLACES)
        effects = [effect for folder, place in places for effect in measured(folder, place, options.rounds, busy)]
        header = (
            "scenario",
            "place",
            "µs",
            "adds",
            "truth",
            "ratio",
            "interval",
            "error",
            "holds it",
            "stage",
            "control",
        )
        print(f"\nbeside {busy} busy processes\n")
        print(tabulate(map(row, effects), header, "github", disable_numparse=True), "\n")
        rms = math.sqrt(statistics.fmean(effect.error**2 for effect in effects))
        held = sum(effect.low <= effect.truth <= effect.high for effect in effects if effect.low and effect.high)
        print(f"rms error {rms:.1%}; intervals hold the truth in {held} of {len(effects)}", flush=True)


if __name__ == "__main__":
    main()
