"""Targets of fuzzing: one for each kind of thing that is read. What hypothesis and atheris give them is in `hostile`.

A target returns where all is well: nothing but the errors that it names left what it reads with, and `watching` saw
nothing else. Where something is kept of what was read, it must be read back.
"""

import contextlib
import csv
import io
import itertools
import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from unittest import mock

import advised
import msgspec
from hostile import Folder
from invented import FACTS, about, run
from watching import STEERING, filled, room, shown, surviving

from bench import cli, texts
from bench.advice import advising, cold
from bench.advice.asked import Asked
from bench.cli import elsewhere
from bench.contract import cache, conformance, trying
from bench.contract.findings import Finding, kept_of_tried
from bench.contract.trying import Batch
from bench.errors import BenchError
from bench.lifecycle import observations
from bench.lifecycle.observations import Interpreter, Question
from bench.machine import conditions, facts
from bench.machine.place import Battery, Place, Sample
from bench.measurement import meter, precision, workers
from bench.measurement.delivery import delivery_of, failure_of, run_of
from bench.measurement.processes import EndedError
from bench.plan.cells import Cell
from bench.plan.rounds import Round
from bench.reports import advice as advice_report
from bench.reports import besides as beside
from bench.reports import changes as changes_report
from bench.reports import contract as contract_report
from bench.reports import gates, tables
from bench.reports import resources as resources_report
from bench.reports.files import FILES
from bench.reports.rendering import render
from bench.resources import cold_starts, strace, survey
from bench.resources.readings import RESOURCES, Calls, Resources
from bench.selfcheck import trials
from bench.statistics import changes, comparisons, pairs, widths  # fmt: skip
from bench.store import baselines, journal, outcomes, suites
from bench.store.folder import RunFolder
from bench.store.outcomes import Kept
from bench.subjects import loops


def whole_folder(files: Folder) -> None:
    """A run folder, to all of its reports and suites."""
    folder = filled(files)
    with surviving(folder, BenchError):
        report(folder)


def run_json(content: bytes) -> None:
    """run.json alone, to the report of a run that has measured nothing."""
    whole_folder({"run.json": content, "journal.jsonl": b""})


def report(folder: Path) -> Kept:
    """What `report` does, but for printing."""
    kept, besides = RunFolder(folder).load(), beside.read(RunFolder(folder))
    rows = comparisons.compare(kept)
    for style, width in (("simple", 80), ("github", None)):
        shown(render(tables.document(kept, rows, besides), style, width), markdown=style == "github")
    for name, made in FILES.items():
        text = made(kept, rows, besides)
        shown(text, markdown=name.endswith(".md"))
        if name.endswith(".json"):
            assert len(json.loads(text)) == len(rows)
        if name.endswith(".csv"):
            assert {len(row) for row in csv.reader(io.StringIO(text))} <= {len(next(csv.reader(io.StringIO(text))))}
    RunFolder(folder).write_suites(kept)
    return kept


def sound_folder(files: Folder) -> None:
    """A run folder in which all is sound: nothing of it is left out, and it is reported."""
    folder = filled(files)
    with surviving(folder):
        kept = report(folder)
        assert not kept.problems
        assert RunFolder(folder).load() == kept, "its reports have overwritten it"
        assert len(kept.outcomes) == files["journal.jsonl"].count(b"\n")


def pair_of_folders(both: tuple[Folder, Folder]) -> None:
    """Two run folders, to what changed between them."""
    folders = [filled(files, name) for files, name in zip(both, ("old", "new"), strict=True)]
    with surviving(room(), BenchError):
        loaded = [RunFolder(folder).load() for folder in folders]
        pair = pairs.paired("old", loaded[0], "new", loaded[1])
        found = changes.between(pair)
        gate = gates.Gate(0.03, inconclusive=True)
        failed = gates.failures(gate, pair, found)
        gates.passed(gate, found)
        changes.uncompared(pair, found)
        for style, width in (("simple", 80), ("github", None)):
            shown(render(changes_report.document(pair, found), style, width), markdown=style == "github")
        shown(render(changes_report.excerpt(pair, found, failed), "github"), markdown=True)
        assert len(json.loads(changes_report.as_json(pair, found, failed))["changes"]) == len(found)


def resumed_folder(files: Folder) -> None:
    """A run folder, to the next rounds of it."""
    folder = filled(files)
    with surviving(folder, BenchError):
        kept = RunFolder(folder).load()
        rounds = precision.Rounds(kept.about, widths.widest, kept.outcomes)
        for turn in itertools.islice(rounds, 3):
            list(turn.orders(kept.about.plan.sampling.sweeps))
            outcomes.outcome_of(
                outcomes.line_of(outcomes.Done(turn.group.scenario.name, turn.index, workload=turn.group.workload)),
                _stages(kept),
            )
        assert len(rounds.planned) <= kept.about.plan.sampling.rounds * len(kept.about.groups)
        meter.Meter(kept.about.plan, kept.outcomes)
        shown("; ".join(facts.differences(kept.about.facts, FACTS)))


def _stages(kept: Kept) -> Mapping[Cell, Collection[str]]:
    return {cell: {"total", *group.scenario.stages} for group in kept.about.groups for cell in group.cells}


def resources_file(content: bytes) -> None:
    """resources.json, to its tables."""
    folder = filled({**PLAIN, "resources.json": content})
    with surviving(folder, BenchError):
        found = RunFolder(folder).read_record(RESOURCES, Resources)
        assert found
        shown(render(resources_report.document(found), "simple", 80))
        shown(render(resources_report.document(found), "github"), markdown=True)
        json.loads(resources_report.as_json(found))


def cold_file(content: bytes) -> None:
    """cold.json beside a run of few and many operations, to the advice."""
    folder = filled({**PLAIN, "cold.json": content})
    with surviving(folder, BenchError):
        starts = RunFolder(folder).read_record(cold.FILE, cold.Cold)
        assert starts
        found = advising.advise(ADVISED, starts.cells, Asked(), {"uvloop": "uvloop:new_event_loop"}, {})
        shown(render(advice_report.document(found), "simple", 80))
        shown(render(advice_report.document(found), "github"), markdown=True)
        json.loads(advice_report.as_json(found))


def journal_file(content: bytes) -> None:
    """A journal alone: what is used and what is left out are all of its lines."""
    with surviving(room()):
        found, problems = journal.read(io.BytesIO(content), STAGES, lambda _run: None, longest=1000)
        assert len(found) + len(problems) >= min(len(re.findall(rb"[^\n]+", content)), journal.MOST_PROBLEMS)
        for text in problems:
            shown(text)
        for outcome in found:
            assert outcomes.outcome_of(outcomes.line_of(outcome), STAGES) == outcome


class Said:
    """The place of a process that has said all that it will."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.output = "\x1b[31m/home/me/x.py\x1b[0m\r|"

    def tell(self, turn: bytes) -> None:
        """Take no notice."""

    def answer(self, _timeout_s: float, _since: float | None = None) -> bytes:
        """Give the next line."""
        if not self._answers:
            raise EndedError("died of SIGSEGV")
        return self._answers.pop(0)

    def status(self, _timeout_s: float = 0) -> int | None:
        """Say that it ended well."""
        return 0

    def last_line(self) -> str:
        """Return the end of what it printed."""
        return self.output

    def kill(self) -> None:
        """Do nothing: there is no process."""


def delivery(answer: bytes) -> None:
    """What a worker delivers, to what is kept of it, which must be read back."""
    with surviving(room(), ValueError):
        found = delivery_of(answer)
        failed = failure_of(CELL, 0, str(found.error), str(found.error))
        assert outcomes.outcome_of(outcomes.line_of(failed), STAGES) == failed
        with contextlib.suppress(ValueError):
            trials.total_values(found)
        kept = run_of(found, CELL, 0, None)
        if set(kept.values) == STAGES[CELL]:
            line = outcomes.line_of(kept)
            assert outcomes.outcome_of(line, STAGES) == kept
            suites_of(kept)


def suites_of(kept: outcomes.Run) -> None:
    """Have pyperf take it."""
    suites.suites((kept,), PLAIN_ABOUT.plan.scenarios)


def worker(answer: bytes) -> None:
    """What a worker writes, where the parent waits for it: a run, or a reason that can be kept."""
    told = object.__new__(workers.Worker)
    told.cell = CELL
    told.iterations, told.processors, told.nice, told.place = 1, 1, 0, ""
    told._plan, told._turns_s, told._cpu_s = PLAIN_ABOUT.plan, [1e9, 1e9], 0.0
    for read in (told.calibrate, lambda timeout_s: told.run(ONE_ROUND, 2, timeout_s), told.ready):
        told.process = Said(answer)  # type: ignore[assignment]  # it answers as one
        with surviving(room()):
            try:
                read(0)
            except (EndedError, ValueError) as error:
                failed = failure_of(CELL, 0, str(error), told.process.output)
                assert outcomes.outcome_of(outcomes.line_of(failed), STAGES) == failed


def gauge(answer: bytes) -> None:
    """What a gauge delivers."""
    with surviving(room(), EndedError):
        found = survey._delivery(answer, 0)
        assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


def cold_start(answer: bytes) -> None:
    """What a cold program writes: its times, or a reason that can be kept."""
    with surviving(room()):
        try:
            said = str(cold_starts._stamps(answer))
        except EndedError as error:
            said = str(error)
        assert texts.SHOWN.fullmatch(texts.publishable(said))


def _answering(answer: bytes) -> "contextlib.AbstractContextManager[object]":
    return mock.patch.object(observations, "Process", lambda *_words: Said(answer))  # noqa: PT008  (a new one each time)


def probe(answer: bytes) -> None:
    """What a probe answers: a row, or which Python it is."""
    with surviving(room(), BenchError), _answering(answer):
        asked = observations._Probe(Question(Interpreter("CPython", "3.14", ()), "run", None, ()), 1)
        row = asked.observation()
        assert row
        for text in filter(None, (row.warns, row.raises, row.loop_class)):
            shown(text)
        found = observations.interpreter("python3")
        shown(f"{found.implementation} {found.python} {found.packages}")


def check_answer(answer: bytes) -> None:
    """What a process that tries checks writes: what became of one, to its report; or the names of CPython's tests."""
    attempt = object.__new__(trying._Attempt)
    attempt._batch = Batch((), 1)
    with surviving(room()):
        found = attempt._finding(trying.Question(loops.LOOPS[0], "tcp", "network"), answer)
        assert msgspec.json.decode(msgspec.json.encode(found), type=Finding) == found
        shown(render(contract_report.document([found]), "simple", 80))
        shown(render(contract_report.document([found]), "github"), markdown=True)
    with surviving(room(), BenchError), mock.patch.object(conformance, "Process", lambda *_words: Said(answer)):  # noqa: PT008  (the same)
        shown(" ".join(f"{name} {conformance.area(name)}" for name in conformance.tests()))


def checks_file(content: bytes) -> None:
    """What became of checks, as it is kept for the tables of runs: how many promises a loop keeps."""
    folder = filled({"x.json": content}, "checks")
    with surviving(folder), mock.patch.object(cache, "_place", return_value=folder / "x.json"):
        assert re.fullmatch(r"–|\d+/\d+", kept_of_tried(cache.kept(loops.LOOPS[0])))


def pyproject(content: bytes) -> None:
    """Somebody's pyproject.toml, to loops and to the options of a run."""
    folder = filled({"pyproject.toml": content})
    with surviving(folder, BenchError), contextlib.chdir(folder):
        for loop in loops.of_folder():
            shown(f"{loop.name} {loop.factory}")
        options = elsewhere.parsed(cli.parser_of("run"), "run", [], cli.set_elsewhere())
        assert [setting.source for setting in options.settings if STEERING.search(setting.source)] == []


def trace(log: bytes) -> None:
    """Strace's log, to the calls of a lifecycle."""
    with surviving(room(), ValueError):
        found = strace.calls(PLAIN_ABOUT.groups[0].scenario, strace.lifecycles(log))
        assert msgspec.json.decode(msgspec.json.encode(found), type=Calls) == found


def kernel_files(files: Folder) -> None:
    """Files of the kernel's, to conditions: each is told, in words that can be shown."""
    folder = filled(files, "kernel")
    with surviving(folder):
        found = conditions.conditions(Place(SAMPLE, 2, frozenset({0, 1}), load=1.0, swap=(1, 2), root=folder,
                                            batteries=(Battery(50, plugged=False),)))  # fmt: skip
        assert [one.subject for one in found] == list(conditions.CHECKS)
        for one in found:
            assert texts.SHOWN.fullmatch(f"{one.found} {one.remedy}")


def baseline_name(names: tuple[Sequence[str], str]) -> None:
    """Folders where baselines are kept, and what a user may call one."""
    folders, asked = names
    place = filled({f"{name}/run.json": b"{}" for name in folders}, "baselines")
    with surviving(place, BenchError), mock.patch.object(baselines, "PLACE", place):
        assert all(baselines.NAME.fullmatch(name) for name in baselines.names())
        if baselines.NAME.fullmatch(asked):
            assert baselines.folder_of(asked).parent == place


SAMPLE = Sample(0.1, 0.0, 0, 40.0, 1, 1.0)
PLAIN_ABOUT = about(["manual"], ["asyncio"])
PLAIN: Folder = {"run.json": msgspec.json.encode(PLAIN_ABOUT), "journal.jsonl": b""}
CELL = PLAIN_ABOUT.cells[0]
ADVISED = advised.measured()
ONE_ROUND = Round(PLAIN_ABOUT.groups[0], 0, "0")
STAGES = _stages(Kept(PLAIN_ABOUT, ()))
MEASURED = Kept(PLAIN_ABOUT, tuple(run(cell, 0, [1.0, 2.0]) for cell in PLAIN_ABOUT.cells))

OF_BYTES = (
    run_json,
    journal_file,
    resources_file,
    cold_file,
    delivery,
    worker,
    gauge,
    cold_start,
    probe,
    check_answer,
    checks_file,
    pyproject,
    trace,
)
