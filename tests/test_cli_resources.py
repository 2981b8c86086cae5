"""`python -m bench resources`, as a user calls it."""

import json
import os
import re
from pathlib import Path

import pytest
from invented import about
from test_resources import invented
from test_survey import needs_strace

from bench import cli
from bench.cli import resources
from bench.errors import BenchError
from bench.reports.besides import Besides
from bench.reports.files import FILES
from bench.resources import survey
from bench.resources.readings import RESOURCES, Resources
from bench.resources.survey import Survey
from bench.store import folder as run_folder

pytestmark = pytest.mark.usefixtures("_bad_loops", "_little")
QUICK = ("--scenario", "manual", "--rounds", "1", "--seed", "3")


@pytest.fixture
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """One fresh process for a figure: these tests look at what is done with it."""
    monkeypatch.setattr(survey, "PROCESSES", 1)


@pytest.fixture
def _measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all calls of a test have what the first one measured: they differ in what they do with it."""
    collect, collected = resources._collect, list[Resources]()

    def once(asked: Survey, facts: dict[str, str], *, quiet: bool) -> Resources:
        if not collected:
            collected.append(collect(asked, facts, quiet=quiet))
        return collected[0]

    monkeypatch.setattr(resources, "_collect", once)


def main(*words: str) -> int:
    """`cli.main` in this process; what it exits with."""
    with pytest.raises(SystemExit) as end:
        cli.main(["resources", *words])
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.every_python
@needs_strace
def test_resources_prints_its_tables_and_a_sentence_to_quote(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*QUICK, "--loop", "asyncio", "--fail-on-leak")

    out, err = capsys.readouterr()
    assert code == 0, out + err
    assert re.search(r"^asyncio +3 +0 +[\d.]+ +[\d.]+ +[\d.]+$", out, re.MULTILINE)
    assert re.search(r"^manual +asyncio +\d+ +\d+ +\d+ +\d+ +\d+  close", out, re.MULTILINE)
    assert re.search(r"^uvloop|^control +[\d.]+ \(–\)", out, re.MULTILINE)
    assert out.splitlines()[-1].startswith("On CPython ")
    assert out.endswith("No leak was seen.\n")
    assert "asyncio: opened\nasyncio: lived\nasyncio: system calls of manual\nasyncio: abandoned\ncold start" in err


@pytest.mark.usefixtures("_measured_once")
def test_a_leak_fails_only_where_that_was_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(survey, "why_no_calls", lambda: "there is no strace here")

    codes = [main(*QUICK, "-q", "--loop", "leaking:Descriptors", *words) for words in ((), ("--fail-on-leak",))]

    out, err = capsys.readouterr()
    assert codes == [0, 1]
    assert "leaking:Descriptors leaks: descriptors." in out
    assert "not in the table: there is no strace here" in out
    assert not err


def test_a_loop_that_can_not_be_looked_at_ends_with_3_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*QUICK, "-q", "--loop", "raising:in_factory", "--loop", "asyncio", "--json")

    found = json.loads(capsys.readouterr().out)
    assert code == 3
    assert found["readings"]["loops"][1]["missing"] == ["opened: RuntimeError: no …/loop.so for you"]
    assert found["figures"][0]["per_open_loop"]["descriptors"] == 3


def test_the_baseline_is_always_measured_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(survey, "why_no_calls", lambda: "not asked")

    main(*QUICK, "-q", "--loop", "uvloop", "--json")

    found = json.loads(capsys.readouterr().out)
    assert [loop["loop"] for loop in found["readings"]["loops"]] == ["asyncio", "uvloop"]


@pytest.mark.usefixtures("_measured_once")
def test_a_gate_that_can_not_decide_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "why_no_calls", lambda: "not asked")

    words = ["--scenario", "own_run", "--rounds", "1", "-q", "--loop", "asyncio-poll"]

    assert [main(*words), main(*words, "--fail-on-leak")] == [0, 3]


def test_resources_kept_in_a_run_folder_are_a_section_of_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(survey, "why_no_calls", lambda: "not asked")
    folder = run_folder.RunFolder(tmp_path / "run")
    folder.create(about(["manual"], ["asyncio"]))
    before = FILES["report.md"](folder.load(), (), None)

    code = main(*QUICK, "--loop", "asyncio", "--into", str(folder.path))

    resources = folder.read_record(RESOURCES, Resources)
    after = FILES["report.md"](folder.load(), (), Besides(resources))
    assert code == 0
    assert isinstance(resources, Resources)
    assert "python -m bench report" in capsys.readouterr().err
    assert "besides time" not in before
    assert (
        after.replace(after[after.index("## What one loop costs") : after.index("## How it was measured")], "")
        == before
    )
    text = (folder.path / "resources.json").read_text()
    for private in (os.uname().nodename, str(Path.home()), str(Path.cwd())):
        assert private not in text


def test_a_run_folder_without_a_run_is_named_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main("--into", str(tmp_path))

    assert code == 2
    assert "there is no run in" in capsys.readouterr().err


def test_a_scenario_of_many_lifecycles_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--loop", "asyncio", "--scenario", "threads") == 2
    assert "threads runs several lifecycles at once" in capsys.readouterr().err


def test_resources_that_are_not_what_was_written_are_refused(tmp_path: Path) -> None:
    folder = run_folder.RunFolder(tmp_path)
    folder.create(about(["manual"], ["asyncio"]))
    folder.write_record(RESOURCES, invented())
    whole = (tmp_path / "resources.json").read_text()
    kept = folder.read_record(RESOURCES, Resources)
    (tmp_path / "resources.json").write_text(whole.replace('"descriptors": 13', '"descriptors": -13'))

    with pytest.raises(BenchError, match=r"resources.json is not what a run writes: .*>= 0"):
        folder.read_record(RESOURCES, Resources)

    assert kept == invented()


@pytest.mark.parametrize(("words", "said"), [
    (["--loop", "uvlop"], "no event loop is called 'uvlop'"),
    (["--scenario", "runer"], "no scenario is called 'runer'"),
    (["--loop", "winloop"], "winloop can't be measured here: only on win32"),
])  # fmt: skip
def test_mistakes_are_said_without_a_traceback(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*words)

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {said}")


def test_without_names_all_installed_loops_are_looked_at_in_all_scenarios() -> None:
    options = cli.parse(["resources"])
    from bench.cli.resources import _survey

    survey = _survey(options)

    assert [loop.name for loop in survey.loops][:2] == ["asyncio", "uvloop"]
    assert len(survey.scenarios) > 5
    assert survey.scenario.name == "runner"
    assert survey.rounds >= 6


def test_where_there_is_no_proc_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.platform", "darwin")

    assert main() == 2
    assert "resources reads /proc, which only Linux has; this is darwin" in capsys.readouterr().err
