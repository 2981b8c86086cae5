"""`list`: the loops and the scenarios that can be measured, and options that are set elsewhere."""

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
    """Print the loops of `LOOPS`, of installed packages and of the folder, the scenarios, and what is set elsewhere.

    Loops of the folder are never imported: anybody may have written its pyproject.toml.
    """
    from bench import cli
    from bench.reports import choices
    from bench.subjects import loops, scenarios

    known = (*loops.LOOPS, *loops.plugged_in())
    broken: Mapping[str, str] = {}
    if options.tries:
        from bench.measurement import imports

        broken = imports.broken([loop for loop in known if not loop.unavailable])
    declared = tuple(map(scenarios.named, scenarios.names()))
    elsewhere = [(" ".join(one.words) or f"no --{one.option}", one.source) for one in cli.set_elsewhere()]
    show(drawn(choices.listed((*known, *loops.of_folder()), declared, broken, elsewhere)))
    return Exit.DONE
