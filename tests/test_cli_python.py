"""`run --python`: several interpreters in one run, as a user calls it."""

import json
import re
from pathlib import Path

import pyperf
import pytest
import venvs
from commands import main
from invented import on_several

from bench.cli import interpreting
from bench.machine import place
from bench.plan import sampling
from bench.store.folder import RunFolder
from bench.subjects.interpreters import usual_name

QUICK = ("--loop", "asyncio-poll", "--scenario", "warm", "--rounds", "2", "--without-intervals", "-q")
HERE = usual_name()
OTHERS = [version for version in ("3.11", "3.12", "3.13", "3.14", "3.15") if version != HERE]


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sweeps, and a short look around: nothing here depends on how fast anything is."""
    monkeypatch.setattr(place, "SAMPLE_S", 0.01)
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(rounds=2, sweeps=3, value_s=0.0005, warmups=1))


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    """Two environments of one version, with the option that names them."""
    return f"old={venvs.made(tmp_path / 'one')}", f"new={venvs.made(tmp_path / 'two')}"


def on(*pythons: str) -> list[str]:
    return [word for python in pythons for word in ("--python", python)]


@pytest.mark.every_python
def test_two_environments_of_one_version_are_measured_in_one_run_that_can_be_resumed_and_published(
    two: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "run"

    code = main(*QUICK, *on(*two), "--baseline", "asyncio@new", "-o", str(folder))

    kept = RunFolder(folder).load()
    assert code == 0
    assert kept.about.plan.labels == ("asyncio@old", "asyncio-poll@old", "asyncio@new", "asyncio-poll@new")
    assert {cell.label for cell in kept.about.cells} == {*kept.about.plan.labels, "control"}
    assert {(run.cell.label, run.round) for run in kept.runs} == {
        (cell.label, index) for cell in kept.about.cells for index in range(2)
    }
    assert kept.about.facts["build@old"] == kept.about.facts["build@new"]
    rows = json.loads((folder / "comparisons.json").read_text())
    assert {row["baseline"] for row in rows} == {"asyncio@new"}
    assert {(row["loop"], row["interpreter"]) for row in rows if row["role"] == "baseline"} == {("asyncio", "new")}
    suites = {file.name: pyperf.BenchmarkSuite.load(str(file)) for file in (folder / "suites").iterdir()}
    assert set(suites) == {
        "asyncio--old.json", "asyncio-poll--old.json", "asyncio--new.json", "asyncio-poll--new.json", "control.json",
    }  # fmt: skip

    journal = folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-2]))  # the last round is not done
    assert main("--resume", str(folder), "-q") == 0
    assert RunFolder(folder).load().rounds_done == {"warm": 2}

    assert main("publish", str(folder)) == 0
    published = [file for file in (tmp_path / "results").rglob("*") if file.is_file()]
    assert not [file for file in published if str(tmp_path) in file.read_text() or "bin/python" in file.read_text()]
    assert str(tmp_path / "one") in (folder / "interpreters.json").read_text()
    assert "Against asyncio@new on CPython" in (tmp_path / "results" / "README.md").read_text()
    capsys.readouterr()
    assert main("--resume", str(tmp_path / "results" / "run"), "-q") == 2
    assert "does not say where its interpreters are (old, new): no interpreters.json" in capsys.readouterr().err


@pytest.mark.every_python
def test_another_python_is_measured_beside_this_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = next((version for version in OTHERS if _runs(version)), None)
    if other is None:
        pytest.skip("no other Python is here")

    code = main(*QUICK, *on(HERE, other), "-o", str(tmp_path / "run"))

    kept = RunFolder(tmp_path / "run").load()
    versions = {str(run.metadata["python_version"]).partition(" ")[0] for run in kept.runs}
    assert code == 0
    assert {version.rpartition(".")[0] for version in versions} == {HERE.rstrip("td"), other}
    assert {run.cell.interpreter for run in kept.runs} == {HERE, other}
    assert f"asyncio@{other}" in capsys.readouterr().out
    assert (tmp_path / "run" / "suites" / f"asyncio--{other}.json").exists()


def _runs(version: str) -> bool:
    try:
        interpreting.asked([version], [])
    except Exception:  # noqa: BLE001  (whatever is on this machine under that name)
        return False
    return True


@pytest.mark.every_python
def test_a_loop_that_is_not_installed_on_an_interpreter_is_said_before_anything_is_measured(
    two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("--loop", "uvloop", *on(two[0]), "-q", "-o", str(tmp_path / "run")) == 2

    said = capsys.readouterr().err
    assert re.search(
        r"uvloop can't be measured on old: not installed: \S+/one/bin/python -m pip install uvloop\n", said
    )
    assert "or make an environment that has it: python -m bench env old --loop uvloop" in said
    assert not (tmp_path / "run").exists()


@pytest.fixture
def measured(tmp_path: Path) -> str:
    """A run folder of two interpreters, in which each cell takes 7 % longer than the one before."""
    kept = on_several(("3.13", "3.15"), names=("asyncio",))
    folder = RunFolder(tmp_path / "run")
    folder.create(kept.about)
    for outcome in kept.outcomes:
        folder.append(outcome)
    return str(folder.path)


@pytest.mark.parametrize(("words", "code", "said"), [
    ("asyncio@3.13 3%", 1, "failed: asyncio@3.15 in manual is slower than asyncio@3.13 by more than 3%: 1.070"),
    ("asyncio 10%", 0, "passed; in manual, for asyncio@3.15, this run could have shown a slow-down of 10 %"),
    ("asyncio@3.15 3%", 2, "--fail-if-slower-than asyncio@3.15: the run has asyncio@3.13 as its baseline"),
    ("asyncio 3", 2, "argument --fail-if-slower-than: '3': write a percentage as 3% or 0.5%"),
])  # fmt: skip
def test_a_run_fails_if_a_loop_is_slower_than_its_baseline_by_more_than_the_limit(
    words: str, code: int, said: str, measured: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("report", measured, "--fail-if-slower-than", *words.split()) == code
    assert said in capsys.readouterr().err


def test_the_loop_of_a_limit_is_the_baseline_and_the_only_one(
    measured: str, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = ("--fail-if-slower-than", "asyncio-poll", "10%")

    assert main("--loop", "asyncio", *limit, "--dry-run") == 0
    assert "asyncio-poll, control, asyncio" in capsys.readouterr().out
    assert main("--loop", "asyncio", *limit, "--dry-run", "--baseline", "asyncio") == 2
    assert "the run has asyncio as its baseline" in capsys.readouterr().err
    assert main("--resume", measured, *limit) == 2
    assert main("report", measured, "--require-power") == 2
    assert "--require-power asks what --fail-if-slower-than could have shown" in capsys.readouterr().err
