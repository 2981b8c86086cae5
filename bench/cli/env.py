"""`env`: environments for `run --python`, each with an interpreter and with loops."""

import argparse
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.cli.terminal import drawn, show
from bench.errors import PROGRAM, BenchError, Exit

if TYPE_CHECKING:
    from bench.environments.place import Environment
    from bench.subjects.loops import Loop

DEFAULT_LOOPS = ["winloop"] if sys.platform == "win32" else ["uvloop"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which environments, and what is in them."""
    add = parser.add_argument
    add("names", metavar="NAME", nargs="*", help="Python's version, or name=version: 3.13 old=3.13")
    loop = f"loop to install; repeatable (default: {DEFAULT_LOOPS[0]})"
    add("--loop", action="append", metavar="NAME", help=loop)
    requirement = "anything that pip installs, such as uvloop==0.21.0; repeatable"
    add("--with", action="append", dest="requirements", metavar="PACKAGE", help=requirement)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="all environments (also without NAME)")
    what.add_argument("--remove", action="store_true", help="removal of the named environments")


def call(options: Namespace) -> Exit:
    """Make, list or remove environments."""
    from bench.environments import place
    from bench.reports import choices

    if not options.names and (options.loop or options.requirements or options.remove):
        raise BenchError(f"which environments? name them: {PROGRAM} env {'--remove ' * options.remove}3.13")
    if options.remove:
        for environment in [_there(name) for name in dict.fromkeys(options.names)]:
            place.remove(environment)
            print(f"removed: {environment.folder}", file=sys.stderr)
    elif options.list or not options.names:
        chosen = [_there(name) for name in dict.fromkeys(options.names)]
        show(drawn(choices.environments(chosen or place.every())))
    else:
        made = _made(options)
        show(drawn(choices.environments(made)))
        words = " ".join(f"--python {environment.name}" for environment in made)
        print(f"measure on {'it' if len(made) == 1 else 'them'}: {PROGRAM} {words}", file=sys.stderr)
    return Exit.DONE


def _made(options: Namespace) -> "list[Environment]":
    from bench.environments import making

    asked = dict(_read(text) for text in options.names)
    chosen = _loops(options.loop or ([] if options.requirements else DEFAULT_LOOPS))
    made = []
    for name, version in asked.items():
        print(f"making {name}: Python {version} with {_listed(chosen, options.requirements or ())}", file=sys.stderr)
        made.append(making.make(name, version, chosen, options.requirements or ()))
    return made


def _read(text: str) -> tuple[str, str]:
    """Name and version of an environment; the version alone is its name too."""
    from bench.environments import place
    from bench.environments.lookup import VERSION
    from bench.subjects.interpreters import NAME

    name, equals, version = text.partition("=")
    if not NAME.fullmatch(name):
        raise BenchError(f"{name!r} can't be the name of an environment: write old={text}")
    if equals and version:
        return name, version
    if (there := place.named(name)) and there.made:
        return name, there.made.asked
    if not VERSION.fullmatch(name) and not name.startswith("pypy"):
        raise BenchError(f"which Python is {name} to have? write {name}=3.13")
    return name, name


def _loops(names: Sequence[str]) -> "list[Loop]":
    from bench.subjects import loops

    chosen = [loops.named(name) for name in dict.fromkeys(names)]
    for loop in chosen:
        if loop.refused or not (loop.distribution or loop.package == "asyncio"):
            why = loop.refused or "it is in no package that is known here; name its package: --with PACKAGE"
            raise BenchError(f"{loop.name} can't be installed: {why}")
    return chosen


def _listed(loops: "Sequence[Loop]", requirements: Sequence[str]) -> str:
    return ", ".join([*(loop.name for loop in loops), *requirements]) or "nothing but asyncio"


def _there(name: str) -> "Environment":
    from bench.environments import place

    environment = place.named(name)
    if environment is None:
        known = ", ".join(each.name for each in place.every()) or "none"
        raise BenchError(f"there is no environment {name}; there are: {known}\nsee {PROGRAM} env --list")
    return environment
