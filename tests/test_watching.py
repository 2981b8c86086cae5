"""The targets of fuzzing notice: each kind of bug is planted once, and seen."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import fuzzing
import hostile
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from invented import about
from watching import GUARD, filled, shown

from bench.errors import BenchError
from bench.machine import conditions
from bench.reports.files import FILES as RENDERERS
from bench.statistics import comparisons, estimates
from bench.store import folder as run_folder
from bench.store import journal, outcomes

FILES = hostile.folder_of(about(["manual"], ["asyncio"]), ())
FOUND = settings(max_examples=3000, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
                 suppress_health_check=list(HealthCheck))  # fmt: skip


def raises(error: Exception) -> Callable[..., None]:
    def act(*_given: object) -> None:
        raise error

    return act


def imports(*_given: object) -> None:
    with suppress(ImportError):
        importlib.import_module("named_by_a_file")


def opens(*_given: object) -> None:
    with suppress(OSError):
        Path("/etc/passwd").read_text("utf-8")


def writes(*_given: object) -> None:
    with suppress(OSError):
        (filled({}, "elsewhere") / "x").write_text("x")


def lists(*_given: object) -> None:
    list(Path("/etc").iterdir())


def starts(*_given: object) -> None:
    subprocess.run([sys.executable, "--version"], check=True, capture_output=True)


@pytest.mark.parametrize("act", [imports, opens, writes, lists, starts])
def test_what_reaches_out_of_its_folder_is_seen(act: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_folder: run_folder.RunFolder) -> outcomes.Kept:
        act()
        raise BenchError("well behaved, but for that")

    monkeypatch.setattr(run_folder.RunFolder, "load", load)

    with pytest.raises(AssertionError, match=r"imports|open|os\.listdir|os\.scandir|subprocess"):
        fuzzing.whole_folder(FILES)


def test_links_out_of_the_folder_are_seen(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"{}")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").symlink_to(tmp_path / "outside")

    with pytest.raises(AssertionError, match="open"), GUARD.watching(tmp_path / "run"):
        (tmp_path / "run" / "run.json").read_bytes()


@pytest.mark.parametrize(
    "error", [KeyError("x"), ValueError("x"), RecursionError(), MemoryError(), AssertionError("x")]
)
def test_any_error_but_ours_is_seen(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparisons, "compare", raises(error))

    with pytest.raises(type(error)):
        fuzzing.whole_folder(FILES)


def test_an_endless_loop_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_given: object) -> None:
        while True:
            pass

    monkeypatch.setattr(GUARD, "in_seconds", 0.05)
    monkeypatch.setattr(comparisons, "compare", endless)

    with pytest.raises(TimeoutError):
        fuzzing.whole_folder(FILES)


@pytest.mark.parametrize("said", ["\x1b[2J", "x" * 200_000])
def test_errors_that_steer_the_terminal_or_have_no_end_are_seen(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparisons, "compare", raises(BenchError(said)))

    with pytest.raises(AssertionError, match="an error"):
        fuzzing.whole_folder(FILES)


@pytest.mark.parametrize("text", ["\x1b[2J", "a\tb", "\u2028", "\ud800", "| a | b |\n|---|\n"])
def test_reports_that_steer_the_terminal_or_have_a_broken_table_are_seen(text: str) -> None:
    with pytest.raises((AssertionError, UnicodeError)):
        shown(text, markdown=True)

    shown("| a | b |\n|---|---|\n| x\\|y | z |\n\n| one |\n", markdown=True)


def test_a_report_that_overwrites_its_run_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_suites(folder: run_folder.RunFolder, _kept: outcomes.Kept) -> None:
        (folder.path / "journal.jsonl").write_bytes(b"")

    files = hostile.folder_of(about(["manual"], ["asyncio"]), [outcomes.Done("manual", 0)])
    monkeypatch.setattr(run_folder.RunFolder, "write_suites", write_suites)

    with pytest.raises(AssertionError, match="overwritten"):
        fuzzing.sound_folder(files)
    (filled(files) / "journal.jsonl").write_bytes(files["journal.jsonl"])  # as `filled` remembers it


def test_a_bug_in_a_corner_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = estimates.exponential

    def in_a_corner(log_ratio: estimates.Estimate) -> estimates.Estimate:
        if log_ratio.value > 15:
            raise ZeroDivisionError
        return sound(log_ratio)

    monkeypatch.setattr(comparisons, "exponential", in_a_corner)

    with pytest.raises(ZeroDivisionError):
        FOUND(given(hostile.sound_folders())(fuzzing.sound_folder))()


def test_a_check_that_was_forgotten_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_pair", lambda *_given: None)
    sound = journal.read

    def twice(*words: object) -> object:
        found, problems = sound(*words)  # type: ignore[arg-type]  # the same
        cells = [(one.cell, one.round) for one in found if isinstance(one, outcomes.Run)]
        assert len(set(cells)) == len(cells), "a cell has two runs of one round"
        return found, problems

    monkeypatch.setattr(journal, "read", twice)

    with pytest.raises(AssertionError, match="two runs of one round"):
        FOUND(given(hostile.folders())(fuzzing.whole_folder))()


def test_a_condition_that_says_what_it_read_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        conditions, "CHECKS", {**conditions.CHECKS, "SMT": lambda place: (place.read("proc/version"), "")}
    )

    with pytest.raises(AssertionError):
        fuzzing.kernel_files({"proc/version": b"a\x1b[31mb"})


def test_reports_are_all_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RENDERERS:
        monkeypatch.setattr(fuzzing, "FILES", {**RENDERERS, name: lambda *_given: "\x1b"})

        with pytest.raises(AssertionError, match="steers"):
            fuzzing.whole_folder(FILES)
