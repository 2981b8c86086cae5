"""Finds the interpreter that the user means by a text: an environment's name, a version, a program or its path."""

import os
import re
import shutil
import sys

from bench.environments import place
from bench.errors import PROGRAM, BenchError
from bench.subjects.interpreters import NAME, usual_name

VERSION = re.compile(r"\d\.\d{1,2}(t|d|td)?", re.ASCII)


def found(text: str) -> tuple[str | None, str]:
    """The name that the user gives to an interpreter, None if that is left to its version; and its program.

    `old=/usr/bin/python3.13` has a name; `3.13` is the environment of this name, else the interpreter that runs this if
    it is of that version, else `python3.13` on PATH. Raises BenchError where there is none.
    """
    name, equals, rest = text.partition("=")
    if equals and NAME.fullmatch(name):
        return name, _program(rest)
    return (text if place.named(text) else None), _program(text)


def _program(text: str) -> str:
    if environment := place.named(text):
        if not environment.is_ready:
            raise BenchError(
                f"the environment {text} is half made\nmake it again: {PROGRAM} env {text}; or remove it: --remove"
            )
        return str(environment.program)
    if text == usual_name():
        return sys.executable
    program = shutil.which(on_path(text))
    if program is None:
        known = [each.name for each in place.every()]
        there = f"; the environments: {', '.join(known)}" if known else ""
        raise BenchError(
            f"there is no interpreter {text!r}: no environment of that name, and no program{there}\n"
            f"make it: {PROGRAM} env {text if VERSION.fullmatch(text) else '3.13'}; "
            "or name a program, such as python3.13 or /usr/bin/python3.13"
        )
    return os.path.abspath(program)  # noqa: PTH100  (a link must stay one: it is what makes an environment)


def on_path(text: str) -> str:
    """What the program of a version is called: python3.13 for 3.13."""
    return f"python{text}" if VERSION.fullmatch(text) else text
