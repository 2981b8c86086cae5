"""`doctor`, as a user calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tabulate import tabulate_formats

from bench import cli
from bench.machine import conditions
from bench.machine import place as places
from bench.machine.conditions import Condition, Place
from bench.machine.place import Sample
from bench.plan import sampling
from bench.reports.conditions import document
from bench.reports.rendering import render
from bench.store import folder as run_folder

FOUND = (
    Condition(
        "load", "warning", "3.10 on 2 CPUs (1.55 each), others use 30% of them, 4 run now", "end what runs beside"
    ),
    Condition("SMT", "warning", "on: CPUs share cores", "echo off | sudo tee /sys/devices/system/cpu/smt/control"),
    Condition("turbo", "unknown", "the kernel has no switch for it"),
    Condition("swap", "ok", "none"),
)


def main(*words: str) -> object:
    """`cli.main` in this process; what it exits with."""
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    return end.value.code


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a moment only."""
    monkeypatch.setattr(places, "SAMPLE_S", 0.01)


@pytest.mark.every_python
def test_it_tells_of_every_subject_and_exits_with_0() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "doctor"], capture_output=True, text=True, timeout=300, check=False
    )

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0].split() == ["subject", "here", "found", "remedy"]
    for subject in conditions.CHECKS:
        assert any(line.startswith(f"{subject} ") for line in lines)
    assert f"of {len(conditions.CHECKS)} disturb" in lines[-1]


def test_what_disturbs_comes_first_then_what_is_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(conditions, "conditions", lambda _place: FOUND[::-1])

    code = main("doctor")

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines[2:6]] == ["SMT", "load", "turbo", "swap"]
    assert lines[-1] == "2 of 4 disturb; 1 can't be determined here"


def test_json_is_a_list_of_objects(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("doctor", "--json")

    rows = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {row["subject"] for row in rows} == set(conditions.CHECKS)
    for row in rows:
        assert list(row) == ["subject", "state", "found", "remedy"]
        assert (row["state"] == "warning") == (row["remedy"] is not None)


def test_the_affinity_is_looked_at_as_a_run_would_use_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cpu = min(os.sched_getaffinity(0))
    monkeypatch.setattr(conditions, "CHECKS", {"workers": lambda place: (f"on {set(place.confined)}", "")})

    main("doctor", "--affinity", str(cpu), "--format", "plain")

    assert capsys.readouterr().out.splitlines()[1].split(maxsplit=2)[2] == f"on {{{cpu}}}"


def test_what_workers_get_of_the_environment_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    monkeypatch.setenv("PYTHON_CPU_COUNT", "2")

    main("doctor", "--json")

    (told,) = (row for row in json.loads(capsys.readouterr().out) if row["subject"] == "Python switches")
    assert told["state"] == "warning"
    assert told["found"] == "PYTHON_CPU_COUNT, which workers get too"


def test_processors_that_are_none_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("doctor", "--affinity", "first") == 2
    assert "write processors as 1 or 2-3,5" in capsys.readouterr().err


@pytest.mark.parametrize("style", sorted(tabulate_formats))
def test_every_format_of_tabulate_is_a_format(style: str) -> None:
    for width in (None, 80):
        text = render(document(FOUND), style, width)

        assert "on: CPUs share cores" in text
        assert "sudo" in text


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("style", ["simple", "plain", "psql", "rounded_grid", "heavy_outline", "pretty", "presto"])
def test_on_a_narrow_terminal_the_remedies_stand_below_and_nothing_is_wider(width: int, style: str) -> None:
    text = render(document(FOUND), style, width)

    assert max(map(len, text.splitlines())) <= width
    assert "remedy" not in text.splitlines()[0]
    assert "\nload: end what runs beside\n" in text
    assert "/sys/devices/system/cpu/smt/control\n" in text


@pytest.mark.parametrize("style", ["github", "tsv", "html", "latex", "rst"])
def test_a_table_for_another_program_is_whole_on_every_terminal(style: str) -> None:
    assert render(document(FOUND), style, 60) == render(document(FOUND), style, None)


def test_on_a_wide_terminal_the_remedies_stand_in_their_lines() -> None:
    lines = render(document(FOUND), "simple", 200).splitlines()

    assert lines[2].endswith("end what runs beside")
    assert len(lines) == 8


def test_where_nothing_disturbs_there_is_nothing_to_do() -> None:
    found = [Condition("swap", "ok", "none"), Condition("turbo", "unknown", "the kernel has no switch for it" * 2)]

    text = render(document(found), "simple", 60)

    assert text.endswith("\n\n0 of 2 disturb; 1 can't be determined here\n")
    assert "\n\n\n" not in text


def test_a_machine_with_nothing_in_proc_is_described_too(tmp_path: Path) -> None:
    blind = Place(Sample(None, None, None, 0, 0, 1), 1, None, root=tmp_path)

    assert "0 of 17 disturb" in render(document(conditions.conditions(blind)), "simple", 80)


def test_a_run_keeps_what_disturbed_when_it_was_begun_and_its_reports_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(rounds=1, sweeps=3, value_s=0.0005, warmups=1))
    monkeypatch.setattr(conditions, "CHECKS", {"workers": lambda place: (f"on {place.confined}", "let them")})
    words = ("--scenario", "warm", "--loop", "asyncio", "--rounds", "1", "--without-intervals", "-q")
    folder = tmp_path / "run"

    main(*words, "-o", str(folder))
    out = capsys.readouterr().out
    monkeypatch.setattr(conditions, "CHECKS", {})
    main("--resume", str(folder), "-q")
    again = capsys.readouterr().out

    said = "Disturbances when it began: workers on None.\n"
    assert said in out
    assert said in (folder / "report.md").read_text()
    assert again == out
    assert run_folder.RunFolder(folder).load().about.disturbances == ("workers on None",)
