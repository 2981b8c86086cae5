"""`python -m bench advise`, as a user calls it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from advised import cold, measured
from commands import main

from bench.advice import calibrating
from bench.advice import cold as cold_starts
from bench.advice.cold import FILE, Cold
from bench.cli import advise_measuring, measuring, promises
from bench.contract.findings import CHECKS, Finding
from bench.store.folder import RunFolder
from bench.store.outcomes import Kept, Run

FOUND = (Finding("rloop", "1.0", "3.14.0", "tcp", "network", kept=True, how="kept"),)


def kept_in(folder: Path, kept: Kept | None = None, *, with_cold: bool = True) -> Path:
    """A run folder of `advise` with what was invented."""
    kept = kept or measured()
    run = RunFolder(folder)
    run.create(kept.about)
    for outcome in kept.outcomes:
        run.append(outcome)
    if with_cold:
        run.write_record(FILE, Cold("2026-11-26", cold()))
    return folder


def test_a_folder_that_is_not_empty_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calibrating, "measured", None)
    (tmp_path / "other").touch()

    assert main("advise", "--loop", "asyncio", "-o", str(tmp_path)) == 2
    assert f"{tmp_path} is not empty: a run needs a folder of its own\n" in capsys.readouterr().err


@pytest.mark.every_python
@pytest.mark.usefixtures("_bad_loops")
def test_a_script_is_measured_kept_and_asked_about_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sampling = replace(advise_measuring.SAMPLING, rounds=6, precision=None)
    little = replace(sampling, sweeps=1, value_s=5e-4, in_a_turn=2, warmups=1, rehearsed=1)
    monkeypatch.setattr(advise_measuring, "SAMPLING", little)
    monkeypatch.setattr(cold_starts, "SWEEPS", 6)
    monkeypatch.setattr(advise_measuring, "EACH_S", 10_000)
    folder = tmp_path / "run"

    subjects = ["--baseline", "paying:Steady", "--loop", "paying:Late", "--workload", "turns"]
    code = main("advise", *subjects, "--profile", "script", "-o", str(folder))

    out, err = capsys.readouterr()
    assert code == 0, err
    assert "finding out how many operations are enough: one short round of 1\n" in err
    assert f"kept in {folder}; ask again: python -m bench advise --from {folder}" in err
    assert re.search(
        r"^A whole script with 100 operations of turns takes \S+ \(\S+\) m?s with paying:Steady\.", out, re.MULTILINE
    )
    assert re.search(r"^Against paying:Steady on \S+ \S+, in runner with turns, paying:Late ", out, re.MULTILINE)
    assert (
        (folder / "totals.csv")
        .read_text()
        .startswith("scenario,workload,loop,operations,seconds,low,high\nrunner,turns,")
    )
    plan = RunFolder(folder).about().plan
    assert (plan.together, plan.scenarios, plan.loops) == (True, ("runner",), ("paying:Steady", "paying:Late"))
    assert plan.workloads[0] == "turns=1"
    assert 50 <= int(plan.workloads[1].removeprefix("turns=")) <= 10_000
    runs = RunFolder(folder).load().runs
    assert {run.round for run in runs} == set(range(6))
    assert {_iterations(runs, "control", workload) == _iterations(runs, "paying:Steady", workload)
            for workload in plan.workloads} == {True}  # fmt: skip

    assert main("advise", "--from", str(folder), "--profile", "cli", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    kept = json.loads((folder / "advise.json").read_text())
    assert again["break_evens"] == kept["break_evens"]
    (found,) = kept["break_evens"]
    assert found["start_excess"]["value"] > 0
    assert found["saving"]["value"] > 0
    assert [case["profile"] for case in again["cases"]] == ["cli"]
    assert main("report", str(folder), "--format", "csv") == 0
    assert "runner/turns=1" in capsys.readouterr().out


def _iterations(runs: tuple[Run, ...], label: str, workload: str) -> list[int | None]:
    return [run.iterations for run in runs if (run.cell.label, run.cell.workload) == (label, workload)]


def test_a_run_answers_for_the_loops_and_workloads_that_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = {"asyncio": (1e-4, 1e-5), "uvloop": (3e-4, 5e-6), "rloop": (1e-4, 1e-5)}
    kept = measured(truth, workloads=["turns=1", "gather=1", "turns=100", "gather=20"])
    folder = kept_in(tmp_path / "run", kept)
    RunFolder(folder).write_record(CHECKS, FOUND)

    code = main(
        "advise", "--from", str(folder), "--loop", "rloop", "--workload", "gather", "--profile", "bridge", "--json"
    )

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {one["loop"] for one in found["break_evens"]} == {"rloop"}
    assert {one["workload"] for one in found["cases"]} == {"gather"}
    assert [one["promises"] for one in found["cases"][0]["answers"]] == [None, "1/1"]
    assert found["factories"] == {"asyncio": "asyncio:new_event_loop", "rloop": "rloop:new_event_loop"}


def test_a_run_that_lacks_a_profile_says_so_and_answers_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kept_in(tmp_path / "run", measured(scenarios=["runner"]))

    code = main("advise", "--from", str(folder))

    out = capsys.readouterr().out
    assert code == 3
    assert "tests: not measured in this run" in out
    assert "A whole script with 100 operations" in out


@pytest.mark.parametrize(("words", "problem"), [
    (["--operations", "0"], "--operations: 0: give a number of at least 1"),
    (["--operations", "many"], "'many' is not a number"),
    (["--fixtures", "-1"], "-1: give a number of at least 0"),
    (["--tests", "0"], "0: give a number of at least 1"),
    (["--profile", "batch"], "invalid choice: 'batch'"),
    (["--handler", "2 moments"], "write a time as 90s, 1.5m or 1h"),
    (["--requests", "0/s"], "write how often as 100/s"),
    (["--requests", "often"], "write how often as 100/s"),
])  # fmt: skip
def test_what_can_not_be_is_refused(words: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("advise", *words) == 2
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(("words", "problem"), [
    (["--workload", "sleep"], "error: --workload sleep: advice needs a workload with a number of operations"),
    (["--workload", "trns"], "error: no workload is called 'trns'; the nearest: turns"),
    (["--loop", "nosuch"], "nosuch"),
    (["--max-time", "3s"], "error: 3 scenarios and 1 loop do not fit into 3 s"),
])  # fmt: skip
def test_what_is_not_there_is_refused_before_anything_is_measured(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("advise", "--loop", "asyncio", *words) == 2
    assert problem in capsys.readouterr().err


def test_a_folder_without_what_is_needed_names_the_command_that_measures_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = measured(scenarios=["runner"])
    plain = replace(kept, about=replace(kept.about, plan=replace(kept.about.plan, together=False)), outcomes=())
    folder = kept_in(tmp_path / "plain", plain)
    advice = kept_in(tmp_path / "run", kept, with_cold=False)

    assert main("advise", "--from", str(folder), "--loop", "uvloop") == 2
    error = capsys.readouterr().err
    assert "has no lifecycles with few and with many operations" in error
    assert "measure one: python -m bench advise -o DIR --loop uvloop" in error
    assert main("advise", "--from", str(advice), "--loop", "rloop") == 2
    assert "has the loops asyncio, uvloop and the workloads turns\nmeasure one: " in capsys.readouterr().err
    assert main("advise", "--from", str(advice), "--profile", "script") == 2
    assert "it needs runner, cold starts): python -m bench advise --profile script" in capsys.readouterr().err
    assert main("advise", "--from", str(advice), "--max-time", "9s") == 2
    assert "--max-time can't be combined with --from" in capsys.readouterr().err
    assert main("advise", "--from", str(tmp_path / "none")) == 2
    assert "there is no run in " in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_measured_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(measuring, "measure", interrupt)
    monkeypatch.setattr(promises, "known", lambda _: FOUND)
    monkeypatch.setattr(calibrating, "measured", lambda _: measured(scenarios=["bridge"]))
    folder = tmp_path / "run"

    words = ["--loop", "uvloop", "--profile", "bridge", "--affinity", "none", "-q", "-o", str(folder)]
    code = main("advise", *words, "--max-time", "2h", "--seed", "5")

    error = capsys.readouterr().err
    assert code == 130
    assert f"python -m bench --resume {folder}, then python -m bench advise --from {folder}" in error
    plan = RunFolder(folder).about().plan
    assert (plan.seed, plan.affinity, plan.scenarios) == (5, None, ("bridge",))
    assert plan.workloads == ("fetch=1,answer=150", "fetch=5,answer=150")
    assert not (folder / FILE).exists()
    assert RunFolder(folder).read_record(CHECKS, tuple[Finding, ...]) == FOUND
