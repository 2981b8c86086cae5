"""What the command line accepts, and what it refuses."""

import argparse
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bench
from bench import cli, errors
from bench.cli import arguments


@pytest.mark.every_python
@pytest.mark.parametrize(("words", "command"), [
    ([], "run"), (["--fast"], "run"), (["run", "--fast"], "run"), (["report", "x"], "report"), (["list"], "list"),
])  # fmt: skip
def test_without_the_name_of_a_command_it_is_a_run(words: list[str], command: str) -> None:
    assert cli.parse(words).command == command


def test_loops_and_scenarios_can_be_repeated() -> None:
    options = cli.parse(["--loop", "a", "--loop", "b", "--scenario", "c", "--scenario", "d"])

    assert (options.loop, options.scenario) == (["a", "b"], ["c", "d"])


@pytest.mark.every_python
@pytest.mark.parametrize(("words", "problem"), [
    (["--rounds", "0"], "--rounds: 0: give a number of at least 1"),
    (["--rounds", "many"], "--rounds: 'many' is not a number"),
    (["--rounds", "99999999999"], "--rounds"),
    (["--seed", "-1"], "--seed: -1: give a number of at least 0"),
    (["--delay", "-0.5"], "--delay: -0.5"),
    (["--delay", "nan"], "--delay: nan"),
    (["--delay", "inf"], "--delay: inf"),
    (["--timeout", "0"], "--timeout: 0"),
    (["--thread", "third"], "--thread: invalid choice: 'third'"),
    (["--affinity", "a"], "--affinity: a: write processors as 1 or 2-3,5"),
    (["--affinity", "3-1"], "--affinity: 3-1"),
    (["--format", "simpel"], "--format: simpel: use one of "),
])  # fmt: skip
def test_impossible_values_are_refused_in_words(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.parse(words)

    assert end.value.code == 2
    assert f"error: argument {problem}" in capsys.readouterr().err


def test_a_run_can_be_resumed_quietly_in_another_format() -> None:
    options = cli.parse(["--resume", "x", "-q", "--format", "github"])

    assert (str(options.resume), options.quiet, options.format) == ("x", True, "github")


@pytest.mark.every_python
@pytest.mark.parametrize(
    "words", [["--fast", "--rigorous"], ["--rounds", "x"], ["--nothing"], ["report"], ["--rou", "3"]]
)
def test_typos_end_with_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.parse(words)

    assert end.value.code == 2
    assert "usage: python -m bench" in capsys.readouterr().err


def test_an_error_comes_with_one_line_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parse(["compare", "--fail-if-inconclusive", "old"])

    assert capsys.readouterr().err.splitlines() == [
        "usage: python -m bench compare [options] OLD NEW",
        "error: the following arguments are required: NEW",
        "see python -m bench compare --help",
    ]


def test_a_command_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(errors.BenchError, match=r"no command is called 'repotr'; the nearest: report"):
        cli.parse(["repotr", "x"])


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.parse(["--version"])

    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"evloop-bench {bench.__version__} on Python 3.")


@pytest.mark.every_python
@pytest.mark.parametrize(("file", "program"), [("evloop-bench", "evloop-bench"), ("other.py", "python -m bench")])
def test_the_program_has_the_name_that_it_was_called_by(file: str, program: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text("from bench.cli import main; main()")
    path = os.pathsep.join([str(Path(bench.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])

    done = subprocess.run(
        [sys.executable, str(tmp_path / file), "report"],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.stderr.startswith(f"usage: {program} report [options] DIR\nerror: ")


@pytest.mark.every_python
@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in cli.COMMANDS)])
def test_every_command_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.parse(words)

    assert end.value.code == 0
    assert "usage: python -m bench" in capsys.readouterr().out


def test_the_help_has_examples_that_parse(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parse(["-h"])

    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    examples = [line.split("   ")[0].split()[3:] for line in lines if line.startswith("python -m bench")]
    assert len(examples) >= 5
    assert {cli.parse(words).command for words in examples} == set(cli.COMMANDS) - {"list"}


@pytest.mark.every_python
@pytest.mark.parametrize("command", cli.COMMANDS)
def test_help_is_short_and_fits_into_80_columns(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    parser = cli.parser_of(command)

    parser.print_help()

    texts = {action.dest: action.help or "" for action in parser._actions}
    assert {name: text for name, text in texts.items() if not 0 < len(text.split()) <= 10} == {}
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


def test_affinity_may_name_the_processors_that_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 3}, raising=False)

    assert cli.parse(["--affinity", "0,2-3"]).affinity == "0,2-3"
    with pytest.raises(SystemExit):
        cli.parse(["--affinity", "0-1"])
    assert "this process may only use processors 0, 2, 3" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "fraction"), [
    ("3%", 0.03), ("0.5%", 0.005), ("3 %", 0.03), (" 100%", 1.0), ("007.50%", 0.075),
])  # fmt: skip
def test_a_percentage_is_a_fraction(text: str, fraction: float) -> None:
    assert arguments.percentage(text) == pytest.approx(fraction)


@pytest.mark.parametrize(
    "text", ["3", "0.03", "%", "-3%", "nan%", "inf%", "3%%", "3  %", "1e2%", "3,5%", ".5%", "", "٣%"]
)
def test_what_is_not_a_percentage_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"write a percentage as 3% or 0.5%"):
        arguments.percentage(text)


@pytest.mark.parametrize("text", ["0%", "0.000%", "100.1%", "999999999%"])
def test_a_percentage_lies_above_0_and_not_above_100(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="more than 0% and at most 100%"):
        arguments.percentage(text)


@pytest.mark.parametrize(("text", "seconds"), [
    ("120s", 120), ("2m", 120), ("1h", 3600), ("90", 90), ("1.5m", 90), ("0.25", 0.25), ("5 m", 300),
    ("2ms", 0.002),
])  # fmt: skip
def test_a_duration_is_seconds(text: str, seconds: float) -> None:
    assert arguments.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "-1s", "nan", "inf", "5 min", "2d", "1h30m", "1e3", "1:30", "9999999999"])
def test_what_is_not_a_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"write a time as 90s, 1.5m or 1h"):
        arguments.duration(text)


@pytest.mark.parametrize("text", ["0", "0s", "0.000m"])
def test_a_duration_is_longer_than_0(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="longer than 0"):
        arguments.duration(text)


@pytest.mark.parametrize(("text", "per_second"), [("100/s", 100), ("6000/m", 100), ("7", 7), ("36 / h", 0.01)])
def test_a_rate_is_how_often_in_a_second(text: str, per_second: float) -> None:
    assert arguments.rate(text) == pytest.approx(per_second)


def test_a_number_may_have_an_upper_limit() -> None:
    read = arguments.at_least(1, int, 10_000)

    assert read("10000") == 10_000
    with pytest.raises(argparse.ArgumentTypeError, match="10001: give a number from 1 to 10000"):
        read("10001")


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    for read in (arguments.percentage, arguments.duration, arguments.rate):
        with contextlib.suppress(argparse.ArgumentTypeError):
            assert 0 < read(text) < 1e13


def test_what_users_type_is_spelled_in_one_place() -> None:
    root = Path(bench.__file__).parent

    spelled = {str(file.relative_to(root)) for file in root.rglob("*.py") if errors.PROGRAM in file.read_text("utf-8")}

    assert spelled == {"errors.py", "__main__.py"}
