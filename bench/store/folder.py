"""The run folder: the only module that keeps measurements.

    run.json        what was to be measured, where, and with which seed; written once
    journal.jsonl   a line for each outcome, on disk before the next is measured
    suites/         a pyperf suite for each loop, and one for the control; made from the journal. After a forced resume
                    on another platform, suites-2/ has what was measured there
    resources.json  what loops cost besides time, if that was measured: any such record is kept as it is
    report.md …     reports; made from the journal
    charts/         the charts as PNG, where somebody asked for them
    lock            which process is writing here, while it does

Only the journal grows. Every other file is written beside its place and then moved there, so that it is whole. Anybody
may have made the folder, so it is read and written through `files`. Folders of earlier versions have their suites
beside the reports, and `groups` in run.json: they are read as well.
"""

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from bench import texts
from bench.errors import PROGRAM, BenchError, NotMeasuredError
from bench.plan.cells import Cell, Plan, Skip, check
from bench.store import files, journal, suites
from bench.store.lock import Lock
from bench.store.outcomes import METHOD, TOTAL, About, Kept, Outcome, line_of
from bench.subjects.scenarios import Scenario
from bench.texts import Line

JOURNAL = "journal.jsonl"
ABOUT = "run.json"
SUITES = "suites"
PICTURES = "charts"
LOCK = "lock"
REMEDIES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room within your quota",
    errno.EROFS: "mount it for writing again",
    errno.EIO: "save what is in it, and look into the kernel's log for what fails",
}
DISK_REFUSES = {errno.ENOSPC, errno.EDQUOT, errno.EIO}  # whatever the folder is called

Record = TypeVar("Record")


class RunFolder:
    """The folder of one run. Every method turns what the disk refuses into an error that says what to do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Lock | None = None

    @contextmanager
    def locked(self, *, new: bool = False) -> Iterator[None]:
        """Keep other processes from writing here while the block runs. Nested calls do nothing.

        Raises InUseError if another process is writing, and BenchError if there is no run here, or if a `new` folder
        can't be made.
        Without POSIX there is no lock.
        """
        if os.name != "posix" or self._lock is not None:
            yield
            return
        if new:
            self._make()
        else:
            self.about()
        with self._writing(LOCK):
            self._lock = Lock(self.path / LOCK)
        try:
            yield
        finally:
            self._lock.release()
            self._lock = None

    def create(self, about: About) -> None:
        """Make the folder and write what the run is; raises BenchError if it is not empty or the run can't be kept."""
        text = text_of(about)
        self.make()
        with self._writing():
            file = self.path / JOURNAL
            file.touch()
            try:
                self.write(ABOUT, text)
            except BaseException:
                file.unlink(missing_ok=True)  # so that the folder is still empty for the next
                raise

    def make(self) -> None:
        """Make the folder of a new run; raises BenchError if it can't be made or has something in it already."""
        self._make()
        with self._writing():
            if not all(map(_leftover, self.path.iterdir())):
                raise BenchError(
                    f"{self.path} is not empty: a run needs a folder of its own\n"
                    f"name another folder, or continue the run in it: {PROGRAM} --resume {self.path}"
                )

    def extend(self, about: About) -> None:
        """Keep what the run is from now on: its plan asks for more."""
        self.write(ABOUT, text_of(about))

    def append(self, outcome: Outcome) -> None:
        """Put one outcome on disk: its whole line, or nothing."""
        with self._writing(JOURNAL):
            files.append(self.path / JOURNAL, line_of(outcome))

    def receive(self, about: str, begin: int, lines: bytes) -> None:
        """Keep what another machine measures: what the run is, and its journal from the byte `begin` on.

        Nothing of it is believed before `load` has checked it.
        """
        self._make()
        with self._writing(JOURNAL):
            files.put(self.path / JOURNAL, begin, lines)
        self.write(ABOUT, about)

    def about(self) -> About:
        """Read what the run is, without its values; raises BenchError if there is no run, or one of a newer method."""
        with self._reading(ABOUT):
            about = about_of(files.read(self.path / ABOUT))
        if not 1 <= about.method <= METHOD:
            raise BenchError(
                f"the run in {self.path} was measured by method {about.method}, the newest known here is {METHOD}\n"
                "read it with the version of evloop-bench that wrote it"
            )
        return about

    def load(self) -> Kept:
        """Read the run, leaving out and naming damaged lines of its journal; raises BenchError if there is no run."""
        about = self.about()
        stages = {cell: {TOTAL, *group.scenario.stages} for group in about.groups for cell in group.cells}
        with self._reading(JOURNAL), os.fdopen(files.opened(self.path / JOURNAL), "rb") as file:
            outcomes, problems = journal.read(file, stages, lambda run: suites.pyperf_run(run, TOTAL))
        return Kept(about, outcomes, tuple(f"{JOURNAL} {problem}" for problem in problems))

    def read_record(self, name: str, kind: type[Record]) -> Record | None:
        """Read a record that `write_record` wrote, None if there is none; raises BenchError for anything else."""
        if not os.path.lexists(self.path / name):
            return None
        with self._reading(name):
            return msgspec.json.decode(files.read(self.path / name), type=kind)

    def write_record(self, name: str, record: object) -> None:
        """Keep a record of what was measured besides times, in place of an earlier one."""
        self.write(name, text_of_record(record))

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file that is whole or not there, through another beside it."""
        with self._writing(name):
            files.write(self.path / name, content)

    def write_pictures(self, pictures: Iterable[tuple[str, bytes]]) -> None:
        """Write pictures, each under its name, into a folder of their own."""
        with self._writing(PICTURES):
            files.make_folder(self.path / PICTURES)
        for name, content in pictures:
            self.write(f"{PICTURES}/{name}", content)

    def write_suites(self, kept: Kept) -> None:
        """Write a pyperf suite for each loop, all with the same rounds in the same benchmarks; each platform apart."""
        groups = [group.name for group in kept.about.groups]
        try:
            platforms = [suites.suites(runs, groups) for runs in suites.by_platform(kept.runs) or ((),)]
        except ValueError as error:
            raise NotMeasuredError(f"pyperf refuses what is in {self.path / JOURNAL}: {texts.said(error)}") from error
        for number, by_label in enumerate(platforms, 1):
            place = SUITES if number == 1 else f"{SUITES}-{number}"
            with self._writing(place):
                files.make_folder(self.path / place)
            for label, benchmarks in by_label.items():
                self.write(f"{place}/{suites.file_of(label)}", suites.text_of(benchmarks))

    def _make(self) -> None:
        """Make the folder; raises BenchError where no folder can be, NotMeasuredError where the disk refuses."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno in DISK_REFUSES:
                with self._writing():
                    raise
            raise BenchError(f"{self.path} can't be created: {error.strerror}\nname another folder: -o DIR") from error

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
                raise FileNotFoundError(errno.ENOENT, "its lock was deleted, so another process may be writing there")
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not os.access(self.path, os.F_OK):
                raise self._gone() from error
            kept, then = "", "start again"
            if os.access(self.path / ABOUT, os.F_OK):
                kept = "; what is in the folder stays readable"
                then = f"continue: {PROGRAM} --resume {self.path}"
            remedy = REMEDIES.get(error.errno or 0, "fix that")
            raise NotMeasuredError(
                f"{self.path / name} can't be written: {error.strerror}{kept}\n{remedy}, then {then}"
            ) from error

    def _gone(self) -> NotMeasuredError:
        return NotMeasuredError(
            f"{self.path} is gone: it was deleted or moved while this process wrote into it\n"
            f"if it was moved, continue where it is now: {PROGRAM} --resume DIR; otherwise start a new run"
        )


def text_of_record(record: object) -> str:
    """A record as the text of a file."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1).decode() + "\n"


def text_of(about: About) -> str:
    """What a run is, as text; raises BenchError for what could not be read back."""
    try:
        text = msgspec.json.format(msgspec.json.encode(about), indent=2).decode()
        about_of(text.encode())
    except ValueError as error:
        raise BenchError(f"such a run can't be kept: {texts.said(error)}") from None
    return text + "\n"


@dataclass(frozen=True, slots=True)
class _OldGroup:
    """A group as versions before 0.2 wrote it."""

    scenario: Scenario
    cells: tuple[Cell, ...]
    skips: tuple[Skip, ...]


@dataclass(frozen=True, slots=True)
class _OldAbout:
    """`About` as versions before 0.2 wrote it, with its groups."""

    plan: Plan
    groups: tuple[_OldGroup, ...]
    facts: Mapping[Line, Line]
    started: Line
    method: int
    disturbances: tuple[Line, ...] | None = None

    def translated(self) -> About:
        """The same as it is written today; raises ValueError for groups that are not those of the plan."""
        skips = tuple(skip for group in self.groups for skip in group.skips)
        about = About(
            self.plan, tuple(group.scenario for group in self.groups), skips, self.facts, self.started, self.method,
            self.disturbances,
        )  # fmt: skip
        if [group.cells for group in about.groups] != [group.cells for group in self.groups]:
            raise ValueError("its groups are not those of its plan")
        return about


def about_of(content: bytes) -> About:
    """Read what a run is; raises ValueError if the text does not describe a run."""
    keys = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    if "groups" in keys:
        about = msgspec.json.decode(content, type=_OldAbout).translated()
    else:
        about = msgspec.json.decode(content, type=About)
    check(about.plan, about.scenarios, about.skips)
    return _with_turns_of_one_value(about) if about.method == 1 else about


def _with_turns_of_one_value(about: About) -> About:
    """A run of method 1: one value in a turn, and one lifecycle before it. Its file says nothing of either."""
    sampling = replace(about.plan.sampling, in_a_turn=1, rehearsed=1)
    return replace(about, plan=replace(about.plan, sampling=sampling))


def _leftover(file: Path) -> bool:
    """Whether a file is ours, or was left by a process that was killed before there was a run: its journal is empty."""
    return file.name in {LOCK, f"{ABOUT}.new"} or (file.name == JOURNAL and not file.lstat().st_size)
