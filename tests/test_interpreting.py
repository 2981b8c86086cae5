"""Which interpreters and loops the options choose, of interpreters that are invented here."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import venvs
from commands import main

from bench import cli
from bench.cli import interpreting, planning
from bench.cli.interpreting import Chosen
from bench.errors import BenchError
from bench.measurement import interpreters
from bench.subjects.interpreters import Interpreter
from bench.subjects.loops import Loop

HAVE = {"a": ("asyncio", "uvloop"), "b": ("asyncio", "blazio"), "again": ("asyncio",)}
NAMES = {"a": "3.13", "b": "3.15", "again": "3.13"}


@pytest.fixture(autouse=True)
def _three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three programs, of which two are of one version; not one of them runs."""

    def asked(program: str, loops: Sequence[Loop], name: str | None = None) -> Interpreter:
        file = Path(program).name
        has = HAVE[file]
        lacks = {one.name: f"no {one.name}: python -m pip" for one in loops if one.name not in has}
        missing = frozenset(name for name in lacks if name in {"uvloop", "blazio"})
        version = (3, int(NAMES[file].partition(".")[2]))
        facts = {"python": f"{NAMES[file]}.1", "implementation": "CPython", "build": "GCC"}
        return Interpreter(name or NAMES[file], program, version, facts, dict.fromkeys(has, "1"), lacks, missing)

    monkeypatch.setattr(interpreters, "asked", asked)
    monkeypatch.setenv("PATH", str(tmp_path))
    for program in HAVE:
        venvs.script(tmp_path / program, "exit 1")


def chosen(*words: str) -> Chosen:
    return interpreting.chosen(cli.parse(words))


def test_without_python_there_are_no_interpreters_and_the_loops_are_those_of_this_one() -> None:
    found = chosen("--loop", "asyncio-poll")

    assert (found.baseline, found.interpreters) == ("asyncio", ())
    assert [loop.name for loop in found.loops] == ["asyncio", "asyncio-poll"]


def test_the_baseline_is_on_the_first_interpreter_unless_another_is_named() -> None:
    words = ("--loop", "asyncio", "--python", "a", "--python", "b")

    assert chosen(*words).baseline == "asyncio@3.13"
    assert chosen(*words, "--baseline", "asyncio@3.15").baseline == "asyncio@3.15"
    assert chosen(*words, "--baseline", "asyncio").baseline == "asyncio@3.13"


def test_one_interpreter_needs_no_name_in_labels_and_may_be_named() -> None:
    options = cli.parse(["--loop", "uvloop", "--python", "a", "--baseline", "asyncio@3.13", "--rounds", "9"])

    found = interpreting.chosen(options)
    plan = planning.planned(options, found)

    assert found.baseline == "asyncio"
    assert plan.interpreters == ("3.13",)
    assert plan.labels == ("asyncio", "uvloop")
    assert planning.described(plan, found.interpreters).facts["python"] == "3.13.1"


def test_without_loop_all_that_an_interpreter_has_are_chosen_and_what_others_lack_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = chosen("--python", "a", "--python", "b")

    assert [loop.name for loop in found.loops] == ["asyncio", "uvloop", "blazio"]
    assert capsys.readouterr().err.splitlines() == [
        "left out: blazio on 3.13: no blazio: python -m pip",
        "left out: uvloop on 3.15: no uvloop: python -m pip",
    ]


def test_an_interpreter_named_twice_is_one_and_two_of_one_version_have_names_if_they_are_given() -> None:
    assert len(chosen("--loop", "asyncio", "--python", "a", "--python", "a").interpreters) == 1
    assert [one.name for one in chosen("--loop", "asyncio", "--python", "a", "--python", "new=again").interpreters] == [
        "3.13", "new",
    ]  # fmt: skip


@pytest.mark.parametrize(("words", "reason"), [
    ("--python a --python again", (r"two interpreters are called 3.13: \S+/a and \S+/again, Python 3.13.1\n"
                                  r"give them names: --python old=\S+/a --python new=\S+/again")),
    ("--loop uvloop --python a --python b", (r"uvloop can't be measured on 3.15: no uvloop: \S+/b -m pip\n"
                                            r"or make an environment that has it: python -m bench env 3.15")),
    ("--loop winloop --python a --python b", r"winloop can't be measured on 3.13: no winloop"),
    ("--baseline winloop@3.15 --python a --python b", r"the baseline winloop can't run on 3.15: no winloop"),
    ("--baseline asyncio@3.1 --python a", r"to run on '3.1', which is none of the interpreters: 3.13\nadd --python"),
    ("--baseline asyncio@3.13", r"--baseline asyncio@3.13 names an interpreter, and there is no --python\nadd"),
    ("--python gone", r"there is no interpreter 'gone': no environment of that name, and no program"),
    ("--loop nope --python a", r"no event loop is called 'nope'"),
])  # fmt: skip
def test_what_can_not_be_measured_is_refused_with_what_to_do(words: str, reason: str) -> None:
    with pytest.raises(BenchError, match=reason):
        chosen(*words.split())


def test_checks_are_of_this_interpreter_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--check", "--python", "a") == 2
    assert "--check can't be combined with --python" in capsys.readouterr().err
