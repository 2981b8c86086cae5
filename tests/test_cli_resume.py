"""Runs that were interrupted, and what `--resume` does with them."""

import dataclasses
import platform
import re
from pathlib import Path

import pytest
from commands import main

from bench.machine import facts as machine_facts
from bench.machine import place
from bench.plan import sampling
from bench.store import folder as run_folder
from bench.subjects import scenarios

QUICK = ("--scenario", "warm", "--rounds", "2", "--without-intervals", "-q")


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sweeps, and a short look around: nothing here depends on how fast anything is."""
    monkeypatch.setattr(place, "SAMPLE_S", 0.01)
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(rounds=2, sweeps=3, value_s=0.0005, warmups=1))


def test_a_run_is_resumed_where_it_was_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "-o", str(folder))
    journal = folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-2]) + lines[-2][:30])  # the last round lost its control, and its end
    capsys.readouterr()

    code = main("--resume", str(folder), "-q")

    kept = run_folder.RunFolder(folder).load()
    assert code == 0
    assert kept.rounds_done == {"warm": 2}
    assert [run.round for run in kept.runs if run.cell.role == "baseline"] == [0, 1, 2]
    assert len(kept.problems) == 1
    assert "left out" in capsys.readouterr().out


def test_a_report_of_half_a_run_says_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "-o", str(folder))
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "journal.jsonl").write_bytes(b"".join(lines[:-2]))  # the end of the last round, and what surrounded it
    capsys.readouterr()

    assert main("report", str(folder)) == 3
    assert f"kept in {folder}; incomplete, resume with: python -m bench --resume {folder}" in capsys.readouterr().err


def test_a_run_of_another_method_is_not_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "-o", str(folder))
    about = folder / "run.json"
    about.write_text(re.sub(r'"method": ?2', '"method": 1', about.read_text()))
    capsys.readouterr()

    assert main("--resume", str(folder), "--force-resume", "-q") == 2
    assert (
        f"the run in {folder} was begun by method 1, this is method 2: other values\nbegin" in capsys.readouterr().err
    )


def test_resuming_a_complete_run_measures_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "-o", str(folder))
    before = (folder / "journal.jsonl").read_bytes()

    assert main("--resume", str(folder), "-q") == 0
    assert (folder / "journal.jsonl").read_bytes() == before


@pytest.mark.parametrize(("words", "rounds", "sampled"), [
    (["--rounds", "3", "--without-intervals"], 3, (3, None, None)),
    (["--precision", "100%", "--max-time", "0.001s"], 2, (2, 1.0, 0.001)),
])  # fmt: skip
def test_a_complete_run_is_extended(
    words: list[str], rounds: int, sampled: tuple[int, float | None, float | None], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "-o", str(folder))
    before = run_folder.RunFolder(folder).load()

    code = main("--resume", str(folder), "-q", *words)

    after = run_folder.RunFolder(folder).load()
    sampling_ = after.about.plan.sampling
    assert code == 0
    assert (sampling_.rounds, sampling_.precision, sampling_.max_time_s) == sampled
    assert after.rounds_done == {"warm": rounds}
    assert after.outcomes[: len(before.outcomes)] == before.outcomes


def test_a_run_is_not_extended_to_rounds_without_intervals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(*QUICK, "--loop", "asyncio", "-o", str(tmp_path / "run"))

    assert main("--resume", str(tmp_path / "run"), "--rounds", "3") == 2
    assert "--rounds 3 gives no interval and no verdict" in capsys.readouterr().err
    assert run_folder.RunFolder(tmp_path / "run").load().about.plan.sampling.rounds == 2


def test_a_run_is_not_resumed_with_other_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(*QUICK, "--loop", "asyncio", "-o", str(tmp_path / "run"))
    facts = machine_facts.facts
    monkeypatch.setattr(machine_facts, "facts", lambda *words: {**facts(*words), "pyperf": "0.1"})

    code = main("--resume", str(tmp_path / "run"))

    assert code == 2
    assert re.search(r"was begun with something else: pyperf: [\d.]+ then, 0.1 now", capsys.readouterr().err)


def test_a_run_that_is_resumed_by_force_says_so_in_every_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "-o", str(folder))
    journal = folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-2]))  # the last round is not done
    facts = machine_facts.facts
    monkeypatch.setattr(machine_facts, "facts", lambda *words: {**facts(*words), "pyperf": "0.1"})
    capsys.readouterr()

    code = main("--resume", str(folder), "--force-resume", "-q")

    marked = re.compile(
        r"RESUMED BY FORCE after something had changed \(pyperf: [\d.]+ then, 0.1 now\): its values are of both"
    )
    out = capsys.readouterr().out
    assert code == 0
    assert marked.search(out)
    assert re.search(r"^\| pyperf +\| \S+ and 0\.1 ", (folder / "report.md").read_text(), re.MULTILINE)
    assert marked.search((folder / "report.md").read_text())
    assert run_folder.RunFolder(folder).load().rounds_done == {"warm": 2}
    assert main("--resume", str(folder), "-q") == 2


def test_a_run_that_is_resumed_on_another_platform_has_reports_and_names_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "--loop", "uvloop", "-o", str(folder))
    lines = (folder / "journal.jsonl").read_text().splitlines(keepends=True)
    earlier = [re.sub(r'"python_version":"[^"]*"', '"python_version":"3.0.1"', line) for line in lines[:-2]]
    (folder / "journal.jsonl").write_text("".join(earlier))
    about = (folder / "run.json").read_text()
    (folder / "run.json").write_text(re.sub(r'"python": "[^"]*"', '"python": "3.0.1"', about))
    capsys.readouterr()

    code = main("--resume", str(folder), "--force-resume", "-q")

    assert code == main("report", str(folder)) == 0
    assert f" on CPython 3.0.1 and {platform.python_version()}, a lifecycle takes " in capsys.readouterr().out
    assert {file.parent.name for file in folder.glob("suites*/uvloop.json")} == {"suites", "suites-2"}


def test_forcing_a_complete_run_leaves_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    main(*QUICK, "--loop", "asyncio", "-o", str(folder))
    facts = machine_facts.facts
    monkeypatch.setattr(machine_facts, "facts", lambda *words: {**facts(*words), "pyperf": "0.1"})

    assert main("--resume", str(folder), "--force-resume", "-q") == 0
    assert "RESUMED BY FORCE" not in capsys.readouterr().out
    assert not run_folder.RunFolder(folder).load().notes


def test_other_scenarios_can_not_be_forced_and_force_needs_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(*QUICK, "--loop", "asyncio", "-o", str(tmp_path / "run"))
    scenario = scenarios.named("warm")
    monkeypatch.setattr(scenarios, "named", lambda _: dataclasses.replace(scenario, title="another"))

    codes = [main("--resume", str(tmp_path / "run"), "--force-resume"), main("--force-resume")]

    err = capsys.readouterr().err
    assert codes == [2, 2]
    assert "the scenarios are not the same" in err
    assert "--force-resume needs --resume DIR" in err
