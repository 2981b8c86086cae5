"""`doctor`: what on this machine disturbs measurements, and what to do about it."""

import argparse
from argparse import Namespace

from bench.cli.arguments import processors
from bench.cli.terminal import add_format, show, width


def add_options(parser: argparse.ArgumentParser) -> None:
    """For which processors, and how the table looks."""
    add = parser.add_argument
    add("--affinity", type=processors, metavar="CPUS", help="look as for a run with this --affinity")
    add("--json", action="store_true", help="a list of objects: subject, state, found, remedy")
    add_format(parser)


def call(options: Namespace) -> int:
    """Print what is found, what disturbs first; 0 whatever it is: to inform is all that was asked for."""
    from bench.machine import conditions
    from bench.measurement import processes
    from bench.reports.conditions import as_json, as_text

    found = conditions.conditions(conditions.this_machine(options.affinity, processes.environment()))
    show(as_json(found) if options.json else as_text(found, options.format, width()))
    return 0
