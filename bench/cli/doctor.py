"""`doctor`: what disturbs measurements on this machine, and the remedies."""

import argparse
from argparse import Namespace

from bench.cli.arguments import processors
from bench.cli.terminal import add_format, drawn, show
from bench.errors import Exit


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which processors, and how the table looks."""
    add = parser.add_argument
    add("--affinity", type=processors, metavar="CPUS", help="processors of the run, such as 1 or 2-3,5")
    add("--json", action="store_true", help="JSON list of subject, state, found, remedy")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print all conditions, disturbances first. The exit code is 0 in any case: the user asked for information only."""
    from bench.machine import conditions
    from bench.measurement import processes
    from bench.reports import conditions as report

    checked = conditions.conditions(conditions.this_machine(options.affinity, processes.environment()))
    show(report.as_json(checked) if options.json else drawn(report.document(checked), options.format))
    return Exit.DONE
