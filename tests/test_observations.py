"""Asking probes: which questions, and what happens to probes that hang, die or lie."""

import os
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from bench.errors import BenchError, NotMeasuredError
from bench.lifecycle import observations
from bench.lifecycle.observations import Interpreter, Observation, Question
from bench.measurement import processes
from bench.subjects import loops
from bench.subjects.loops import Loop

pytestmark = pytest.mark.every_python

HERE = Interpreter("CPython", "3.14.0", (), sys.executable)


def answered(*words: str, timeout_s: float = 300, maybe: bool = False) -> list[Observation]:
    """The rows that one question gives; `words` are the probe's arguments."""
    question = Question(HERE, "lives.x", "in a test", words, maybe)
    return [row for _, row in observations.collect([question], timeout_s)]


def program(folder: Path, *lines: str) -> str:
    """Write a shell script with these lines."""
    file = folder / "python"
    file.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def test_an_interpreter_says_which_it_is_and_which_loops_it_has() -> None:
    python = observations.interpreter(sys.executable)

    assert python.python == sys.version.split()[0]
    assert python.implementation == "CPython"
    assert "uvloop" in python.packages
    assert python.path == sys.executable


@pytest.mark.parametrize(("lines", "reason"), [
    (["echo 'Unknown option: -P' >&2", "exit 2"], "exited with status 2; Unknown option: -P\n"),
    (["echo hello"], "JSON is malformed: invalid character (byte 0)\n"),
    (["printf '\\033[31mred\\n' >&2", "exit 2"], "exited with status 2; red\n"),
    (["echo '{\"python\": 3}'"], "Expected `str`, got `int` - at `$.python`\n"),
])  # fmt: skip
def test_a_program_that_is_not_an_interpreter_is_an_error_with_its_output(
    tmp_path: Path, lines: list[str], reason: str
) -> None:
    path = program(tmp_path, *lines)

    with pytest.raises(BenchError) as error:
        observations.interpreter(path)

    assert str(error.value) == f"{path} does not run the probe: {reason}name a Python that is 3.11 or newer"


def test_an_answer_that_is_nested_too_deeply_is_an_error(tmp_path: Path) -> None:
    path = program(tmp_path, "printf '{\"x\":'", "head -c 5000000 /dev/zero | tr '\\0' '['", "echo")

    with pytest.raises(BenchError, match=r"does not run the probe: .*\nname a Python"):
        observations.interpreter(path)


@pytest.mark.usefixtures("_bad_loops")
def test_a_call_that_hangs_or_dies_gives_a_row_with_the_reason_and_the_others_go_on() -> None:
    names = ("hangs", "dies", "keeps")
    questions = [Question(HERE, name, None, ("own_call", "--given", f"lives:{name}")) for name in names]

    rows = {row.call: row for _, row in observations.collect(questions, 5)}

    assert rows["hangs"].raises == "NotObserved: no answer within 5 s: killed"
    assert rows["dies"].raises == "NotObserved: died of SIGSEGV"
    assert [row.observed for row in rows.values()] == [False, False, True]
    columns = msgspec.structs.asdict(rows["hangs"])
    assert {value for name, value in columns.items() if name not in {"call", "python", "raises"}} == {None}


@pytest.mark.usefixtures("_bad_loops")
@pytest.mark.parametrize("name", ["scribbles", "nests", "denies", "shortens"])
def test_what_is_not_an_answer_is_not_believed(name: str) -> None:
    (row,) = answered("own_call", "--given", f"lives:{name}")

    assert row.raises == "NotObserved: wrote something into the harness's pipe that is not an answer"
    assert (row.call, row.situation, row.creates) == ("lives.x", "in a test", None)


@pytest.mark.usefixtures("_bad_loops")
def test_what_a_package_prints_is_not_taken_for_an_answer() -> None:
    (row,) = answered("own_call", "--given", "noisy:in_megabytes")

    assert row.creates is True


@pytest.mark.usefixtures("_bad_loops")
def test_the_reason_says_that_a_package_can_not_be_imported() -> None:
    (missing,) = answered("own_call", "--given", "nowhere:x")
    (raises,) = answered("own_call", "--given", "breaks:x")

    assert missing.raises == "ModuleNotFoundError: No module named 'nowhere'"
    assert raises.raises == "ValueError: not today"


@pytest.mark.usefixtures("_bad_loops")
def test_a_guessed_call_that_does_not_exist_has_no_row() -> None:
    assert answered("own_call", "--given", "lives:nowhere", "--maybe", maybe=True) == []
    assert answered("own_call", "--given", "nowhere:x", "--maybe", maybe=True) == []
    assert len(answered("own_call", "--given", "lives:keeps", "--maybe", maybe=True)) == 1


def test_stopping_early_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[processes.Process] = []
    begin = processes.Process.__init__

    def watched(process: processes.Process, *words: object) -> None:
        begin(process, *words)  # type: ignore[arg-type]  # as it was called
        started.append(process)

    monkeypatch.setattr(processes.Process, "__init__", watched)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    collecting = observations.collect([Question(HERE, "x", None, ("asyncio_run",))] * 4)
    next(collecting)
    collecting.close()

    assert len(started) == 2
    assert all(process._process.returncode is not None for process in started)


def asked(*factories: Loop, owners: tuple[Loop, ...] = ()) -> list[tuple[str, str | None, tuple[str, ...]]]:
    questions = observations.questions(HERE, factories, owners)
    return [(question.call, question.situation, question.words) for question in questions]


def test_rows_with_a_factory_are_asked_for_each_loop_and_the_others_once() -> None:
    select, uvloop = loops.named("asyncio-select"), loops.named("uvloop")

    alone, together = asked(select), asked(select, uvloop)

    selected = ("close", "--given", "asyncio:SelectorEventLoop", "--selector", "SelectSelector")
    assert ("loop.close()", None, selected) in alone
    assert ("loop.close()", "asyncio-select", selected) in together
    assert ("loop.close()", "uvloop", ("close", "--given", "uvloop:new_event_loop")) in together
    assert [call for call, *_ in together].count("asyncio.run") == 1


def test_a_loops_own_calls_are_the_registered_ones_and_then_common_names() -> None:
    own = asked(owners=(Loop("zloop", "zloop.loops:make", "zloop", "zloop:go"),))[-6:]

    assert own == [
        ("zloop.go", None, ("own_run", "--given", "zloop:go")),
        ("zloop.loops.make", None, ("own_call", "--given", "zloop.loops:make")),
        ("zloop.loops.run", None, ("own_run", "--given", "zloop.loops:run", "--maybe")),
        ("zloop.loops.install", None, ("own_call", "--given", "zloop.loops:install", "--maybe")),
        ("zloop.loops.new_event_loop", None, ("own_call", "--given", "zloop.loops:new_event_loop", "--maybe")),
        ("zloop.loops.Loop", None, ("own_call", "--given", "zloop.loops:Loop", "--maybe")),
    ]


def test_a_users_own_module_is_not_searched_for_common_names() -> None:
    theirs = loops.named("mine:make")

    assert len(asked(owners=(theirs,))) == len(asked()) + 1
    assert asked(owners=(theirs, loops.LOOPS[0]))[-1] == ("mine.make", None, ("own_call", "--given", "mine:make"))


def test_a_harness_that_was_suspended_asks_again(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 2

    (row,) = answered("new_event_loop")

    assert (row.creates, suspensions) == (True, [])


def test_a_harness_that_is_suspended_each_time_says_so_and_blames_no_call(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 3

    (row,) = answered("new_event_loop")

    assert row.raises == "NotObserved: suspended"
    assert suspensions == []


def test_a_call_is_not_blamed_for_a_suspension_while_another_was_waited_for() -> None:
    probe = observations._Probe(Question(HERE, "x", None, ("new_event_loop",)), 20)
    probe._since -= 100

    row = probe.observation()
    probe.process.kill()

    assert row
    assert row.creates is True


def test_an_interpreter_is_asked_again_after_a_suspension(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 2

    assert observations.interpreter(sys.executable).implementation == "CPython"


def test_an_interpreter_that_could_not_be_asked_is_not_blamed(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 3

    with pytest.raises(NotMeasuredError, match="was not asked: suspended"):
        observations.interpreter(sys.executable)
