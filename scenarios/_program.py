"""Runs a scenario as a program: `python -m scenarios.manual --loop uvloop --delay 1`.

It runs what `bench` measures, without the measuring: a loop that crashes or hangs there does the same here, where you
can watch it. Only this module of `scenarios` imports the harness, to find a loop by its name.
"""

import argparse
import functools
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.errors import BenchError
from bench.subjects import loops, scenarios, workloads
from scenarios._workload import GetData, Records, WrongRunError, check_records
from scenarios.workloads import _server


def main(file: str, arguments: Sequence[str] | None = None) -> None:
    """Run the scenario in `file` as the arguments say (default: the command line's), and print what it returned."""
    scenario = scenarios.named(Path(file).stem)
    options = _parser(scenario).parse_args(arguments)
    try:
        loop = loops.named(options.loop)
        workload = workloads.named(options.workload)
        reason = loop.unavailable or scenario.skip_reason(loop, sys.version_info[:2])
    except BenchError as error:
        reason = str(error)
    if reason:
        sys.exit(f"{scenario.name} can't be run with {options.loop} here: {reason}")
    get_data = workload.get_data(options.delay, _server.start() if workload.serves else 0)
    run = functools.partial(_run, scenario, loop, get_data, options.times)
    try:
        if options.thread == "main":
            records = run()
        else:
            with ThreadPoolExecutor(1) as executor:
                records = executor.submit(run).result()
    except WrongRunError as error:
        sys.exit(f"wrong: {error}")
    print(records, flush=True)  # before the interpreter's end: some loops crash there


def _parser(scenario: scenarios.Scenario) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m scenarios.{scenario.name}", description=scenario.title)
    parser.add_argument("--loop", default="asyncio", metavar="NAME", help="default: asyncio")
    parser.add_argument("--workload", default="sleep", metavar="NAME", help="default: sleep; others: turns=1000, …")
    parser.add_argument("--delay", type=float, default=0, metavar="S", help="seconds to sleep, default: 0")
    parser.add_argument("--thread", choices=["main", "worker"], default="main", help="default: main")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="number of lifecycles, default: 1")
    return parser


def _run(scenario: scenarios.Scenario, loop: loops.Loop, get_data: GetData, times: int) -> Records:
    """Run `times` lifecycles, check the records of each, and return those of the last."""
    records: Records = []
    with scenarios.prepared(scenario, loop, loops.load_factory(loop)) as once:
        for _ in range(times):
            records = once(get_data)
            check_records(records)
    return records
