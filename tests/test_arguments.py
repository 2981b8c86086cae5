"""What the command line takes, and what it refuses."""

import os

import pytest

from bench import cli


@pytest.mark.parametrize(("words", "command"), [
    ([], "run"), (["--fast"], "run"), (["run", "--fast"], "run"), (["report", "x"], "report"), (["list"], "list"),
])  # fmt: skip
def test_what_is_no_command_is_a_run(words: list[str], command: str) -> None:
    assert cli.parse(words).command == command


def test_loops_and_scenarios_can_be_repeated() -> None:
    options = cli.parse(["--loop", "a", "--loop", "b", "--scenario", "c", "--scenario", "d"])

    assert (options.loop, options.scenario) == (["a", "b"], ["c", "d"])


@pytest.mark.parametrize(("words", "problem"), [
    (["--rounds", "0"], "--rounds: 0: give a number from 1 up"),
    (["--rounds", "many"], "--rounds: 'many' is no number"),
    (["--rounds", "99999999999"], "--rounds"),
    (["--seed", "-1"], "--seed: -1: give a number from 0 up"),
    (["--delay", "-0.5"], "--delay: -0.5"),
    (["--delay", "nan"], "--delay: nan"),
    (["--delay", "inf"], "--delay: inf"),
    (["--timeout", "0"], "--timeout: 0"),
    (["--affinity", "a"], "--affinity: a: write processors as 1 or 2-3,5"),
    (["--affinity", "3-1"], "--affinity: 3-1"),
    (["--format", "simpel"], "--format: simpel: tabulate knows "),
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


@pytest.mark.parametrize(
    "words", [["--fast", "--rigorous"], ["--rounds", "x"], ["--nothing"], ["report"], ["--rou", "3"]]
)
def test_typos_end_with_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.parse(words)

    assert end.value.code == 2
    assert "usage: python -m bench" in capsys.readouterr().err


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
    assert {cli.parse(words).command for words in examples} == {"run", "report"}


def test_affinity_may_name_the_processors_that_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 3}, raising=False)

    assert cli.parse(["--affinity", "0,2-3"]).affinity == "0,2-3"
    with pytest.raises(SystemExit):
        cli.parse(["--affinity", "0-1"])
    assert "this process may use processors 0, 2, 3" in capsys.readouterr().err
