"""Measures loops whose difference is known, idle and beside busy processes: `tox -e effects`; a quarter of an hour.

Each loop waits by the clock, for 5, 15 or 40 µs, in its factory, `create_task`, `call_soon` or `close`. The baseline
runs the same code and waits for no time. The truth of the ratio is 1 + what the waits add ÷ the baseline's lifecycle.

A wait adds more than its length: while it lasts, the rest of the machine goes on, and the code that follows starts
colder. So what it adds is measured by a witness, without the harness: both loops in turn in one process, in values of
hundreds of lifecycles, while nothing else runs. Each run is a run as a user starts it. The output folder keeps runs and
what the witness saw (`added.json`); a later call with the same folder measures what is missing.
"""

import argparse
import asyncio
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from repeat import BUSY, ESTIMATORS, loaded, pairs_by_cell
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


def witnessed(kept: Path, place: str, names: Sequence[str]) -> Mapping[tuple[str, int], float]:
    """What each wait in this place adds in each scenario: as kept, or else measured now and kept."""
    answers = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    for scenario, us in itertools.product(names, MICROSECONDS):
        if f"{scenario} {place} {us}" not in answers:
            answers[f"{scenario} {place} {us}"] = added(scenario, place, us)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(answers, indent=1), "utf-8")
    return {(scenario, us): answers[f"{scenario} {place} {us}"] for scenario in names for us in MICROSECONDS}


def measured(folder: Path, place: str, rounds: int, busy: int) -> Iterator[Effect]:
    """Measure the loops that wait in one place, in all scenarios where a lifecycle passes it."""
    passed = {scenario: calls(scenario, place) for scenario in SCENARIOS}
    grown = witnessed(folder.parent / "added.json", place, [name for name, number in passed.items() if number])
    words = [sys.executable, "-m", "bench", "-q", "--rounds", str(rounds), "-o", str(folder)]
    words += ["--baseline", waiting_loop_name(0, place)]
    for us in MICROSECONDS:
        words += ["--loop", waiting_loop_name(1000 * us, place)]
    for scenario, number in passed.items():
        words += ["--scenario", scenario] if number else []
    if not folder.exists():
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


def by_estimator(folders: Iterable[Path], effects: Sequence[Effect]) -> Iterator[Sequence[str]]:
    """For each estimator of a round, the rms error of the effects, and the mean of the errors: its bias."""
    truths = {(one.scenario, waiting_loop_name(1000 * one.us, one.place)): one.truth for one in effects}
    pairs = [
        pair for folder in folders for pair in pairs_by_cell(RunFolder(folder).load()).items() if pair[0] in truths
    ]
    for name, estimator in ESTIMATORS.items():
        errors = [
            statistics.median(estimator(*values) for values in rounds) - math.log(truths[key]) for key, rounds in pairs
        ]
        rms = math.sqrt(statistics.fmean(error**2 for error in errors))
        yield name, f"{rms:.1%}", f"{statistics.fmean(errors):+.1%}"


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
        folders = {place: options.output / f"{place}-{busy}" for place in PLACES}
        effects = [one for place in PLACES for one in measured(folders[place], place, options.rounds, busy)]
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
        print(f"rms error {rms:.1%}; intervals hold the truth in {held} of {len(effects)}\n")
        names = ("estimator of a round", "rms error", "bias")
        print(tabulate(by_estimator(folders.values(), effects), names, "github", disable_numparse=True), flush=True)


if __name__ == "__main__":
    main()
