"""The folder of a published run: what must be written there, and the writing. Nothing foreign is touched."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.contract.findings import CHECKS, CONFORMANCE
from bench.errors import BenchError, NotMeasuredError
from bench.reports.files import FILES
from bench.resources.readings import RESOURCES
from bench.store import files
from bench.store.baselines import NAME
from bench.store.folder import ABOUT, JOURNAL, SUITES, RunFolder
from bench.store.outcomes import About

OURS = {ABOUT, JOURNAL, RESOURCES, CHECKS, CONFORMANCE, *FILES}
SUITE = re.compile(rf"{SUITES}(-[2-9])?/[\w.-]+\.json")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file: it is new, changed, the same as before, or no longer part of the run."""

    file: Path
    what: Literal["new", "changed", "same", "removed"]
    text: str = ""


def check_name(name: str) -> None:
    """Raise BenchError for a name that some systems do not allow for a folder."""
    if not NAME.fullmatch(name):
        raise BenchError(
            f"{name!r} can't be the name of a published run: use letters, digits, dots, _ and -\n"
            "give another: --name NAME"
        )


def check_free(place: Path, about: About, *, force: bool) -> None:
    """Raise BenchError where something else is in the place of this run; `force` allows another run only."""
    if not os.path.lexists(place) or (place.is_dir() and not place.is_symlink() and not any(place.iterdir())):
        return
    if place.is_symlink() or not (place / ABOUT).is_file():
        raise BenchError(f"{place} is not a published run, and stays as it is\ngive another name: --name NAME")
    if not force and _identity(RunFolder(place).about()) != _identity(about):
        raise BenchError(f"{place} is another run\ngive another name: --name NAME; or replace that run: --force")


def changes(place: Path, contents: Mapping[str, str]) -> tuple[Change, ...]:
    """What has to happen so that a run is published there; only files that runs have are removed."""
    written = (change(place / name, text) for name, text in contents.items())
    stale = (name for name in _names(place) if name not in contents)
    return (*written, *(Change(place / name, "removed") for name in stale))


def change(file: Path, text: str) -> Change:
    """What has to happen so that a file has this text."""
    if not os.path.lexists(file):
        return Change(file, "new", text)
    with _refusing(file):
        before = files.read(file, max(files.MAXIMUM_FILE, len(text.encode())))
    return Change(file, "same" if before == text.encode() else "changed", text)


def carry_out(done: Change) -> None:
    """Write or remove the file; one that is the same is not touched."""
    with _refusing(done.file):
        if done.what == "removed":
            done.file.unlink()
        elif done.what != "same":
            done.file.parent.parent.mkdir(parents=True, exist_ok=True)
            files.make_folder(done.file.parent)
            files.write(done.file, done.text)


def _names(place: Path) -> Iterator[str]:
    """The files of a run in a folder."""
    for file in sorted(place.glob("*")) + sorted(place.glob("*/*")):
        name = file.relative_to(place).as_posix()
        if (name in OURS or SUITE.fullmatch(name)) and file.is_file():
            yield name


def _identity(about: About) -> tuple[object, ...]:
    """What two runs never share; a resumed run may have a longer plan."""
    plan = about.plan
    return (plan.seed, about.started, plan.loops, plan.scenarios, plan.workloads, plan.interpreters, dict(about.facts))


@contextmanager
def _refusing(file: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says where."""
    try:
        yield
    except OSError as error:
        raise NotMeasuredError(f"{file} can't be published: {error.strerror}\nfix that, then publish again") from error
    except ValueError as error:
        raise BenchError(f"{file} is not what publish writes: {error}\nmove it away, then publish again") from error
