"""The options of `run`: what to measure, how much of it, and where to keep it."""

import argparse
from pathlib import Path

from bench.cli.arguments import affinity, at_least, baseline_name, duration, percentage
from bench.cli.report import add_gate, add_pictures, check_pictures
from bench.cli.terminal import add_format, add_verbose
from bench.errors import BenchError

ALSO_WITH_RESUME = {
    "command",
    "resume",
    "force_resume",
    "format",
    "json",
    "no_bars",
    "png",
    "quiet",
    "save_baseline",
    "settings",
    "force",
    "rounds",
    "precision",
    "max_time",
    "verbose",
    "without_intervals",
    "fleet",
    "fleet_security",
    "insecure",
    "wait_for_lost",
    "fail_if_slower_than",
    "require_power",
}
FLEET = ("fleet_security", "insecure", "wait_for_lost")

PACE = """\
how long it measures:
  --rounds alone sets the exact number of rounds. With --precision or --max-time
  it is the minimum: more rounds follow where an interval is too wide, until the
  time is up. --fast and --rigorous set all three. A plan that does not fit into
  its time gets fewer sweeps, then fewer rounds; one that can't give intervals
  then is refused, with what would fit.

how it resumes:
  --resume with --rounds, --precision or --max-time changes how long a run
  measures, also if it is complete. --max-time counts all of the run.
  --resume refuses to mix values of two Python versions, loops or machines.
  --force-resume allows it, and every report says so.

where options come from:
  the command line, then the environment (EVLOOP_BENCH_MAX_TIME=60s), then
  [tool.evloop-bench] in ./pyproject.toml. The command list shows what is set.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """All options of a run, in the order in which --help shows them."""
    _add_subjects(parser)
    _add_amount(parser)
    _add_circumstances(parser)
    _add_folder(parser)
    _add_fleet(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress display")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables, with plan and facts")
    add_gate(parser)
    add_verbose(parser)
    add_pictures(parser)
    add_format(parser)


def _add_subjects(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    loop = "event loop, or package.module:factory; repeatable (default: all installed)"
    add("--loop", action="append", metavar="NAME", help=loop)
    add("--scenario", action="append", metavar="NAME", help="scenario; repeatable (default: the usual ones, see list)")
    workload = "workload, with a size: turns=100; repeatable (default: sleep)"
    add("--workload", action="append", metavar="NAME", help=workload)
    python = "interpreter: 3.13, a program, or name=program; repeatable"
    add("--python", action="append", metavar="PYTHON", help=python)
    add("--check", action="store_true", help="the command check first, for loops not yet checked")
    add("--baseline", metavar="NAME", help="what others are divided by: asyncio@3.13 (default: asyncio)")


def _add_amount(parser: argparse.ArgumentParser) -> None:
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--fast", action="store_true", help="rough answers in under a minute")
    pace.add_argument("--rigorous", action="store_true", help="narrow intervals in up to ten minutes")
    add = parser.add_argument
    rounds = "rounds of fresh processes (default: 9; fast: 6; rigorous: 17)"
    add("--rounds", type=at_least(1, int), metavar="N", help=rounds)
    add("--without-intervals", action="store_true", help="permission for fewer rounds than intervals need")
    precision = "widest ± interval allowed (default: 2%%; rigorous: 1%%)"
    add("--precision", type=percentage, metavar="P", help=precision)
    limit = "time limit (default: 120s; fast: 60s; rigorous: 600s)"
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
    add("--force", action="store_true", help="with --save-baseline: replaces the baseline of that name")
    add("--dry-run", action="store_true", help="the plan and its estimated time; nothing is measured")


def _add_fleet(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    where = "Dask scheduler, tcp://HOST:8786: the plan on each host"
    add("--fleet", metavar="ADDRESS", help=where)
    add_security(parser)
    lost = "with --fleet: wait for a host without worker (default: 10m)"
    add("--wait-for-lost", type=duration, metavar="T", help=lost)


def add_security(parser: argparse.ArgumentParser) -> None:
    """How the scheduler is spoken to."""
    add = parser.add_argument
    add("--fleet-security", type=Path, metavar="FILE", help="Dask's TLS settings, in YAML")
    add("--insecure", action="store_true", help="permission for a scheduler without TLS on another host")


def check(options: argparse.Namespace) -> None:
    """Raise BenchError for options that contradict each other, and for a baseline that would be replaced."""
    if options.force and not options.save_baseline:
        raise BenchError("--force needs --save-baseline NAME: it replaces the baseline of that name")
    if options.save_baseline and not options.force:
        from bench.store import baselines

        baselines.check_free(options.save_baseline)
    check_pictures(options)
    given = {name for name, value in vars(options).items() if value is not None and value is not False}
    contradicting = sorted(given - ALSO_WITH_RESUME)
    if options.check and options.python:
        raise BenchError("--check can't be combined with --python: it tries loops on the interpreter that runs this")
    if options.force_resume and not options.resume:
        raise BenchError("--force-resume needs --resume DIR: it allows changes, but does not name the run")
    for name in FLEET:
        if getattr(options, name) and not options.fleet:
            raise BenchError(f"--{name.replace('_', '-')} needs --fleet ADDRESS: it says how to speak with a fleet")
    if options.json and options.dry_run:
        raise BenchError("--json can't be combined with --dry-run: nothing is measured")
    if options.resume and contradicting:
        option = contradicting[0].replace("_", "-")
        raise BenchError(f"--{option} can't be combined with --resume: the run folder holds the plan")
