"""The commands, as a user calls them: real processes where it matters."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import main

from bench.cli import planning
from bench.errors import NotMeasuredError
from bench.machine import place
from bench.plan import sampling
from bench.plan.rounds import IDLE, START_S, Slowness
from bench.reports.colours import shown
from bench.store import folder as run_folder
from bench.store.outcomes import Done
from bench.subjects import scenarios

QUICK = ("--scenario", "warm", "--rounds", "2", "--without-intervals", "-q")


def called(*words: str, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """`python -m bench` with these words, as another process, in a folder of its own if given."""
    environment = dict(os.environ)
    if folder:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", "bench", *words], capture_output=True, text=True, timeout=300, check=False,
        cwd=folder, env=environment,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sweeps, and a short look around: these tests look at what is done, not at how fast anything is."""
    monkeypatch.setattr(place, "SAMPLE_S", 0.01)
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(rounds=2, sweeps=3, value_s=0.0005, warmups=1))


@pytest.mark.every_python
def test_a_run_ends_with_the_table_and_everything_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    code = main("--loop", "uvloop", "--scenario", "manual", "--rounds", "6", "--seed", "5")

    (folder,) = (tmp_path / "results" / "runs").iterdir()
    out, err = capsys.readouterr()
    assert code == 0
    assert {str(file.relative_to(folder)) for file in folder.rglob("*.*")} == {
        "run.json", "journal.jsonl", "suites/asyncio.json", "suites/control.json", "suites/uvloop.json", "report.md",
        "table.csv", "comparisons.json", "report.html", "ratios.svg",
    }  # fmt: skip
    assert out.splitlines()[-1].startswith("Against asyncio on CPython")
    assert re.search(r"manual +[\d.]+ [µm]s +[\d.]+ \([\d.]+–[\d.]+\) +(slower|faster|same|inconclusive)", out)
    assert f"kept in {folder.relative_to(tmp_path)}" in err
    assert "manual, round 1: 0/6 rounds" in err
    for row in json.loads((folder / "comparisons.json").read_text()):
        if row["stage"] == "total" and row["role"] != "baseline":
            assert row["ratio"]["low"] <= row["ratio"]["value"] <= row["ratio"]["high"]
            assert row["rounds"] == 6


def test_what_is_published_names_no_host_no_user_and_no_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def make(): raise OSError(__file__)\n")
    done = called(
        *QUICK, "--fast", "--loop", "uvloop", "--loop", "mine:make", "-o", str(tmp_path / "run"), folder=tmp_path
    )

    assert done.returncode == 3
    kept = "".join(file.read_text() for file in (tmp_path / "run").rglob("*") if file.is_file())
    for private in (os.uname().nodename, sys.prefix, str(Path.cwd()), str(Path.home())):
        assert private not in kept


def test_the_report_for_github_is_the_page_in_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(*QUICK, "--loop", "asyncio", "-o", str(tmp_path / "run"))
    resources = (Path(__file__).parents[1] / "results").glob("2*/resources.json")
    (tmp_path / "run" / "resources.json").write_bytes(next(resources).read_bytes())
    capsys.readouterr()

    main("report", str(tmp_path / "run"), "--format", "github")

    page = capsys.readouterr().out
    assert page == (tmp_path / "run" / "report.md").read_text("utf-8")
    assert "cold start" in page.lower()


def test_json_has_the_comparisons_and_what_was_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*QUICK, "--loop", "asyncio", "--seed", "5", "--json", "-o", str(tmp_path / "run"))
    printed = capsys.readouterr().out
    main("report", str(tmp_path / "run"), "--json")

    result = json.loads(printed)
    assert code == 0
    assert capsys.readouterr().out == printed
    assert result["comparisons"] == json.loads((tmp_path / "run" / "comparisons.json").read_text())
    assert (result["plan"]["seed"], result["plan"]["loops"], result["complete"]) == (5, ["asyncio"], True)
    assert result["facts"]["implementation"] == "CPython"


def test_a_report_is_what_the_run_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(*QUICK, "--loop", "asyncio", "-o", str(tmp_path / "run"))
    printed = capsys.readouterr().out

    code = main("report", str(tmp_path / "run"))
    again = capsys.readouterr().out
    main("report", str(tmp_path / "run"), "--format", "github")

    assert (code, again) == (0, printed)
    assert "| loop    |" in capsys.readouterr().out


@pytest.mark.usefixtures("_bad_loops")
def test_what_was_not_measured_ends_with_3_and_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*QUICK, "--loop", "raising:in_factory", "-o", str(tmp_path / "run"))

    out = capsys.readouterr().out
    assert code == 3
    assert "raising:in_factory: not measured in warm: RuntimeError: no …/loop.so for you\n" in out
    assert "  asyncio  " in out
    assert main("report", str(tmp_path / "run"), "-v") == code
    why = "RuntimeError: no …/loop.so for you (round 1, 2); 0 of 2 rounds kept"
    assert f"raising:in_factory: not in the table: {why}" in capsys.readouterr().out


def test_a_declared_skip_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main("--scenario", "own_run", "-q", "--loop", "asyncio-poll", "-o", str(tmp_path / "run"))

    assert code == 0
    assert "asyncio-poll: not measured in own_run: no run() of its own" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "said"), [
    (["--loop", "uvlop"], "no event loop is called 'uvlop'; the nearest: uvloop"),
    (["--scenario", "runer"], "no scenario is called 'runer'; the nearest: runner"),
    (["--baseline", "winloop"], "winloop can't be measured here: only on win32"),
    (["report", "nowhere"], "there is no run in nowhere: no run.json"),
    (["--json", "--dry-run"], "--json can't be combined with --dry-run: nothing is measured"),
    (["repotr"], "no command is called 'repotr'; the nearest: report"),
    (["--resume", "nowhere"], "there is no run in nowhere: no run.json"),
    *((["--resume", "x", *words], f"{words[0]} can't be combined with --resume: the run folder holds the plan")
      for words in (["--fast"], ["--dry-run"], ["--seed", "0"])),
])  # fmt: skip
def test_mistakes_are_said_without_a_traceback(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*words)

    out, err = capsys.readouterr()
    assert code == 2
    assert err.startswith(f"error: {said}")
    assert "Traceback" not in err
    assert not out


def test_a_missing_package_says_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bench.subjects import loops

    monkeypatch.setattr(loops, "LOOPS", (loops.Loop("zloop", "zloop:new", "zloop"),))

    assert main("--loop", "zloop", "--baseline", "zloop") == 2
    assert "zloop can't be measured here: not installed: python -m pip install zloop" in capsys.readouterr().err


def test_nothing_to_measure_says_why(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 16, 0))

    assert main("--scenario", "asyncio_run_default") == 2
    assert "nothing is left to measure: event loop policies are gone from Python 3.16 on" in capsys.readouterr().err


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()

    code = main(*QUICK, "-o", str(tmp_path / "file" / "run"))

    nowhere = main(*QUICK, "-o", "/proc/no/run")

    err = capsys.readouterr().err
    assert code == nowhere == 2
    assert f"error: {tmp_path}/file/run can't be created: Not a directory\nname another folder: -o DIR" in err
    assert "error: /proc/no/run can't be created: " in err
    assert "gone" not in err


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_rounds_that_give_no_interval_are_refused_before_anything_is_measured(
    more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    code = main("--loop", "uvloop", "--loop", "asyncio-poll", "--rounds", "6", "--scenario", "warm", *more)

    assert code == 2
    assert "--rounds 6 gives no interval and no verdict: with 2 compared, 7 rounds are needed\ngive --rounds 7" in (
        capsys.readouterr().err
    )
    assert not list(tmp_path.iterdir())


def test_a_loop_that_the_user_named_and_that_can_not_be_imported_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main("--loop", "nowhere:x") == 2
    assert capsys.readouterr().err.startswith(
        "error: nowhere:x can't be imported: ModuleNotFoundError: No module named 'nowhere'\n"
    )
    assert not list(tmp_path.iterdir())


def test_an_installed_loop_that_can_not_be_imported_is_left_out_and_listed_as_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bench.subjects import loops

    monkeypatch.setattr(loops, "LOOPS", (loops.LOOPS[0], loops.Loop("zloop", "nowhere:new", "pyperf")))

    code = main(*QUICK, "-o", str(tmp_path / "run"))
    said = capsys.readouterr().err
    main("list")
    untried = capsys.readouterr().out
    main("list", "--try")

    assert code == 0
    assert "broken" not in untried
    assert said.count("zloop") == 1
    assert "left out: zloop is installed, but can't be imported: ModuleNotFoundError: No module named 'nowhere'" in said
    assert run_folder.RunFolder(tmp_path / "run").load().about.plan.loops == ("asyncio",)
    listed = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("zloop"))
    assert "broken: ModuleNotFoundError: No module named 'nowhere'" in listed


@pytest.mark.usefixtures("_idle")
def test_a_dry_run_prints_the_plan_and_measures_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    code = main("--dry-run", "--loop", "asyncio-poll", "--seed", "7", "--fast")

    out = capsys.readouterr().out
    assert code == 0
    assert "own_run " in out
    assert "asyncio-poll: no run() of its own" in out
    assert re.search(r"6 rounds of up to 6 sweeps, seed 7: about \d+ s$", out)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def _idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine be an idle one that starts at once, and the default be as it is."""
    monkeypatch.undo()
    monkeypatch.setattr(planning.Start, "slowness", lambda *_: IDLE)
    monkeypatch.setattr(planning.Start, "overhead_s", lambda _: 0.0)


@pytest.mark.usefixtures("_idle")
@pytest.mark.parametrize(("words", "rounds", "more"), [
    ([], 9, "±2 %, until 120 s"),
    (["--fast"], 6, None),
    (["--rigorous"], 17, "±1 %, until 600 s"),
    (["--rounds", "3", "--without-intervals"], 3, None),
    (["--rounds", "3", "--precision", "0.5%"], 3, "±0.5 %, until 120 s"),
    (["--max-time", "5m"], 9, "±2 %, until 300 s"),
    (["--max-time", "6s"], 9, "±2 %, until 6 s"),
    (["--fast", "--precision", "4%"], 6, "±4 %, until 60 s"),
    (["--rigorous", "--max-time", "20m"], 17, "±1 %, until 1200 s"),
])  # fmt: skip
def test_the_pace_sets_how_many_rounds_at_least_and_when_there_are_more(
    words: list[str], rounds: int, more: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    main("--dry-run", "--scenario", "warm", "--loop", "asyncio", *words)

    out = capsys.readouterr().out
    assert f"\n{rounds} rounds of up to " in out
    assert (f"then more where an interval is wider than {more}" in out) if more else ("then more" not in out)


@pytest.mark.usefixtures("_idle")
@pytest.mark.parametrize(("words", "said"), [
    (["--delay", "2", "--fast"], "with --delay 2, 2 scenarios and 1 loop do not fit into 60 s: that leaves fewer than"),
    (["--delay", "2", "--fast"], " 6 rounds\nmeasure 1 scenario (--scenario), or allow more time: --max-time "),
    (["--max-time", "1s"], "2 scenarios and 1 loop do not fit into 1 s: that leaves fewer than 6 rounds\nallow"),
    (["--delay", "9", "--fast"], "\nallow more time: --max-time 8m\n"),
    (["--max-time", "4s", "--rounds", "9"], "do not fit into 4 s: that leaves fewer than 9 rounds\n"),
])  # fmt: skip
def test_a_plan_that_can_not_answer_in_its_time_is_refused_naming_what_fits(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main("--dry-run", "--scenario", "warm", "--scenario", "runner", "--loop", "asyncio", *words)

    assert code == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("_idle")
def test_the_first_command_of_the_readme_with_a_delay_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--dry-run", "--delay", "1", "--fast", "--scenario", "runner", "--loop", "uvloop") == 0
    assert re.search(r"^6 rounds of up to \d+ sweeps?, ", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.usefixtures("_idle")
@pytest.mark.parametrize(("slowness", "overhead_s", "said"), [
    (1.0, 5.5, "do not fit into 6 s: that leaves"),
    (4.0, 0.0, "do not fit into 6 s (this machine is busy: a start takes 4.0 times as long): that leaves"),
])  # fmt: skip
def test_the_start_and_a_busy_machine_count(
    slowness: float, overhead_s: float, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--dry-run", "--scenario", "warm", "--loop", "asyncio", "--max-time", "6s")
    assert main(*words) == 0
    monkeypatch.setattr(planning.Start, "slowness", lambda *_: Slowness(slowness, slowness))
    monkeypatch.setattr(planning.Start, "overhead_s", lambda _: overhead_s)

    assert main(*words) == 2
    assert said in capsys.readouterr().err
    assert main(*words[:-2], "--fast") == 0


def test_how_slow_a_machine_is_follows_from_the_imports_that_every_run_begins_with() -> None:
    each_s = START_S

    assert planning.Start(2 * each_s, 1.0).slowness(2) == IDLE
    assert planning.Start(0.0, 1.0).slowness(2) == IDLE
    assert planning.Start(6 * each_s, 1.0).slowness(2).start == pytest.approx(3)
    assert planning.Start(1000.0, 1.0).slowness(1).start == planning.SLOWEST
    assert planning.Start(0.5, 2.0).overhead_s() > 2.0


def test_turns_are_slower_on_a_busy_machine_only_where_nothing_shields_them(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, answers = planning.Start(6 * START_S, 1.0), iter((True, False))
    monkeypatch.setattr("bench.measurement.placement.shields", lambda: next(answers))

    assert busy.slowness(2).turn == planning.SHIELDED
    assert busy.slowness(2).turn == pytest.approx(3)


@pytest.mark.usefixtures("_idle")
def test_without_intervals_fewer_rounds_fit(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--dry-run", "--scenario", "warm", "--loop", "asyncio", "--max-time", "1s")

    assert [main(*words), main(*words, "--without-intervals")] == [2, 0]
    assert re.search(r"^[1-5] rounds? of up to \d+ sweeps?, ", capsys.readouterr().out, re.MULTILINE)


def test_the_list_has_every_loop_and_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    from bench.subjects import loops

    code = main("list")

    lines = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert code == 0
    assert set(lines) >= {loop.name for loop in loops.LOOPS} | set(scenarios.names())


def test_ctrl_c_before_and_after_measuring_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("bench.cli.run.call", interrupted)

    assert main("--fast") == 130


def test_a_report_that_can_not_be_written_is_printed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(*QUICK, "--loop", "asyncio", "-o", str(tmp_path / "run"))
    capsys.readouterr()

    def refused(*_: object) -> None:
        raise NotMeasuredError("read-only")

    monkeypatch.setattr(run_folder.RunFolder, "write", refused)

    assert main("report", str(tmp_path / "run")) == 3
    out, err = capsys.readouterr()
    assert "asyncio  " in out
    assert "error: read-only" in err


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are POSIX'")
def test_a_narrow_terminal_gets_tables_that_fit(tmp_path: Path) -> None:
    main(*QUICK, "--loop", "uvloop", "-o", str(tmp_path / "run"))
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "bench", "report", str(tmp_path / "run")]

    with subprocess.Popen(words, stdout=theirs, env={**os.environ, "COLUMNS": "60"}) as process:
        os.close(theirs)
        chunks: list[bytes] = []
        try:
            while chunk := os.read(ours, 4096):
                chunks.append(chunk)
        except OSError:  # a terminal ends like this
            pass
        process.wait(300)
    os.close(ours)

    lines = b"".join(chunks).decode().splitlines()
    assert max(map(shown, lines)) <= 60
    assert any("verdict" in line for line in lines)


@pytest.mark.every_python
def test_a_factory_in_the_current_folder_is_measured(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import asyncio\ndef make(): return asyncio.new_event_loop()\n")

    done = called(*QUICK, "--fast", "--loop", "mine:make", "-o", "run", folder=tmp_path)

    assert done.returncode == 0
    assert "mine:make  " in done.stdout
    assert (tmp_path / "run" / "suites" / "mine--make.json").exists()


def test_the_workload_may_take_its_time(tmp_path: Path) -> None:
    code = main(*QUICK, "--loop", "asyncio", "--delay", "0.01", "-o", str(tmp_path / "run"))

    seconds = [value for run in run_folder.RunFolder(tmp_path / "run").load().runs for value in run.values["work"]]
    assert code == 0
    assert len(seconds) == 2 * 2 * 3  # cells, rounds, sweeps
    assert min(seconds) > 0.009  # a sleep of 0.01 s only ever gets longer on a slow machine


@pytest.mark.every_python
def test_workloads_are_measured_each_in_a_table_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--loop", "asyncio", "--workload", "turns=5", "--workload", "sleep")

    code = main(*QUICK, *words, "-o", str(tmp_path / "run"))

    report = (tmp_path / "run" / "report.md").read_text()
    assert code == 0
    assert "\nwarm/turns=5 " in capsys.readouterr().out
    assert "## warm/turns=5: " in report
    assert "## warm: " in report
    assert "get_data with a sleep of 0 s" in report


@pytest.mark.parametrize(("words", "problem"), [
    (["--workload", "turns=0"], "--workload turns=0: give a number of turns from 1"),
    (["--workload", "turns=5", "--delay", "1"], "--delay is how long the workload sleep sleeps, turns does not"),
])  # fmt: skip
def test_a_workload_that_can_not_be_is_refused_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], problem: str
) -> None:
    assert main(*QUICK, "--loop", "asyncio", *words, "-o", str(tmp_path / "run")) == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.every_python
def test_loops_can_run_beside_the_main_thread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*QUICK, "--loop", "uvloop", "--thread", "worker", "-v", "-o", str(tmp_path / "run"))

    kept = run_folder.RunFolder(tmp_path / "run").load()
    assert code == 0
    assert {run.cell.thread for run in kept.runs} == {kept.about.plan.thread} == {"worker"}
    assert "All ran in a thread beside the main one" in capsys.readouterr().out
    assert json.loads((tmp_path / "run" / "comparisons.json").read_text())[0]["thread"] == "worker"


def test_done_marks_are_written_for_every_round(tmp_path: Path) -> None:
    main(*QUICK, "--loop", "asyncio", "-o", str(tmp_path / "run"))

    kept = run_folder.RunFolder(tmp_path / "run").load()
    done = [outcome for outcome in kept.outcomes if isinstance(outcome, Done)]
    assert [(outcome.scenario, outcome.round) for outcome in done] == [("warm", 0), ("warm", 1)]
    assert all(outcome.seconds > 0 for outcome in done)  # each starts two processes, which no machine does in 0.5 ms
