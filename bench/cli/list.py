"""`list`: the loops and the scenarios that can be measured."""

import argparse
from argparse import Namespace

from bench.cli.terminal import show
from bench.errors import Exit


def add_options(_parser: argparse.ArgumentParser) -> None:
    """No options: everything is listed."""


def call(_options: Namespace) -> Exit:
    """Print the loops of `LOOPS` and of installed packages, and the scenarios."""
    from bench.reports.layout import NOTHING, listing
    from bench.subjects import loops
    from bench.subjects import scenarios as registry

    known = (*loops.LOOPS, *loops.plugged_in())
    rows = [(loop.name, loop.version or NOTHING, loop.unavailable or "installed", loop.factory) for loop in known]
    scenarios = [(scenario.name, scenario.title) for scenario in map(registry.named, registry.names())]
    first = listing(rows, ("loop", "version", "here", "factory"), "simple")
    show(f"{first}\n\n{listing(scenarios, ('scenario', 'title'), 'simple')}\n")
    return Exit.DONE
