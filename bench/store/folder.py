"""The run folder: the only module that keeps measurements.

    run.json        what was to be measured, where, and with which seed; written once
    journal.jsonl   a line for each outcome, on disk before the next is measured
    <loop>.json     a pyperf suite for each loop, and control.json; made from the journal
    resources.json  what loops cost besides time, where that was measured
    report.md …     reports; made from the journal
    lock            who is writing here, as long as somebody is

Only the journal grows. All else is written beside its place and moved there, so that it is whole. Anybody may have made
the folder, so it is read and written through `files`.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench import texts
from bench.errors import BenchError, NotMeasuredError
from bench.plan.cells import check
from bench.resources.readings import Resources
from bench.store import files, journal, suites
from bench.store.lock import Lock
from bench.store.outcomes import METHOD, TOTAL, About, Kept, Outcome, line_of

JOURNAL = "journal.jsonl"
ABOUT = "run.json"
RESOURCES = "resources.json"
LOCK = "lock"
MAXIMUM_SUITE = 1 << 27  # bytes
REMEDIES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room within your quota",
    errno.EROFS: "mount it for writing again",
    errno.EIO: "save what is in it, and see in the kernel's log what fails",
}


class RunFolder:
    """A folder that one run is kept in; every method says in words what the disk refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Lock | None = None

    @contextmanager
    def locked(self, *, new: bool = False) -> Iterator[None]:
        """Keep other processes from writing here while the block runs, in which it may be called again.

        Raises InUseError if one is writing, and BenchError if there is no run here; a `new` folder is made instead.
        Where there is no POSIX there is no lock.
        """
        if os.name != "posix" or self._lock is not None:
            yield
            return
        if new:
            with self._writing():
                self.path.mkdir(parents=True, exist_ok=True)
        else:
            self._about()
        with self._writing(LOCK):
            self._lock = Lock(self.path / LOCK)
        try:
            yield
        finally:
            self._lock.release()
            self._lock = None

    def create(self, about: About) -> None:
        """Make the folder and write what the run is; raises BenchError if it is not empty, or the run can't be kept."""
        text = _text_of(about)
        with self._writing():
            self.path.mkdir(parents=True, exist_ok=True)
            if not all(map(_leftover, self.path.iterdir())):
                raise BenchError(
                    f"{self.path} is not empty: a run needs a folder of its own\n"
                    f"name another, or go on with the run in it: python -m bench --resume {self.path}"
                )
            file = self.path / JOURNAL
            file.touch()
            try:
                self.write(ABOUT, text)
            except BaseException:
                file.unlink(missing_ok=True)  # so that the folder is still empty for the next
                raise

    def append(self, outcome: Outcome) -> None:
        """Put one outcome on disk, all of its line or nothing."""
        with self._writing(JOURNAL):
            files.append(self.path / JOURNAL, line_of(outcome))

    def load(self) -> Kept:
        """Read what is kept, leaving out and naming what of the journal is damaged; raises BenchError if no run is."""
        about = self._about()
        stages = {cell: {TOTAL, *group.scenario.stages} for group in about.groups for cell in group.cells}
        with self._reading(JOURNAL), os.fdopen(files.opened(self.path / JOURNAL), "rb") as file:
            outcomes, problems = journal.read(file, stages, lambda run: suites.pyperf_run(run, TOTAL))
        said = tuple(f"{JOURNAL} {problem}" for problem in problems)
        return Kept(about, outcomes, said, self._resources())

    def write_resources(self, resources: Resources) -> None:
        """Keep what loops cost besides time, in place of what was known of it before."""
        self.write(RESOURCES, msgspec.json.format(msgspec.json.encode(resources), indent=1).decode() + "\n")

    def write(self, name: str, text: str) -> None:
        """Write a file that is whole or not there, through another beside it."""
        with self._writing(name):
            files.write(self.path / name, text)

    def write_suites(self, kept: Kept) -> None:
        """Write a pyperf suite for each loop, all with the same rounds in the same benchmarks."""
        try:
            found = suites.suites(kept.runs, kept.about.plan.scenarios)
        except ValueError as error:
            raise NotMeasuredError(f"pyperf refuses what is in {self.path / JOURNAL}: {texts.said(error)}") from error
        for label, benchmarks in found.items():
            self.write(suites.file_of(label), suites.text_of(benchmarks))

    def check_suites(self, kept: Kept) -> None:
        """Raise BenchError unless there is a suite for each loop, which pyperf can read, and written by this pyperf."""
        anew = f"make the suites anew from the journal: python -m bench report {self.path}"
        for label in suites.suites(kept.runs, kept.about.plan.scenarios):
            path = self.path / suites.file_of(label)
            try:
                versions = suites.versions_in(files.read(path, MAXIMUM_SUITE).decode())
            except FileNotFoundError:
                raise BenchError(f"there is no suite {path}\n{anew}") from None
            except (OSError, ValueError) as error:
                raise BenchError(f"{path} is no suite that pyperf can read: {texts.said(error)}\n{anew}") from None
            for version in sorted(map(texts.line, versions - {suites.VERSION})):
                measured = kept.about.facts.get("pyperf")
                older = f"read it where that is installed, or measure again with {suites.VERSION}"
                raise BenchError(
                    f"{path} was written by pyperf {version}, this is {suites.VERSION}\n"
                    f"{anew if measured == suites.VERSION else older}"
                )

    def _resources(self) -> Resources | None:
        if not os.path.lexists(self.path / RESOURCES):
            return None
        with self._reading(RESOURCES):
            return msgspec.json.decode(files.read(self.path / RESOURCES), type=Resources)

    def _about(self) -> About:
        with self._reading(ABOUT):
            about = _about_of(files.read(self.path / ABOUT))
        if not 1 <= about.method <= METHOD:
            raise BenchError(
                f"the run in {self.path} was measured by method {about.method}, the newest known here is {METHOD}\n"
                "read it with the version of evloop-bench that wrote it"
            )
        return about

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if self._lock and not os.access(self.path, os.F_OK):
                raise self._gone() from error
            raise BenchError(f"there is no run in {self.path}: no {name}") from None
        except OSError as error:
            raise BenchError(f"{self.path / name} can't be read: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise BenchError(f"{self.path / name} is not what a run writes: {texts.said(error)}") from None

    @contextmanager
    def _writing(self, name: str = "") -> Iterator[None]:
        try:
            if self._lock and not self._lock.holds():
                raise FileNotFoundError(errno.ENOENT, "its lock was deleted, and another process may be writing there")
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not os.access(self.path, os.F_OK):
                raise self._gone() from error
            kept, then = "", "begin again"
            if os.access(self.path / ABOUT, os.F_OK):
                kept = "; what is in the folder stays readable"
                then = f"go on: python -m bench --resume {self.path}"
            remedy = REMEDIES.get(error.errno or 0, "mend that")
            raise NotMeasuredError(
                f"{self.path / name} can't be written: {error.strerror}{kept}\n{remedy}, then {then}"
            ) from error

    def _gone(self) -> NotMeasuredError:
        return NotMeasuredError(
            f"{self.path} is gone: it was deleted or moved while this process wrote into it\n"
            "if it was moved, go on where it is now: python -m bench --resume DIR; else begin a new run"
        )


def _text_of(about: About) -> str:
    """What a run is, as it is written; raises BenchError for what could not be read back."""
    try:
        text = msgspec.json.format(msgspec.json.encode(about), indent=2).decode()
        _about_of(text.encode())
    except ValueError as error:
        raise BenchError(f"such a run can't be kept: {texts.said(error)}") from None
    return text + "\n"


def _about_of(content: bytes) -> About:
    about = msgspec.json.decode(content, type=About)
    check(about.plan, about.groups)
    return about


def _leftover(file: Path) -> bool:
    """Whether it is ours, or was left by one that was killed before there was a run; without one a journal is empty."""
    return file.name in {LOCK, f"{ABOUT}.new"} or (file.name == JOURNAL and not file.lstat().st_size)
