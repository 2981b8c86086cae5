"""The run folder: the only module that keeps measurements.

    run.json        what was to be measured, where, and with which seed; written once
    journal.jsonl   a line for each outcome, on disk before the next is measured
    <loop>.json     a pyperf suite for each loop, and control.json; made from the journal
    resources.json  what loops cost besides time, where that was measured
    report.md …     reports; made from the journal

Only the journal grows. All else is written beside its place and moved there, so that it is whole.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench import suites
from bench.errors import BenchError, NotMeasuredError
from bench.plan import Cell, Group, Plan
from bench.resources.readings import Resources
from bench.runs import MAXIMUM_LINE, TOTAL, Done, Failure, Outcome, Run, line_of, note_of, outcome_of

METHOD = 1  # goes up when the same loop would measure differently: never compare across
JOURNAL = "journal.jsonl"
ABOUT = "run.json"
RESOURCES = "resources.json"


@dataclass(frozen=True, slots=True)
class About:
    """What a run is: its plan, the groups that follow from it, and where it was measured."""

    plan: Plan
    groups: tuple[Group, ...]
    facts: Mapping[str, str]
    started: str
    method: int = METHOD
    disturbances: tuple[str, ...] | None = None  # when it was begun; None: nobody looked

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All that is to be measured."""
        return tuple(cell for group in self.groups for cell in group.cells)


@dataclass(frozen=True, slots=True)
class Kept:
    """All that a run folder holds, and which lines of its journal could not be read."""

    about: About
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...] = ()
    resources: Resources | None = None

    @property
    def runs(self) -> tuple[Run, ...]:
        """What was measured."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Run))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be measured."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failure))

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known of it besides its values: what it went on with, what was dropped, what can't be read."""
        return (*(note for outcome in self.outcomes if (note := note_of(outcome))), *self.problems)

    @property
    def rounds_done(self) -> Mapping[str, int]:
        """For each scenario the number of complete rounds."""
        done = {(outcome.scenario, outcome.round) for outcome in self.outcomes if isinstance(outcome, Done)}
        return Counter(scenario for scenario, _ in done)

    @property
    def complete(self) -> bool:
        """Whether all rounds that the plan asks for at least were measured."""
        return all(self.rounds_done.get(c.scenario, 0) >= self.about.plan.sampling.rounds for c in self.about.cells)


class RunFolder:
    """A folder that one run is kept in; every method says in words what the disk refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, about: About) -> None:
        """Make the folder and write what the run is; raises BenchError if it is not empty."""
        with self._writing():
            self.path.mkdir(parents=True, exist_ok=True)
            if any(self.path.iterdir()):
                raise BenchError(
                    f"{self.path} is not empty: a run needs a folder of its own\n"
                    f"name another, or go on with the run in it: python -m bench --resume {self.path}"
                )
            (self.path / JOURNAL).touch()
            text = msgspec.json.format(msgspec.json.encode(about), indent=2).decode()
            self.write(ABOUT, text + "\n")

    def append(self, outcome: Outcome) -> None:
        """Put one outcome on disk."""
        with self._writing(), (self.path / JOURNAL).open("r+b") as journal:
            if journal.seek(0, os.SEEK_END):
                journal.seek(-1, os.SEEK_END)
                if journal.read() != b"\n":
                    journal.write(b"\n")  # an earlier run was killed while it wrote
            journal.write(line_of(outcome))
            journal.flush()
            os.fsync(journal.fileno())

    def load(self) -> Kept:
        """Read what is kept, leaving out and naming what of the journal is damaged; raises BenchError if no run is."""
        about = self._about()
        stages = {cell: {TOTAL, *group.scenario.stages} for group in about.groups for cell in group.cells}
        outcomes, problems = [], []
        with self._reading(JOURNAL), (self.path / JOURNAL).open("rb") as journal:
            for number, line in enumerate(iter(lambda: journal.readline(MAXIMUM_LINE), b""), 1):
                try:
                    outcome = outcome_of(line, stages)
                    if isinstance(outcome, Run):
                        suites.pyperf_run(outcome, TOTAL)  # refuses metadata that it could not write
                    outcomes.append(outcome)
                except ValueError as error:
                    problems.append(f"{JOURNAL} line {number} is left out: {error}")
        return Kept(about, tuple(outcomes), tuple(problems), self._resources())

    def write_resources(self, resources: Resources) -> None:
        """Keep what loops cost besides time, in place of what was known of it before."""
        self.write(RESOURCES, msgspec.json.format(msgspec.json.encode(resources), indent=1).decode() + "\n")

    def write(self, name: str, text: str) -> None:
        """Write a file that is whole or not there, through another beside it."""
        new = self.path / f"{name}.new"
        with self._writing():
            new.unlink(missing_ok=True)
            try:
                with new.open("x", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self.path / name)
            finally:
                new.unlink(missing_ok=True)

    def write_suites(self, kept: Kept) -> None:
        """Write a pyperf suite for each loop, all with the same rounds in the same benchmarks."""
        try:
            found = suites.suites(kept.runs, kept.about.plan.scenarios)
        except ValueError as error:
            raise NotMeasuredError(f"pyperf refuses what is in {self.path / JOURNAL}: {error}") from error
        for label, benchmarks in found.items():
            self.write(suites.file_of(label), suites.text_of(benchmarks))

    def check_suites(self, kept: Kept) -> None:
        """Raise BenchError unless there is a suite for each loop, which pyperf can read, and written by this pyperf."""
        anew = f"make the suites anew from the journal: python -m bench report {self.path}"
        for label in suites.suites(kept.runs, kept.about.plan.scenarios):
            path = self.path / suites.file_of(label)
            try:
                versions = suites.versions_in(path.read_text(encoding="utf-8"))
            except FileNotFoundError:
                raise BenchError(f"there is no suite {path}\n{anew}") from None
            except (OSError, ValueError) as error:
                raise BenchError(f"{path} is no suite that pyperf can read: {error}\n{anew}") from None
            for version in sorted(versions - {suites.VERSION}):
                measured = kept.about.facts.get("pyperf")
                older = f"read it where that is installed, or measure again with {suites.VERSION}"
                raise BenchError(
                    f"{path} was written by pyperf {version}, this is {suites.VERSION}\n"
                    f"{anew if measured == suites.VERSION else older}"
                )

    def _resources(self) -> Resources | None:
        if not (self.path / RESOURCES).exists():
            return None
        with self._reading(RESOURCES):
            return msgspec.json.decode((self.path / RESOURCES).read_bytes(), type=Resources)

    def _about(self) -> About:
        with self._reading(ABOUT):
            about = msgspec.json.decode((self.path / ABOUT).read_bytes(), type=About)
        if about.method != METHOD:
            raise BenchError(
                f"the run in {self.path} was measured by method {about.method}; this is method {METHOD}\n"
                "read it with the version of evloop-bench that wrote it"
            )
        return about

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise BenchError(f"there is no run in {self.path}: no {name}") from None
        except OSError as error:
            raise BenchError(f"{self.path / name} can't be read: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise BenchError(f"{self.path / name} is not what a run writes: {error}") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NotMeasuredError(
                f"{self.path} can't be written: {error.strerror}; what is in it stays readable\n"
                f"mend that, then go on: python -m bench --resume {self.path}"
            ) from error
