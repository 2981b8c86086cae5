"""`list`: the loops and the scenarios that can be measured."""

import argparse
from argparse import Namespace

from bench.cli.terminal import show, width
from bench.errors import Exit


def add_options(_parser: argparse.ArgumentParser) -> None:
    """No options: everything is listed."""


def call(_options: Namespace) -> Exit:
    """Print the loops of `LOOPS` and of installed packages, whether they can be imported, and the scenarios."""
    from bench.measurement import imports
    from bench.reports import choices
    from bench.reports.rendering import render
    from bench.subjects import loops, scenarios

    known = (*loops.LOOPS, *loops.plugged_in())
    broken = imports.broken([loop for loop in known if not loop.unavailable])
    document = choices.listed(known, tuple(map(scenarios.named, scenarios.names())), broken)
    show(render(document, "simple", width()))
    return Exit.DONE
