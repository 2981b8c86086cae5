"""`list`: which loops and scenarios there are."""

import argparse
from argparse import Namespace

from bench.cli.terminal import show


def add_options(_parser: argparse.ArgumentParser) -> None:
    """None: everything is listed."""


def call(_options: Namespace) -> int:
    """Print the loops of `LOOPS` and of installed packages, and the scenarios."""
    from tabulate import tabulate

    from bench import catalog, loops

    known = (*loops.LOOPS, *loops.plugged_in())
    found = [(loop.name, loop.version or "–", loop.unavailable or "installed", loop.factory) for loop in known]
    scenarios = [(scenario.name, scenario.title) for scenario in map(catalog.named, catalog.names())]
    first = tabulate(found, ("loop", "version", "here", "factory"), "simple", disable_numparse=True)
    second = tabulate(scenarios, ("scenario", "title"), "simple", disable_numparse=True)
    show(f"{first}\n\n{second}\n")
    return 0
