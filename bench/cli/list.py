"""`list`: the loops, the scenarios and the workloads that can be measured."""

import argparse
from argparse import Namespace
from collections.abc import Mapping

from bench.cli.terminal import drawn, show
from bench.errors import Exit


def add_options(parser: argparse.ArgumentParser) -> None:
    """Whether loops are imported, which takes a process for each."""
    parser.add_argument(
        "--try", action="store_true", dest="tries", help="import of each installed loop, to find broken ones"
    )


def call(options: Namespace) -> Exit:
    """Print the loops of `LOOPS` and of installed packages, whether they are installed, scenarios and workloads."""
    from bench.reports import choices
    from bench.subjects import loops, scenarios, workloads

    known = (*loops.LOOPS, *loops.plugged_in())
    broken: Mapping[str, str] = {}
    if options.tries:
        from bench.measurement import imports

        broken = imports.broken([loop for loop in known if not loop.unavailable])
    declared = map(scenarios.named, scenarios.names())
    document = choices.listed(known, tuple(declared), tuple(map(workloads.named, workloads.names())), broken)
    show(drawn(document))
    return Exit.DONE
