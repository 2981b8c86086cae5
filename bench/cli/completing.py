"""Completes a command line for the shell, by argcomplete. Imports no loop, and the options of one command only."""

import contextlib
import os
import sys
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.cli import Parser


def answer() -> None:
    """Write what may follow, and end the process; the shell's variables have the line. Without argcomplete: nothing."""
    try:
        import argcomplete
        from argcomplete.lexers import split_line
    except ImportError:
        sys.exit(1)
    *_, words, _ = split_line(os.environ["COMP_LINE"], int(os.environ["COMP_POINT"]))
    argcomplete.autocomplete(parser(words[int(os.environ["_ARGCOMPLETE"]) :]))


def parser(words: list[str]) -> "Parser":
    """What reads a line that begins with these words, the first of which may be a command."""
    from bench.cli import COMMANDS, parser_of

    command = words[0] if words and words[0] in COMMANDS else None
    found = parser_of(command or "run", first=[command] if command else [] if words else [*COMMANDS])
    for name, action in found.options.items():
        if name in COMPLETERS:
            action.completer = COMPLETERS[name]  # type: ignore[attr-defined]  # that is how argcomplete is told
    return found


def _loops(**_: object) -> Collection[str]:
    from bench.subjects import loops

    found = [*loops.LOOPS, *loops.plugged_in()]
    with contextlib.suppress(BenchError):  # of a file that is wrong: a run says it
        found += loops.of_folder()
    return [loop.name for loop in found if not loop.unavailable]


def _scenarios(**_: object) -> Collection[str]:
    from bench.subjects import scenarios

    return scenarios.names()


def _checks(**_: object) -> Collection[str]:
    from bench.contract.checks import every

    return [*every()]


def _formats(**_: object) -> Collection[str]:
    from bench.reports.rendering import RENDERERS

    return [*RENDERERS]


COMPLETERS: dict[str, Callable[..., Collection[str]]] = {
    "loop": _loops,
    "baseline": _loops,
    "scenario": _scenarios,
    "check": _checks,
    "fail_on": _checks,
    "format": _formats,
}
