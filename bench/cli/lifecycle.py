"""`lifecycle`: which call creates the loop and which one starts it, on this interpreter and on others."""

import argparse
import sys
from argparse import Namespace
from collections.abc import Collection
from typing import TYPE_CHECKING

from bench.cli.arguments import at_least
from bench.cli.terminal import add_format, drawn, show
from bench.errors import Exit

if TYPE_CHECKING:
    from bench.lifecycle.observations import Interpreter, Observation, Question


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which loops on which interpreters, and how the table looks."""
    add = parser.add_argument
    add(
        "--loop",
        action="append",
        metavar="NAME",
        help="loop to observe; repeatable (default: asyncio and all installed)",
    )
    add("--python", action="append", metavar="PYTHON", help="interpreter; repeatable (default: this one)")
    timeout = "seconds that one call may take (default: 10)"
    add("--timeout", type=at_least(0.1, float), metavar="S", help=timeout)
    add("--json", action="store_true", help="JSON list of objects instead of the table")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print what was observed; the exit code says if a call could not be observed, or a named loop is not one."""
    from bench.environments import lookup
    from bench.lifecycle import observations

    programs = [lookup.found(text)[1] for text in dict.fromkeys(options.python or ())] or [sys.executable]
    pythons = [observations.interpreter(program) for program in programs]
    questions = [question for python in pythons for question in _questions(python, options.loop)]
    print(f"observing {len(questions)} calls, each in a fresh process", file=sys.stderr)
    rows: dict[Interpreter, list[observations.Observation]] = {python: [] for python in pythons}
    for python, observation in observations.collect(questions, options.timeout or observations.TIMEOUT_S):
        rows[python].append(observation)

    from bench.reports import lifecycle

    observed = [lifecycle.Observed(_label(python, pythons), tuple(seen)) for python, seen in rows.items()]
    document = lifecycle.document(observed)
    show(lifecycle.as_json(observed) if options.json else drawn(document, options.format))
    mistakes = _not_loops([row for seen in rows.values() for row in seen], options.loop or ())
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    complete = all(row.observed for seen in rows.values() for row in seen) and not mistakes
    return Exit.DONE if complete else Exit.NOT_MEASURED


def _not_loops(rows: "list[Observation]", names: Collection[str]) -> list[str]:
    """Of the loops that the user named, those whose factory gave no loop, and why."""
    from bench.subjects import loops

    calls = {loops.named(name).factory.replace(":", ".") for name in names}
    refused = {row.call: row.raises for row in rows if row.call in calls and row.loop_class is None}
    return [f"{call} gave no event loop: {why or 'it returned something else'}" for call, why in refused.items()]


def _questions(python: "Interpreter", names: list[str] | None) -> "list[Question]":
    from bench.lifecycle import observations
    from bench.subjects import loops

    if names:
        chosen = [loops.named(name) for name in dict.fromkeys([loops.LOOPS[0].name, *names])]
        return list(observations.questions(python, chosen, chosen))
    others = [
        loop for loop in loops.LOOPS if loop.distribution and not loop.refused and loop.imported in python.packages
    ]
    return list(observations.questions(python, loops.LOOPS[:1], others))


def _label(python: "Interpreter", pythons: "list[Interpreter]") -> str:
    """CPython 3.14.10; with a number where several interpreters have the same version."""
    same = [
        other for other in pythons if (other.implementation, other.python) == (python.implementation, python.python)
    ]
    number = f" ({same.index(python) + 1})" if len(same) > 1 else ""
    return f"{python.implementation} {python.python}{number}"
