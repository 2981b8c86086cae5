"""Named baselines: runs that are kept under a name, so that later runs can be compared with them.

    results/baselines/<name>/    a copy of a run folder

A named baseline is a whole run. The baseline *of* a run is a loop: the one that others are divided by.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from bench.errors import PROGRAM, BenchError, NotMeasuredError
from bench.store.folder import ABOUT, LOCK

PLACE = Path("results/baselines")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def check_free(name: str) -> None:
    """Raise BenchError if there is a baseline of this name."""
    if os.path.lexists(PLACE / name):
        raise BenchError(
            f"there is a baseline {name} already, in {PLACE / name}\ngive another name, or --force to replace it"
        )


def save(folder: Path, name: str) -> Path:
    """Copy a run folder to the place of this name, completely or not at all; it replaces an earlier one."""
    saved = PLACE / name
    try:
        PLACE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=PLACE) as beside:
            new, older = Path(beside, "new"), Path(beside, "older")
            shutil.copytree(folder, new, symlinks=True, ignore=shutil.ignore_patterns(LOCK))
            if saved.exists():
                saved.rename(older)
            try:
                new.rename(saved)
            except BaseException:
                if older.exists():
                    older.rename(saved)
                raise
    except OSError as error:
        reason = error.strerror or "not all of the run can be copied"
        raise NotMeasuredError(
            f"the baseline {name} can't be saved in {PLACE}: {reason}; the run stays in {folder}\n"
            f"fix that, then copy it: cp -r {folder} {saved}"
        ) from error
    return saved


def names() -> tuple[str, ...]:
    """The names of all baselines."""
    found = (about.parent.name for about in PLACE.glob(f"[!.]*/{ABOUT}"))
    return tuple(sorted(name for name in found if NAME.fullmatch(name)))


def folder_of(text: str) -> Path:
    """Find a run folder by its path or by a baseline's name; raises BenchError if there is none."""
    places = [Path(text)] + ([PLACE / text] if NAME.fullmatch(text) else [])
    # Path.is_file raises for a path that is too long, before Python 3.14.
    found = [place for place in places if os.path.isfile(place / ABOUT)]  # noqa: PTH113  (just said)
    if len(found) > 1:
        raise BenchError(f"{text} is a run folder and a baseline: write ./{text}, or {PLACE / text}")
    if not found:
        known = f"the baselines: {', '.join(names())}" if names() else "there are no baselines yet"
        raise BenchError(
            f"there is no run {text}: no {' and no '.join(str(place / ABOUT) for place in places)}\n"
            f"{known}; make one: {PROGRAM} --save-baseline NAME"
        )
    return found[0]
