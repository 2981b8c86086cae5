"""The run folder: the only module that keeps measurements.

    run.json        what was to be measured, where, and with which seed; written once
    journal.jsonl   a line for each outcome, on disk before the next is measured
    <loop>.json     a pyperf suite for each loop, and control.json; made from the journal
    resources.json  what loops cost besides time, where that was measured
    report.md …     reports; made from the journal

Only the journal grows. All else is written beside its place and moved there, so that it is whole.
"""

import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyperf

from bench.errors import BenchError, NotMeasuredError
from bench.plan import Cell, Group, Plan
from bench.resources.readings import Resources
from bench.runs import MAXIMUM_LINE, TOTAL, Done, Failure, Outcome, Run, line_of, outcome_of

METHOD = 1  # goes up when the same loop would measure differently: never compare across
JOURNAL = "journal.jsonl"
ABOUT = "run.json"
RESOURCES = "resources.json"
UNSAFE = re.compile(r"[^\w.-]")  # in the name of a loop, where it becomes a file's


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
                        _pyperf_run(outcome, TOTAL)  # refuses metadata that it could not write
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
            found = suites(kept)
        except ValueError as error:
            raise NotMeasuredError(f"pyperf refuses what is in {self.path / JOURNAL}: {error}") from error
        for label, benchmarks in found.items():
            text = io.StringIO()
            pyperf.BenchmarkSuite(benchmarks).dump(text)
            self.write(_file_of(label), text.getvalue())

    def check_suites(self, kept: Kept) -> None:
        """Raise BenchError unless there is a suite for each loop, which pyperf can read, and written by this pyperf."""
        anew = f"make the suites anew from the journal: python -m bench report {self.path}"
        for path in (self.path / _file_of(label) for label in suites(kept)):
            try:
                found = pyperf.BenchmarkSuite.load(str(path))
                versions = {str(benchmark.get_metadata().get("perf_version")) for benchmark in found}
            except FileNotFoundError:
                raise BenchError(f"there is no suite {path}\n{anew}") from None
            except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                raise BenchError(f"{path} is no suite that pyperf can read: {error}\n{anew}") from None
            for version in sorted(versions - {pyperf.__version__}):
                measured = kept.about.facts.get("pyperf")
                older = f"read it where that is installed, or measure again with {pyperf.__version__}"
                raise BenchError(
                    f"{path} was written by pyperf {version}, this is {pyperf.__version__}\n"
                    f"{anew if measured == pyperf.__version__ else older}"
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


def _file_of(label: str) -> str:
    return f"{UNSAFE.sub('--', label)}.json"


def suites(kept: Kept) -> dict[str, list[pyperf.Benchmark]]:
    """For each loop, and the control, pyperf's benchmarks `<scenario>.<stage>`.

    pyperf compares lists of values, so all loops must have equally many. Of each scenario the suites hold the cells
    that delivered at least half of its rounds, and the rounds that all of these delivered; the journal holds the rest.
    """
    found: dict[str, list[pyperf.Benchmark]] = {}
    by_scenario: dict[str, dict[Cell, dict[int, Run]]] = {}
    for run in kept.runs:
        by_scenario.setdefault(run.cell.scenario, {}).setdefault(run.cell, {})[run.round] = run
    for cells in (by_scenario.get(name, {}) for name in kept.about.plan.scenarios):
        rounds = set[int]().union(*cells.values())
        steady = {cell: runs for cell, runs in cells.items() if 2 * len(runs) >= len(rounds)}
        complete = sorted(rounds.intersection(*steady.values()))
        for cell, runs in steady.items():
            for stage in runs[complete[0]].values if complete else ():
                same = [_pyperf_run(runs[index], stage) for index in complete]
                found.setdefault(cell.label, []).append(pyperf.Benchmark(same))
    return found


def _pyperf_run(run: Run, stage: str) -> pyperf.Run:
    name = f"{run.cell.scenario}.{stage}"
    metadata = {**run.metadata, "name": name, "unit": "second", "round": run.round}
    values = dict(run.values.items())[stage]  # type: ignore[index]  # a stage of this very run
    return pyperf.Run(values, metadata=metadata, collect_metadata=False)
