"""`lifecycle`: which call creates the loop, which one starts it, on this interpreter and on others."""

import argparse
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from bench.cli.arguments import at_least
from bench.cli.terminal import add_format, show, width
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.lifecycle.observations import Interpreter, Question


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which loops on which interpreters, and how the table looks."""
    add = parser.add_argument
    factories = "a loop whose factory the rows with a factory use, and whose own calls are added; repeatable"
    add(
        "--loop",
        action="append",
        metavar="NAME",
        help=f"{factories} (default: asyncio; own calls of all that are installed)",
    )
    add("--python", action="append", metavar="PATH", help="an interpreter; repeatable (default: this one)")
    add(
        "--timeout",
        type=at_least(0.1, float),
        metavar="S",
        help="seconds after which a row is taken for a hang (default: 10)",
    )
    add("--json", action="store_true", help="a list of objects in place of the table")
    add_format(parser)


def call(options: Namespace) -> int:
    """Print what was observed; 3 if a row was not."""
    from bench.lifecycle import observations

    pythons = [observations.interpreter(_found(path)) for path in dict.fromkeys(options.python or [sys.executable])]
    asked = [question for python in pythons for question in _questions(python, options.loop)]
    print(f"observing {len(asked)} calls, each in a fresh process", file=sys.stderr)
    rows: dict[Interpreter, list[observations.Observation]] = {python: [] for python in pythons}
    for python, observation in observations.collect(asked, options.timeout or observations.TIMEOUT_S):
        rows[python].append(observation)

    from bench.reports import lifecycle
    from bench.reports.rendering import render

    observed = [lifecycle.Observed(_label(python, pythons), tuple(seen)) for python, seen in rows.items()]
    document = lifecycle.document(observed)
    show(lifecycle.as_json(observed) if options.json else render(document, options.format, width()))
    return 0 if all(row.observed for one in observed for row in one.rows) else 3


def _questions(python: "Interpreter", names: list[str] | None) -> "list[Question]":
    from bench.lifecycle import observations
    from bench.subjects import loops

    if names:
        chosen = [loops.named(name) for name in dict.fromkeys(names)]
        return list(observations.questions(python, chosen, chosen))
    others = [loop for loop in loops.LOOPS if loop.distribution and loop.package in python.packages]
    return list(observations.questions(python, loops.LOOPS[:1], others))


def _found(path: str) -> str:
    import shutil

    found = shutil.which(path)
    if found is None:
        raise BenchError(f"no program is called {path!r}: name an interpreter, as python3.12 or /usr/bin/python3.12")
    return found


def _label(python: "Interpreter", pythons: "list[Interpreter]") -> str:
    """CPython 3.14.10; numbered, where several are of one version."""
    same = [
        other for other in pythons if (other.implementation, other.python) == (python.implementation, python.python)
    ]
    number = f" ({same.index(python) + 1})" if len(same) > 1 else ""
    return f"{python.implementation} {python.python}{number}"
