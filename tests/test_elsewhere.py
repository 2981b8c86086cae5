"""Options from the environment and from the current folder's pyproject.toml, and loops that it names."""

from argparse import Namespace
from pathlib import Path

import pytest
from commands import main

from bench import cli
from bench.errors import BenchError
from bench.measurement.guard import BADGE
from bench.subjects import configured, loops

TOML = """\
[tool.evloop-bench]
loop = ["mine", "uvloop"]
max-time = "60s"
fast = true
[tool.evloop-bench.loops]
mine = "factories:new_loop"
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)


def write(text: str = TOML) -> None:
    Path("pyproject.toml").write_text(text)


def sources(options: Namespace) -> dict[str, str]:
    return {setting.option: setting.source for setting in options.settings}


def test_the_command_line_goes_before_the_environment_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setenv("EVLOOP_BENCH_MAX_TIME", "70s")
    monkeypatch.setenv("EVLOOP_BENCH_ROUNDS", "1")

    options = cli.parse(["--rounds", "7"])

    assert (options.loop, options.max_time, options.rounds, options.fast) == (["mine", "uvloop"], 70, 7, True)
    assert sources(options) == {
        "max-time": "EVLOOP_BENCH_MAX_TIME",
        "loop": "pyproject.toml, [tool.evloop-bench] loop",
        "fast": "pyproject.toml, [tool.evloop-bench] fast",
    }


def test_a_list_is_replaced_and_not_made_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    by_file = cli.parse([]).loop
    monkeypatch.setenv("EVLOOP_BENCH_LOOP", "rloop,zloop")

    assert by_file == ["mine", "uvloop"]
    assert cli.parse([]).loop == ["rloop", "zloop"]
    assert cli.parse(["--loop", "asyncio"]).loop == ["asyncio"]


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("Yes", 1), ("0", 0), ("off", 0), ("", 1)])
def test_a_switch_of_the_environment_goes_before_that_of_the_file(
    text: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    monkeypatch.setenv("EVLOOP_BENCH_FAST", text)

    assert cli.parse([]).fast == bool(value)


def test_another_pace_of_the_command_line_replaces_that_of_the_file() -> None:
    write()

    assert not cli.parse(["--rigorous"]).fast


def test_two_paces_in_one_place_are_refused_and_those_of_two_places_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setenv("EVLOOP_BENCH_RIGOROUS", "1")

    options = cli.parse([])
    assert (options.fast, options.rigorous) == (False, True)
    monkeypatch.setenv("EVLOOP_BENCH_FAST", "1")
    with pytest.raises(
        BenchError, match="EVLOOP_BENCH_FAST and EVLOOP_BENCH_RIGOROUS can't both be set: leave out one"
    ):
        cli.parse([])


def test_a_run_that_is_resumed_takes_only_how_it_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setenv("EVLOOP_BENCH_FORMAT", "github")

    options = cli.parse(["--resume", "there"])

    assert (options.loop, options.max_time, options.format) == (None, None, "github")


def test_other_commands_take_what_means_the_same_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    write()
    monkeypatch.setenv("EVLOOP_BENCH_CHECK", "1")
    monkeypatch.setenv("EVLOOP_BENCH_TIMEOUT", "7")

    options = cli.parse(["check"])

    assert (options.loop, options.check, options.timeout) == (["mine", "uvloop"], None, None)
    assert cli.parse([]).check is True
    assert cli.parse(["env", "3.13"]).loop is None  # there they would be installed


def test_what_is_set_where_is_listed_and_said_and_nothing_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write()
    Path("factories.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(Path.cwd())
    monkeypatch.setenv("EVLOOP_BENCH_FAST", "no")

    assert main("list", "--try") == 0
    out = capsys.readouterr().out
    assert "--loop=mine --loop=uvloop  pyproject.toml, [tool.evloop-bench] loop\n" in out
    assert "no --fast                  EVLOOP_BENCH_FAST\n" in out
    assert any(line.split()[:4] == ["mine", "local", "of", "pyproject.toml"] for line in out.splitlines())

    assert main() == 2
    err = capsys.readouterr().err
    assert err.startswith(
        "from EVLOOP_BENCH_FAST: no --fast\nfrom pyproject.toml, [tool.evloop-bench] loop: --loop=mine"
    )
    assert "mine can't be imported: SystemExit: imported" in err


def test_a_loop_of_the_folder_is_checked_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    write()
    Path("factories.py").write_text("import asyncio\nnew_loop = asyncio.new_event_loop\n")

    code = main("check", "--loop", "mine", "--check", "debug_mode", "--timeout", "60", "--fail-on", "any", "-q")

    assert code == 0
    assert "mine local 1/1." in capsys.readouterr().out


@pytest.mark.parametrize(("text", "problem"), [
    ("[tool.evloop-bench]\nmax-tim = '1s'\n", "no option is called 'max-tim'; the nearest: max-time"),
    ("[tool.evloop-bench]\noutput = 'here'\n", "it is set in pyproject.toml, [tool.evloop-bench] output"),
    ("[tool.evloop-bench]\nfleet = 'tcp://elsewhere:8786'\n", "no option is called 'fleet'"),
    ("[tool.evloop-bench]\nfast = 1\n", "pyproject.toml, [tool.evloop-bench] fast: 1 is not true or false"),
    ("[tool.evloop-bench]\nseed = true\n", "[tool.evloop-bench] seed: True is not a text or a number"),
    ("[tool.evloop-bench]\nloop = [1979-05-27]\n", "is not a list of texts"),
    ("[tool.evloop-bench]\nrounds = 0\n", "[tool.evloop-bench] rounds: argument --rounds: 0: give a number of"),
    ("[tool.evloop-bench]\nfast = true\nrounds = 'x'\n", "argument --rounds: 'x' is not a number"),
    ("[tool.evloop-bench]\nfast = true\nrigorous = true\n", "rigorous can't both be set: leave out one"),
    ("[tool]\nevloop-bench = 1\n", "pyproject.toml, [tool.evloop-bench]: it is not a table"),
    ("tool = 'evloop-bench'\n", "pyproject.toml, [tool]: it is not a table"),
    ("evloop-bench is not TOML\n", "pyproject.toml is not TOML: "),
    ("[tool.evloop-bench]\nloops = ['mine']\n", "[tool.evloop-bench.loops]: it is not a table"),
    ("[tool.evloop-bench.loops]\nmine = 1\n", "[tool.evloop-bench.loops] 'mine': 1 is not a text"),
    ("[tool.evloop-bench.loops]\nuvloop = 'a:b'\n", "uvloop: a loop is called that already\ngive yours another name"),
    ("[tool.evloop-bench.loops]\ncontrol = 'a:b'\n", "'control': use letters, digits, dots, _ and - in a name"),
    ("[tool.evloop-bench.loops]\n'a:b' = 'a:b'\n", "'a:b': use letters, digits, dots, _ and - in a name"),
    ("[tool.evloop-bench.loops]\nmine = 'a.b'\n", "mine: 'a.b': write a place as package.module:factory"),
])  # fmt: skip
def test_a_mistake_is_named_with_file_and_key_before_anything_is_done(
    text: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(text)

    assert main("--dry-run", "--scenario", "warm") == 2

    out, err = capsys.readouterr()
    assert not out
    assert problem in err


@pytest.mark.parametrize(("name", "text", "problem"), [
    ("EVLOOP_BENCH_MAX_TIM", "1s", "it is set in EVLOOP_BENCH_MAX_TIM"),
    ("EVLOOP_BENCH_MAX_TIME", "soon", "error: EVLOOP_BENCH_MAX_TIME: argument --max-time: 'soon': write a time as 90s"),
    ("EVLOOP_BENCH_FAST", "perhaps", "EVLOOP_BENCH_FAST: 'perhaps' is not true or false"),
])  # fmt: skip
def test_a_mistake_in_the_environment_is_named_with_its_variable(
    name: str, text: str, problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, text)

    assert main("--dry-run") == 2
    assert problem in capsys.readouterr().err


def test_a_file_that_does_not_name_us_is_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    write("[project\nthis is not TOML\n")
    monkeypatch.setenv(BADGE, "of a process that a harness has started")

    assert cli.parse([]).settings == ()
    assert configured.places() == {}


def test_help_needs_no_sound_file(capsys: pytest.CaptureFixture[str]) -> None:
    write("evloop-bench is not TOML\n")

    assert main("--help") == 0
    assert "EVLOOP_BENCH_MAX_TIME=60s" in capsys.readouterr().out


def test_a_loop_of_the_folder_is_named_among_the_nearest() -> None:
    write()

    with pytest.raises(BenchError, match=r"no event loop is called 'mina'; the nearest: .*mine"):
        loops.named("mina")
