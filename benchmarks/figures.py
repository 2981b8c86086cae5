"""Measures the figures that the project promises, on this machine: `tox -e bench`.

Real default and fast runs of asyncio and uvloop, each as a user starts them; start-up against `python -c pass`, in
turn; memory as the kernel counted it. Prints a Markdown table. `--load` keeps two busy processes beside the runs.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from repeat import BUSY, loaded
from tabulate import tabulate

from bench.statistics import comparisons
from bench.store.folder import RunFolder
from bench.store.outcomes import TOTAL, Kept

PYTHON = (sys.executable, "-m", "bench")
START_UPS = 15
NEAR = 0.02


def run(folder: Path, *options: str) -> tuple[float, Kept]:
    """Wall seconds of one run with asyncio and uvloop, and what it kept."""
    began = time.monotonic()
    subprocess.run(
        [*PYTHON, "--loop", "uvloop", "-q", "-o", str(folder), *options], check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - began, RunFolder(folder).load()


def start_up(*words: str) -> float:
    """Median of the ratio of a command's wall time to that of `python -c pass`, one after the other."""
    ratios = []
    for _ in range(START_UPS):
        seconds = []
        for command in ([*PYTHON, *words], [sys.executable, "-c", "pass"]):
            began = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.monotonic() - began)
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios)


def precision(kept: Kept) -> list[tuple[str, str, str]]:
    """How far the controls are from 1, how wide the intervals are, and whether stages add up."""
    totals = [row for row in comparisons.compare(kept) if row.stage == TOTAL and row.ratio]
    controls = [row.ratio.value for row in totals if row.cell.role == "control" and row.ratio]
    widths = {
        role: [row.ratio.half_width for row in totals if row.cell.role == role and row.ratio]
        for role in ("loop", "control")
    }
    sums = [abs(sum(parts[1:]) / parts[0] - 1) for one in kept.runs for parts in zip(*one.values.values(), strict=True)]
    near = sum(abs(ratio - 1) <= NEAR for ratio in controls)
    everything = [*widths["loop"], *widths["control"]]
    return [
        (
            "control within 2 % of 1",
            f"{near} of {len(controls)} scenarios, {min(controls):.3f} to {max(controls):.3f}",
            "7 of 8",
        ),
        ("half-width of intervals, uvloop, median", f"{statistics.median(widths['loop']):.1%}", ""),
        ("half-width of intervals, all, median", f"{statistics.median(everything):.1%}", "3 % idle, 10 % loaded"),
        ("stages against their total, worst value", f"{max(sums):.4%} apart", "1 %"),
    ]


def memory(kept: Kept) -> list[tuple[str, str, str]]:
    """Peak resident memory of the largest process so far, and of the largest worker with asyncio."""
    parent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    workers = [float(one.metadata["mem_max_rss"]) for one in kept.runs if one.cell.loop == "asyncio"]
    return [
        ("peak memory of the parent", f"{parent:.0f} MiB", "250 MB"),
        ("peak memory of a worker with asyncio", f"{max(workers) / 2**20:.0f} MiB", "60 MB"),
    ]


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", action="store_true", help="two busy processes beside the runs")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder, loaded([BUSY] * (2 if options.load else 0)):
        before = os.getloadavg()[0]
        default_s, kept = run(Path(folder, "default"))
        fast_s, _ = run(Path(folder, "fast"), "--fast")
        rows = [
            ("wall time of a default run", f"{default_s:.0f} s", "150 s"),
            ("wall time of a fast run", f"{fast_s:.0f} s", "45 s"),
            *precision(kept),
            *memory(kept),
        ]
        if not options.load:
            rows.append(("--help against python -c pass", f"{start_up('--help'):.1f} times", "5 times"))
            rows.append(("list against python -c pass", f"{start_up('list'):.1f} times", "15 times"))
    facts = kept.about.facts
    print(f"{facts['implementation']} {facts['python']}, uvloop {facts['loop uvloop']}, {facts['cpus']} processors")
    print(f"({facts['cpu']}), load average {before:.1f} before{', two busy processes beside' * options.load}\n")
    print(tabulate(rows, ("figure", "measured", "at most"), "github", disable_numparse=True))


if __name__ == "__main__":
    main()
