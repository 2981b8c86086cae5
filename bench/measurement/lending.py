"""Starts our modules on interpreters that have none of them: they are lent what a worker imports, and nothing else."""

from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from bench.errors import NotMeasuredError
from bench.measurement.processes import Process
from bench.worker import lent

PACKAGES = ("bench", "scenarios", "pyperf")  # all of them pure Python


def started(module: str, options: Iterable[str], python: str | None = None) -> Process:
    """A process of a module: on the interpreter that runs the harness, or on another one, which borrows it.

    Raises NotMeasuredError for an interpreter that can't be started.
    """
    if python is None:
        return Process(module, options)
    places = (f"{name}={_folder(name)}" for name in PACKAGES)
    try:
        return Process(Path(lent.__file__), [*places, module, *options], python)
    except OSError as error:
        reason = error.strerror or "unknown"
        raise NotMeasuredError(f"{python} can't be started: {reason}; it is not a Python for this machine") from None


def _folder(package: str) -> str:
    return str(resources.files(package))
