"""`list`: the loops and the scenarios that can be measured."""

import argparse
from argparse import Namespace

from bench.cli.terminal import show, width
from bench.errors import Exit


def add_options(_parser: argparse.ArgumentParser) -> None:
    """No options: everything is listed."""


def call(_options: Namespace) -> Exit:
    """Print the loops of `LOOPS` and of installed packages, and the scenarios."""
    from bench.reports import choices
    from bench.reports.rendering import render
    from bench.subjects import loops, scenarios

    document = choices.listed((*loops.LOOPS, *loops.plugged_in()), tuple(map(scenarios.named, scenarios.names())))
    show(render(document, "simple", width()))
    return Exit.DONE
