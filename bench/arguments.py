"""The command line: which words there are, and what is wrong with them."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.errors import BenchError

PROGRAM = "python -m bench"
ABOUT_RUN = "Compare asyncio event loops: what it costs to create, start, run and close one."
EXAMPLES = """\
commands:
  run          measure, and print the tables: what is done where no command is named
  report DIR   print the tables of a run again, and write its reports anew
  list         the event loops, installed or how to install them, and the scenarios

examples:
  python -m bench                              asyncio and every loop that is installed
  python -m bench --loop uvloop --scenario runner --scenario warm
  python -m bench --loop mypackage.loops:new_loop
  python -m bench --resume results/runs/20261123-090000
  python -m bench report results/runs/20261123-090000 --format github

exit codes: 0 done; 2 usage; 3 something was not measured; 130 interrupted, and how to go on
"""


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line; raises BenchError for impossible values. argparse itself exits for --help and typos."""
    command, *rest = words if words and words[0] in {"run", "report", "list"} else ("run", *words)
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} {'[run]' if command == 'run' else command}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=command)
    if command == "run":
        parser.description, parser.epilog = ABOUT_RUN, EXAMPLES
        _add_run_options(parser)
    if command == "report":
        parser.add_argument("folder", type=Path, metavar="DIR", help="the run folder")
    if command != "list":
        parser.add_argument("--format", default="simple", metavar="F", help="of the tables, any of tabulate's")
    options = parser.parse_args(rest)
    if command == "run":
        _check(options)
    return options


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--loop", action="append", metavar="NAME", help="a loop, or package.module:factory; repeatable")
    add("--scenario", action="append", metavar="NAME", help="a scenario; repeatable (default: all)")
    add("--baseline", metavar="NAME", help="what the others are divided by (default: asyncio)")
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--fast", action="store_true", help="rough answers, in under a minute")
    pace.add_argument("--rigorous", action="store_true", help="narrow intervals, in some minutes")
    add("--rounds", type=int, metavar="N", help="rounds of fresh processes (default: 17; 6 if fast, 40 if rigorous)")
    add("--delay", type=float, metavar="S", help="seconds that the workload sleeps (default: 0, which hides nothing)")
    add("--seed", type=int, metavar="N", help="of every order (default: a new one, which run.json keeps)")
    add("--affinity", metavar="CPUS", help="processors for the workers, as 1 or 2-3,5")
    add("--timeout", type=float, metavar="S", help="seconds after which a turn is taken for a hang (default: 20)")
    add("-o", "--output", type=Path, metavar="DIR", help="run folder (default: a new one in results/runs)")
    add("--resume", type=Path, metavar="DIR", help="go on with an interrupted run, as it was planned")
    add("--dry-run", action="store_true", help="print what would be measured, and how long that takes")
    add("-q", "--quiet", action="store_true", help="no progress")


def _check(options: argparse.Namespace) -> None:
    given = {name for name, value in vars(options).items() if value is not None and value is not False}
    too_many = sorted(given - {"command", "resume", "format", "quiet"})
    if options.resume and too_many:
        raise BenchError(f"--{too_many[0].replace('_', '-')} does not go with --resume: the plan is kept there")
    for name, least in (("rounds", 1), ("seed", 0), ("delay", 0), ("timeout", 0.1)):
        number = getattr(options, name)
        if number is not None and not least <= number < 2**31:
            raise BenchError(f"--{name} {number}: give a number from {least} up")
    if options.affinity:
        _check_affinity(options.affinity)


def _check_affinity(cpus: str) -> None:
    if not re.fullmatch(r"\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*", cpus):
        raise BenchError(f"--affinity {cpus}: write processors as 1 or 2-3,5")
    ends = [[int(end) for end in part.split("-")] for part in cpus.split(",")]
    asked = {cpu for first, *last in ends for cpu in range(first, last[0] + 1 if last else first + 1)}
    allowed = os.sched_getaffinity(0) if sys.platform == "linux" else asked
    if not asked or not asked <= allowed:
        raise BenchError(f"--affinity {cpus}: this process may use processors {', '.join(map(str, sorted(allowed)))}")
