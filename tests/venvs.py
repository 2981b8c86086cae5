"""Environments for tests: another interpreter that has nothing but the standard library."""

import stat
import venv
from pathlib import Path


def made(folder: Path) -> str:
    """The Python of a new environment without packages; it takes no network and some milliseconds."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    return str(folder / "bin" / "python")


def script(file: Path, *lines: str) -> str:
    """A shell script of these lines."""
    file.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)
