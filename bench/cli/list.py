"""`list`: the loops, the scenarios and the workloads that can be measured."""

import argparse
from argparse import Namespace

from bench.cli.terminal import show, width
from bench.errors import Exit


def add_options(_parser: argparse.ArgumentParser) -> None:
    """No options: everything is listed."""


def call(_options: Namespace) -> Exit:
    """Print the loops, of `LOOPS` and of installed packages, whether they import, the scenarios and the workloads."""
    from bench.measurement import imports
    from bench.reports import choices
    from bench.reports.rendering import render
    from bench.subjects import loops, scenarios, workloads

    known = (*loops.LOOPS, *loops.plugged_in())
    broken = imports.broken([loop for loop in known if not loop.unavailable])
    declared = map(scenarios.named, scenarios.names())
    document = choices.listed(known, tuple(declared), tuple(map(workloads.named, workloads.names())), broken)
    show(render(document, "simple", width()))
    return Exit.DONE
