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
from bench.subjects import loops, scenarios
from scenarios._workload import Records, WrongRunError, check_records, get_data


def main(file: str, arguments: Sequence[str] | None = None) -> None:
    """Run the scenario in `file` as the arguments say (default: the command line's), and print what it returned."""
    scenario = scenarios.named(Path(file).stem)
    options = _parser(scenario).parse_args(arguments)
    try:
        loop = loops.named(options.loop)
        reason = loop.unavailable or scenario.skip_reason(loop, sys.version_info[:2])
    except BenchError as error:
        reason = str(error)
    if reason:
        sys.exit(f"{scenario.name} can't be run with {options.loop} here: {reason}")
    run = functools.partial(_run, scenario, loop, options.delay, options.times)
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
    parser.add_argument("--delay", type=float, default=0, metavar="S", help="seconds to sleep, default: 0")
    parser.add_argument("--thread", choices=["main", "worker"], default="main", help="default: main")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="number of lifecycles, default: 1")
    return parser


def _run(scenario: scenarios.Scenario, loop: loops.Loop, delay: float, times: int) -> Records:
    """Run `times` lifecycles, check the records of each, and return those of the last."""
    records: Records = []
    with scenarios.prepared(scenario, loop, loops.load_factory(loop)) as once:
        for _ in range(times):
            records = once(functools.partial(get_data, delay))
            check_records(records)
    return records
