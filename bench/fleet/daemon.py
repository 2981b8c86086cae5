"""A run that outlives the Dask worker that started it, and the lock that lets a host measure one run at a time.

Scheduler and workers may be lost while a host measures: it finishes all the same, and keeps the run in the user's cache
folder. The kernel releases the lock when the run ends, however it ends.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from bench import texts
from bench.errors import BenchError
from bench.store import files
from bench.store.folder import ABOUT, JOURNAL, LOCK, RunFolder

MOST_SAID = 300  # characters of a log


def state() -> Path:
    """The folder in which this host keeps what it measured for others."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home, "evloop-bench", "fleet")


class Daemon:
    """The measurement of one order on this host: a run folder, and the process that measures into it, if one does."""

    def __init__(self, place: Path, words: Sequence[str], without: Collection[str] = ()) -> None:
        """`words`: the options of `run`; `without`: variables that a Dask worker has set for itself."""
        self.folder = RunFolder(place)
        self._words = words
        self._environment = {name: value for name, value in os.environ.items() if name not in without}
        self._log = place.with_name(f"{place.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, reached: int | None) -> bool | None:
        """Measure what is missing: True if that was started, None if this host is measuring already, this or another.

        False if all is measured, or if the journal still has the size that it had before the last start.
        """
        self.folder.path.parent.mkdir(parents=True, exist_ok=True)
        lock = _taken(self.folder.path.parent / LOCK)
        if lock is None:
            return None
        try:
            if self.size() == reached or self.is_complete():
                return False
            self._start(lock)
        finally:
            os.close(lock)
        return True

    def _start(self, lock: int) -> None:
        """The process holds the lock from now on; none of its children does."""
        begun = (self.folder.path / ABOUT).exists()
        where = ["--resume", str(self.folder.path)] if begun else [*self._words, "-o", str(self.folder.path)]
        command = [sys.executable, "-m", "bench", "run", *where, "--quiet", "--json"]
        nowhere = subprocess.DEVNULL
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=nowhere, stdout=nowhere, stderr=log, env=self._environment,
                start_new_session=True, pass_fds=[lock],
            )  # fmt: skip

    def is_complete(self) -> bool:
        """Whether all was measured."""
        try:
            return self.folder.load().complete
        except BenchError:
            return False

    def size(self) -> int:
        """Bytes of the journal; -1 where there is none yet."""
        try:
            return (self.folder.path / JOURNAL).stat().st_size
        except OSError:
            return -1

    def end(self) -> None:
        """End it now, if it is being measured; what was measured is kept."""
        with suppress(OSError, ValueError):
            os.kill(int(files.read(self.folder.path / LOCK).split()[0]), signal.SIGTERM)

    def said(self) -> str:
        """The end of what the run has printed, on one line."""
        try:
            return texts.line(self._log.read_text("utf-8", "replace").strip())[-MOST_SAID:]
        except OSError:
            return ""


def _taken(path: Path) -> int | None:
    """The descriptor of the host's lock; None where another run holds it."""
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
