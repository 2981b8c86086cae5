"""What an interpreter is called, what it says of itself, and which loops it has. It may be another one than ours."""

import platform
import re
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.errors import BenchError
from bench.subjects import loops
from bench.subjects.loops import Loop

OLDEST = (3, 11)
NAME = re.compile(r"(?=.{1,40}\Z)[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*")  # a part of a suite's file name


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that runs workers: the name in tables, the program, its version, and what it said.

    `facts` are version, implementation and build. `loops` has the version of each loop that it can run, `lacks` the
    reason for each that it can't. `missing` are those of them that can be installed. `path` is never published.
    """

    name: str
    path: str
    version: tuple[int, int]
    facts: Mapping[str, str] = field(default_factory=dict)
    loops: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()


def here(asked: Iterable[Loop] = ()) -> Interpreter:
    """The interpreter that runs this, and which of these loops it has."""
    has, lacks, missing = dict[str, str](), dict[str, str](), set[str]()
    for loop in asked:
        if reason := loop.unavailable:
            lacks[loop.name] = reason
            missing |= set() if loop.unfit else {loop.name}
        else:
            has[loop.name] = loop.version or "unknown"
    return Interpreter(usual_name(), sys.executable, sys.version_info[:2], facts(), has, lacks, frozenset(missing))


def named(name: str) -> Loop:
    """The loop of this name; one that is not installed if nothing here announces it."""
    try:
        return loops.named(name)
    except BenchError:
        return Loop(name, f"{name}:new_event_loop", name)


def usual_name() -> str:
    """What the interpreter that runs this is called: 3.13, 3.13t if it is free-threaded, pypy3.11."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name}{version}"
    threads, debug = map(sysconfig.get_config_var, ("Py_GIL_DISABLED", "Py_DEBUG"))
    return f"{version}{'t' if threads else ''}{'d' if debug else ''}"


def facts() -> dict[str, str]:
    """Version, implementation and build of the interpreter that runs this."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "build": ", ".join([platform.python_compiler(), *_special()]),
    }


def _special() -> Iterable[str]:
    """What sets this build apart: no GIL, debug, a JIT, the version of PyPy."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        is_on = getattr(sys, "_is_gil_enabled", bool)()
        yield "free-threaded, its GIL is on" if is_on else "free-threaded"
    if sysconfig.get_config_var("Py_DEBUG"):
        yield "debug"
    jit = getattr(sys, "_jit", None)
    if jit and jit.is_enabled():
        yield "JIT"
    if pypy := getattr(sys, "pypy_version_info", None):
        yield f"PyPy {'.'.join(map(str, pypy[:3]))}"
