"""Makes environments with uv, virtualenv or venv, whichever is there first, and installs loops into them.

Only this module runs the programs that make environments.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import texts
from bench.environments import place
from bench.environments.lookup import on_path
from bench.environments.place import MADE, Environment, Made
from bench.errors import PROGRAM, BenchError
from bench.measurement import interpreters
from bench.store import files
from bench.subjects.loops import LOOPS, Loop

TIMEOUT_S = 1200.0  # some loops are built from source
SHOWN = 5  # lines of what a program says when it fails


def make(name: str, asked: str, loops: Sequence[Loop], requirements: Sequence[str]) -> Environment:
    """Make an environment, or install more into an existing one. A half-made environment is made again.

    Raises BenchError where something can't be made or installed; what is there then counts as half made.
    """
    environment = place.named(name) or Environment(name, place.home() / name, None)
    old = environment.made if environment.is_ready else None
    if old is None or old.asked != asked:
        _begin(environment, asked)
    else:
        (environment.folder / MADE).unlink()
    needed = [package for loop in loops for package in (loop.distribution, *loop.needs) if package]
    if wanted := [*needed, *requirements]:
        _run([*_installer(environment.program), *wanted], f"{', '.join(wanted)} can't be installed into {name}")
    return _finish(environment, asked, loops)


def _begin(environment: Environment, asked: str) -> None:
    if environment.folder.exists():
        place.remove(environment)
    try:
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BenchError(
            f"{environment.folder.parent} can't be created: {error.strerror}\nname another cache folder: XDG_CACHE_HOME"
        ) from None
    _run([*_maker(_base(asked)), str(environment.folder)], f"the environment {environment.name} can't be made")


def _finish(environment: Environment, asked: str, loops: Sequence[Loop]) -> Environment:
    """Ask what came of it, and keep that beside it; raises BenchError for a loop that can't be imported."""
    known = [loop for loop in dict.fromkeys([*LOOPS, *loops]) if loop.distribution and not loop.refused]
    found = interpreters.asked(str(environment.program), known, environment.name)
    for loop in loops:
        if loop.name in found.missing:
            raise BenchError(
                f"{loop.name} is of no use in {environment.name}: {found.lacks[loop.name]}\n"
                f"leave it out: {PROGRAM} env {environment.name}={asked} --loop OTHER"
            )
    made = Made(asked, found.facts["python"], found.facts["build"], found.loops)
    files.write(environment.folder / MADE, msgspec.json.encode(made).decode())
    return Environment(environment.name, environment.folder, made)


def _base(asked: str) -> str:
    """The Python that is asked for, without the links and shims that may stand before it on PATH.

    The text itself where no such Python runs here: uv may get one.
    """
    if program := shutil.which(on_path(asked)):
        with contextlib.suppress(BenchError):
            return os.path.realpath(interpreters.asked(program, ()).path)
    return asked


def _maker(asked: str) -> list[str]:
    """The command that makes an environment for this Python in the folder that is added to it."""
    if uv := shutil.which("uv"):
        return [uv, "venv", "--no-project", "--python", asked]
    if importlib.util.find_spec("virtualenv"):
        return [sys.executable, "-m", "virtualenv", "--python", asked]
    if virtualenv := shutil.which("virtualenv"):
        return [virtualenv, "--python", asked]
    if python := shutil.which(on_path(asked)):
        return [python, "-m", "venv"]
    raise BenchError(
        f"there is no Python {asked} here, and no uv that could get one\n"
        f"install it, or install uv: {sys.executable} -m pip install uv"
    )


def _installer(program: Path) -> list[str]:
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", str(program)]
    return [str(program), "-m", "pip", "install", "--disable-pip-version-check"]


def _run(command: Sequence[str], failure: str) -> None:
    """Run a program to its end; raises BenchError with the end of what it said if it fails."""
    ours = ("PYTHON", "VIRTUAL_ENV", "UV_PYTHON")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
        said = done.stdout.decode(errors="replace").strip() if done.returncode else None
    except subprocess.TimeoutExpired:
        said = f"{command[0]} did not end within {TIMEOUT_S:g} s"
    except OSError as error:
        said = f"{command[0]} can't be started: {error.strerror}"
    if said is not None:
        raise BenchError("\n  ".join([f"{failure}:", *map(texts.line, said.splitlines()[-SHOWN:])]))
