"""Times one cell with pyperf's own scheduler and pyperf's defaults: one process after another.

`trials` starts this program to compare it with lock-step. The process is pyperf's manager: pyperf starts the program
again for each of its workers. The manager delivers all their values as one line of JSON on its stdout.
"""

import functools
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pyperf

from bench.subjects import loops, scenarios
from bench.worker.pipe import Turns, die_with_parent
from scenarios._workload import GetData, Records, get_data


def seconds(once: Callable[[GetData], Records], iterations: int) -> float:
    """Seconds that this number of lifecycles takes."""
    began = perf_counter()
    for _ in range(iterations):
        once(get_data)
    return perf_counter() - began


def pass_on(command: list[str], options: Namespace) -> None:
    """Add the cell to the command line of pyperf's workers."""
    command += ["--scenario", options.scenario, "--loop", options.loop]


def main() -> None:
    """Measure the cell that the command line names, and deliver its values."""
    turns = Turns()
    sys.path.append(str(Path.cwd()))
    runner = pyperf.Runner(program_args=("-P", "-m", "bench.selfcheck.pyperf_scheduler"), add_cmdline_args=pass_on)
    for option in ("--scenario", "--loop"):
        runner.argparser.add_argument(option, required=True)
    runner.argparser.add_argument("--parent", type=int, default=os.getppid())
    options = runner.parse_args()
    die_with_parent(options.parent)
    loop, scenario = loops.named(options.loop), scenarios.named(options.scenario)
    with scenarios.prepared(scenario, loop, loops.load_factory(loop)) as once:
        benchmark = runner.bench_time_func(f"{scenario.name}.total", functools.partial(seconds, once))
    # Each of pyperf's workers delivers too, but nobody reads that: it goes into what pyperf's manager prints.
    turns.deliver({"values": {"total": benchmark.get_values()}})


if __name__ == "__main__":
    main()
