"""`list`: the loops, scenarios and workloads that can be measured, and options that are set elsewhere."""

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
    """Print loops (known, of installed packages, of the folder), scenarios, workloads, and what is set elsewhere.

    Loops of the folder are never imported: anybody may have written its pyproject.toml.
    """
    from bench import cli
    from bench.reports import choices
    from bench.subjects import loops, scenarios, workloads

    known = (*loops.LOOPS, *loops.plugged_in())
    broken: Mapping[str, str] = {}
    if options.tries:
        from bench.measurement import imports

        broken = imports.broken([loop for loop in known if not loop.unavailable])
    declared = tuple(map(scenarios.named, scenarios.names()))
    works = tuple(map(workloads.named, workloads.names()))
    elsewhere = [(" ".join(one.words) or f"no --{one.option}", one.source) for one in cli.set_elsewhere()]
    show(drawn(choices.listed((*known, *loops.of_folder()), declared, works, broken, elsewhere)))
    return Exit.DONE
