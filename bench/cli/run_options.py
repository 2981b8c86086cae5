"""The options of `run`: what to measure, how much of it, and where to keep it."""

import argparse
from pathlib import Path

from bench.cli.arguments import affinity, at_least, baseline_name, duration, percentage
from bench.cli.terminal import add_format

PACE = """\
how long it measures:
  --rounds alone sets the exact number of rounds. With --precision or --max-time
  it is the minimum: more rounds follow where an interval is too wide, until the
  time is up. --fast and --rigorous set all three.

how it resumes:
  --resume refuses to mix values of two Python versions, loops or machines.
  --force-resume allows it, and every report says so.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """All options of a run, in the order in which --help shows them."""
    _add_subjects(parser)
    _add_amount(parser)
    _add_circumstances(parser)
    _add_folder(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress display")
    add_format(parser)


def _add_subjects(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    loop = "event loop, or package.module:factory; repeatable (default: all installed)"
    add("--loop", action="append", metavar="NAME", help=loop)
    add("--scenario", action="append", metavar="NAME", help="scenario; repeatable (default: all)")
    add("--baseline", metavar="NAME", help="loop that the others are divided by (default: asyncio)")


def _add_amount(parser: argparse.ArgumentParser) -> None:
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--fast", action="store_true", help="rough answers in under a minute")
    pace.add_argument("--rigorous", action="store_true", help="narrow intervals in up to ten minutes")
    add = parser.add_argument
    rounds = "rounds of fresh processes (default: 9; fast: 6; rigorous: 17)"
    add("--rounds", type=at_least(1, int), metavar="N", help=rounds)
    precision = "widest ± interval allowed (default: 2%%; rigorous: 1%%)"
    add("--precision", type=percentage, metavar="P", help=precision)
    limit = "time limit for the whole run (default: 120s; rigorous: 600s)"
    add("--max-time", type=duration, metavar="T", help=limit)


def _add_circumstances(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    delay = "seconds that the workload sleeps (default: 0)"
    add("--delay", type=at_least(0, float), metavar="S", help=delay)
    add("--thread", choices=["main", "worker"], help="thread that the loops run in (default: main)")
    seed = "random seed (default: new each time, stored in run.json)"
    add("--seed", type=at_least(0, int), metavar="N", help=seed)
    where = "processors of the workers: auto, none or 2-3,5 (default: auto)"
    add("--affinity", type=affinity, metavar="CPUS", help=where)
    timeout = "seconds that a worker's turn may take (default: 20)"
    add("--timeout", type=at_least(0.1, float), metavar="S", help=timeout)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", type=Path, metavar="DIR", help="run folder (default: a new one in results/runs)")
    add("--resume", type=Path, metavar="DIR", help="folder of the interrupted run to finish")
    force = "with --resume: permission to mix versions or machines"
    add("--force-resume", action="store_true", help=force)
    name = "name under which compare finds this run, if complete"
    add("--save-baseline", type=baseline_name, metavar="NAME", help=name)
    add("--dry-run", action="store_true", help="the plan and its estimated time; nothing is measured")
