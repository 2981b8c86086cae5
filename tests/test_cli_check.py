"""`python -m bench check`, as a user calls it."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from commands import main
from invented import about

from bench.contract import cache, checks, conformance, trying
from bench.machine import facts
from bench.reports import besides
from bench.store.folder import RunFolder
from bench.subjects import loops

pytestmark = pytest.mark.usefixtures("_bad_loops")
TWO = ("--check", "debug_mode", "--check", "call_soon_order")


def test_json_is_a_list_of_objects_in_the_order_of_loops_and_checks(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("check", "--loop", "unkept:debug_mode", "--loop", "asyncio", *TWO, "--timeout", "60", "--json")

    out, err = capsys.readouterr()
    found = json.loads(out)
    assert code == 0
    assert err.startswith("trying 2 checks on each loop (2), each in a fresh process\n")
    assert re.search(r"^[\w:]+: \w+: 0/4 checks$", err, re.MULTILINE)
    assert [*found[0]] == ["loop", "version", "python", "check", "area", "kept", "how", "reason"]
    assert [(one["loop"], one["check"], one["kept"]) for one in found] == [
        ("unkept:debug_mode", "debug_mode", False),
        ("unkept:debug_mode", "call_soon_order", True),
        ("asyncio", "debug_mode", True),
        ("asyncio", "call_soon_order", True),
    ]
    assert found[0]["reason"] == "it is on without being asked for"


@pytest.mark.parametrize(("names", "code"), [((), 0), (("call_soon_order",), 0), (("debug_mode",), 1), (("any",), 1)])
def test_a_broken_promise_fails_only_where_that_was_asked(
    names: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word for name in names for word in ("--fail-on", name)]

    assert main("check", "--loop", "unkept:debug_mode", *TWO, "--timeout", "60", "-q", *words) == code
    out, err = capsys.readouterr()
    assert "unkept:debug_mode: broken: it is on without being asked for" in out
    assert not err


def test_the_list_tries_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("check", "--list") == 0
    assert "loop.call_soon: Callbacks are called in the order in which they are registered." in capsys.readouterr().out


def test_a_factory_in_the_current_folder_is_checked_by_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("import asyncio\ndef make(): return asyncio.new_event_loop()\n")

    code = main("check", "--loop", "mine:make", "--check", "debug_mode", "--timeout", "60", "--fail-on", "any")

    assert code == 0
    assert "mine:make local 1/1." in capsys.readouterr().out


def test_cpythons_own_tests_are_findings_too(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("test_events.test_call_soon", "test_events.test_timeout_rounding")
    words = ["--loop", "asyncio", "--timeout", "60", *(word for name in names for word in ("--check", name))]

    code = main("check", "--conformance", *words, "--json", "--fail-on", "any")

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [(one["check"], one["area"], one["kept"], one["how"]) for one in found] == [
        (names[0], "loop", True, "kept"), (names[1], "loop", None, "not applicable"),
    ]  # fmt: skip
    assert found[1]["reason"] == "white-box: it counts the calls of loop._run_once"


def test_the_list_of_cpythons_tests_names_areas_and_white_boxes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("check", "--conformance", "--list") == 0

    out = capsys.readouterr().out
    assert re.search(r"^test_events.test_call_soon +loop$", out, re.MULTILINE)
    assert re.search(r"^test_events.test_timeout_rounding +loop +white-box: ", out, re.MULTILINE)


@pytest.fixture
def _two_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All checks are two, and nothing has been checked yet."""
    two = {name: checks.every()[name] for name in ("debug_mode", "default_executor")}
    monkeypatch.setattr(checks, "every", lambda: two)
    monkeypatch.setattr(trying, "TIMEOUT_S", 60.0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.usefixtures("_two_checks")
def test_a_run_can_check_first_and_its_tables_then_have_a_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    little = ("--scenario", "warm", "--loop", "uvloop", "--rounds", "1", "--without-intervals", "--format", "csv")

    first = main("--check", *little, "-o", str(tmp_path / "first"))
    checked = capsys.readouterr()
    second = main("--check", *little, "-q", "-o", str(tmp_path / "second"))
    again = capsys.readouterr()

    assert (first, second) == (0, 0)
    assert "trying 2 checks on asyncio, uvloop\n" in checked.err
    assert "trying" not in again.err
    for out in (checked.out, again.out):
        assert [row["promises"] for row in csv.DictReader(io.StringIO(out))] == ["2/2", "2/2", "1/2"]
    for name in ("first", "second"):
        report = (tmp_path / name / "report.md").read_text("utf-8")
        assert "promises: of asyncio's, how many the loop keeps" in report
        assert "## What loops keep of asyncio's promises, on Python" in report
        assert "it accepted something else" in report
        found = json.loads((tmp_path / name / "checks.json").read_text())
        assert [(one["loop"], one["check"], one["kept"]) for one in found] == [
            ("asyncio", "debug_mode", True), ("asyncio", "default_executor", True),
            ("uvloop", "debug_mode", True), ("uvloop", "default_executor", False),
        ]  # fmt: skip


LITTLE = ("--rounds", "1", "--without-intervals", "-q")


@pytest.mark.usefixtures("_two_checks")
def test_findings_are_added_to_a_run_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    main(*LITTLE, "--scenario", "warm", "--loop", "uvloop", "-o", str(folder))
    before = {file.name for file in folder.glob("*.json")}
    words = ("check", "--into", str(folder), "-q", "--timeout", "60")

    codes = [
        main(*words), main(*words, "--loop", "asyncio"),
        main(*words, "--conformance", "--loop", "uvloop", "--check", "test_events.test_call_soon"),
    ]  # fmt: skip
    main("report", str(folder))

    assert codes == [0, 0, 2]
    assert {file.name for file in folder.glob("*.json")} - before == {"checks.json"}
    found = json.loads((folder / "checks.json").read_text())
    assert sorted((one["loop"], one["kept"]) for one in found) == [
        ("asyncio", True), ("asyncio", True), ("uvloop", False), ("uvloop", True),
    ]  # fmt: skip
    assert "What is not kept" in (folder / "report.md").read_text("utf-8")
    out, err = capsys.readouterr()
    assert "Promises of asyncio kept on Python" in out
    assert f"kept in {folder}; see them in its report: python -m bench report {folder}" in err
    assert "--into can't be combined with --check: a report has all of them" in err


@pytest.mark.usefixtures("_two_checks")
def test_cpythons_tests_are_added_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(conformance, "tests", lambda: ("test_events.test_call_soon",))
    folder = RunFolder(tmp_path / "run")
    folder.create(replace(about(["warm"], ["asyncio"]), facts=facts.facts([loops.LOOPS[0]])))

    code = main("check", "--into", str(folder.path), "--conformance", "-q", "--timeout", "60")
    main("report", str(folder.path))

    assert code == 0
    assert besides.read(folder).checks == ()
    assert [finding.check for finding in besides.read(folder).conformance] == ["test_events.test_call_soon"]
    assert "## What loops pass of CPython's own tests" in (folder.path / "report.md").read_text("utf-8")
    capsys.readouterr()


@pytest.mark.parametrize(("names", "said"), [
    ((), "has measured something else: python: 3.14.0 then, "),
    (("--loop", "asyncio-poll"), "has not measured asyncio-poll"),
])  # fmt: skip
def test_findings_about_something_else_are_not_added(
    names: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    invented = about(["warm"], ["asyncio"])
    RunFolder(tmp_path / "run").create(replace(invented, facts={**invented.facts, "python": "3.14.0"}))

    assert main("check", "--into", str(tmp_path / "run"), *names) == 2

    out, err = capsys.readouterr()
    assert not out
    assert said in err


def test_a_loop_is_left_out_where_a_scenario_needs_what_it_does_not_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = {"result_or_exception": checks.every()["result_or_exception"]}
    monkeypatch.setattr(checks, "every", lambda: one)
    folder = tmp_path / "run"
    bad = "unkept:result_or_exception"

    first = main(
        *LITTLE, "--check", "--scenario", "warm", "--scenario", "run_forever", "--loop", bad, "-o", str(folder)
    )
    out = capsys.readouterr().out
    again = main("--resume", str(folder), "--rounds", "2", "--without-intervals", "-q")

    (skip,) = RunFolder(folder).about().skips
    assert (first, again) == (0, 0)
    assert (skip.cell.scenario, skip.cell.loop) == ("warm", bad)
    assert skip.reason.startswith("does not keep result_or_exception: broken: ")
    assert "does not keep result_or_exception" in out


@pytest.mark.usefixtures("_two_checks")
def test_only_all_checks_together_are_kept_for_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio = loops.named("asyncio")

    main("check", "--loop", "asyncio", "--check", "debug_mode", "-q")
    some = cache.kept(asyncio)
    main("check", "--loop", "asyncio", "-q")

    assert some == ()
    assert {one.check for one in cache.kept(asyncio)} == {"debug_mode", "default_executor"}
    capsys.readouterr()


@pytest.mark.parametrize(("words", "said"), [
    (["--check", "tpc"], "no check is called 'tpc'; the nearest: tcp"),
    (["--fail-on", "tpc"], "no check is called 'tpc'; the nearest: tcp"),
    ([*TWO, "--fail-on", "tcp"], "no check is called 'tcp'"),
    (["--check", "xyzzy"], "no check is called 'xyzzy'; the nearest: abstract_base, call_at_time, call_later_order, "),
    (["--loop", "uvlop"], "no event loop is called 'uvlop'"),
    (["--loop", "nowhere:new_loop"], "nowhere:new_loop can't be imported: ModuleNotFoundError"),
])  # fmt: skip
def test_mistakes_are_said_before_anything_is_tried(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("check", *words) == 2

    out, err = capsys.readouterr()
    assert not out
    assert said in err
    assert "trying" not in err
