"""`python -m bench lifecycle`, as a user calls it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import main

from bench.lifecycle import observations
from bench.lifecycle.observations import Observation
from bench.lifecycle.probe.calls import ROWS


@pytest.mark.every_python
def test_json_is_a_list_of_all_rows_and_stderr_says_what_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("lifecycle", "--json")

    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert code == 0
    assert err.startswith("observing ")
    assert list(rows[0]) == list(Observation.__struct_fields__)
    assert [row["call"] for row in rows][: len(ROWS) - 2] == [row.call for row in ROWS.values() if row.given != "own"]
    assert {"uvloop.run", "uvloop.new_event_loop"} < {row["call"] for row in rows}
    assert {row["python"] for row in rows} == {sys.version.split()[0]}
    assert {row["loop_class"] for row in rows if row["call"].startswith("uvloop.new")} == {"uvloop.Loop"}


@pytest.fixture
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave two rows: each takes a process."""
    monkeypatch.setattr(observations, "ROWS", {name: ROWS[name] for name in ("asyncio_run", "close")})


@pytest.mark.usefixtures("_bad_loops", "_few_rows")
def test_named_loops_are_used_where_a_factory_is_and_their_calls_are_added(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("lifecycle", "--loop", "lives:Plain", "--format", "github")

    out = capsys.readouterr().out
    lines = {cells[1].strip(): cells for line in out.splitlines() if len(cells := line.split("|")) > 3}
    assert code == 0
    assert lines["… lives:Plain"][-2].strip() == "lives.Plain"
    assert lines["… asyncio"][-2].strip().startswith("asyncio.")
    assert lines["asyncio.run"][-2].strip() == "asyncio._UnixSelectorEventLoop"
    assert lines["lives.Plain"][-2].strip() == "lives.Plain"
    assert "uvloop.run" not in lines
    assert "lives.Plain" in out.rpartition("a loop is created by ")[2]


def test_two_interpreters_of_one_version_are_told_apart_and_agree_in_every_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "again"
    again.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    again.chmod(0o755)

    code = main("lifecycle", "--python", sys.executable, "--python", str(again), "--loop", "asyncio")

    out = capsys.readouterr().out
    label = f"CPython {sys.version.split()[0]}"
    assert code == 0
    assert f"\n* differs: {label} (1) / {label} (2)\n" in out
    assert " *\n" not in out


@pytest.mark.usefixtures("_bad_loops", "_few_rows")
def test_rows_that_hang_end_with_3_and_the_others_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("lifecycle", "--loop", "lives:dies", "--json")

    rows = {row["call"]: row for row in json.loads(capsys.readouterr().out)}
    assert code == 3
    assert rows["loop.close()"]["raises"] == "NotObserved: died of SIGSEGV"
    assert rows["asyncio.run"]["creates"] is True


@pytest.mark.usefixtures("_bad_loops", "_few_rows")
@pytest.mark.parametrize(("name", "why"), [
    ("os:system", "TypeError: system() missing"), ("raising:none_there", "it returned something else"),
])  # fmt: skip
def test_what_is_not_a_loop_ends_with_3_and_says_so(name: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main("lifecycle", "--loop", name)

    assert code == 3
    assert f"{name.replace(':', '.')} gave no event loop: {why}" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "said"), [
    (["--python", "/nowhere/python"], "there is no interpreter '/nowhere/python': no environment of that name"),
    (["--loop", "uvlop"], "no event loop is called 'uvlop'; the nearest: uvloop"),
])  # fmt: skip
def test_mistakes_are_said_without_a_traceback(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("lifecycle", *words) == 2
    assert capsys.readouterr().err.startswith(f"error: {said}")


def test_the_probe_sees_nothing_of_what_is_installed_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    shutil.copytree("bench/lifecycle", folder / "bench" / "lifecycle")
    (folder / "native.py").write_text("raise SystemError('built for another Python')\n")
    words = [sys.executable, "-P", str(folder / "bench" / "lifecycle" / "probe"), "own_call", "--given", "native:x"]

    done = subprocess.run(words, capture_output=True, timeout=300, check=True)

    assert json.loads(done.stdout)["raises"] == "ModuleNotFoundError: No module named 'native'"


@pytest.mark.every_python
def test_the_probe_needs_nothing_that_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "bench/lifecycle/probe", "asyncio_run"],
        capture_output=True,
        timeout=300,
        check=True,
    )

    assert json.loads(done.stdout)["creates"] is True


@pytest.mark.usefixtures("_few_rows")
def test_a_factory_in_the_current_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("import asyncio\ndef make(): return asyncio.new_event_loop()\n")

    main("lifecycle", "--loop", "mine:make", "--json")

    rows = {row["call"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["mine.make"]["creates"] is True
    assert rows["mine.make"]["raises"] is None
