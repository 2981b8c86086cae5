"""Where environments are: each in a folder of its own, in the user's cache folder.

evloop-bench/envs/<name>/            made by uv, virtualenv or venv
evloop-bench/envs/<name>/made.json   what is in it; written last, so that one without it is half made
"""

import contextlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.errors import PROGRAM, BenchError
from bench.store import files
from bench.subjects.interpreters import NAME
from bench.texts import Line

MADE = "made.json"


class Made(Struct, frozen=True):
    """What was asked for and what is in it: the interpreter's version and build, and the versions of the loops."""

    asked: Line
    python: Line
    build: Line
    loops: Mapping[Line, Line]


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment; `made` is None where it is half made."""

    name: str
    folder: Path
    made: Made | None

    @property
    def program(self) -> Path:
        """Its Python."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def is_ready(self) -> bool:
        """Whether it was made to its end, and still has its Python."""
        return self.made is not None and self.program.exists()


def named(name: str) -> Environment | None:
    """The environment of this name, if there is one."""
    folder = home() / name
    if not NAME.fullmatch(name) or not folder.is_dir():
        return None
    made = None
    with contextlib.suppress(OSError, ValueError, RecursionError):
        made = msgspec.json.decode(files.read(folder / MADE), type=Made)
    return Environment(name, folder, made)


def every() -> tuple[Environment, ...]:
    """All environments, by their names."""
    names = sorted(folder.name for folder in home().glob("*"))
    return tuple(found for name in names if (found := named(name)))


def remove(environment: Environment) -> None:
    """Delete it; raises BenchError where that is not permitted. One that is deleted in part is half made."""
    try:
        (environment.folder / MADE).unlink(missing_ok=True)
        shutil.rmtree(environment.folder)
    except OSError as error:
        raise BenchError(
            f"{environment.folder} can't be removed: {error.strerror}\nfix that, then: {PROGRAM} env --remove "
            f"{environment.name}"
        ) from None


def home() -> Path:
    """The folder of all environments."""
    return files.user_cache() / "envs"
