"""What interpreters say of themselves, what they are lent, and which can't be measured on."""

import json
import os
import platform
import sys
import sysconfig
from pathlib import Path

import pytest
import venvs

from bench.errors import BenchError, NotMeasuredError
from bench.measurement import interpreters, lending
from bench.measurement.processes import EndedError
from bench.subjects import interpreters as subjects
from bench.subjects import loops
from bench.subjects.loops import Loop
from bench.worker import lent
from bench.worker.interpreter import machine

pytestmark = pytest.mark.every_python

ASYNCIO = loops.named("asyncio")
ANSWER: dict[str, object] = {
    "name": "3.14", "path": "", "version": [3, 14], "facts": {}, "loops": {}, "lacks": {}, "missing": [],
    "machine": machine(),
}  # fmt: skip


def test_an_interpreter_says_what_it_is_and_which_loops_it_has_and_lacks() -> None:
    gone = Loop("gone", "gone:new", "no-such-package")
    other = Loop("other", "other:new", "other", until=(3, 0))

    here = subjects.here([ASYNCIO, gone, other])

    assert here.version == sys.version_info[:2]
    assert here.path == sys.executable
    assert here.facts["python"] == platform.python_version()
    assert here.loops == {"asyncio": platform.python_version()}
    assert here.lacks["gone"] == "not installed: python -m pip install no-such-package"
    assert "only before 3.0" in here.lacks["other"]
    assert here.missing == {"gone"}


@pytest.mark.parametrize(("implementation", "variables", "name"), [
    ("cpython", (), "{}"), ("cpython", ("Py_GIL_DISABLED",), "{}t"),
    ("cpython", ("Py_GIL_DISABLED", "Py_DEBUG"), "{}td"), ("pypy", (), "pypy{}"),
])  # fmt: skip
def test_an_interpreter_is_called_by_its_version_and_what_sets_it_apart(
    implementation: str, variables: tuple[str, ...], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.implementation, "name", implementation)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda variable: int(variable in variables))

    assert subjects.usual_name() == name.format(f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert subjects.NAME.fullmatch(subjects.usual_name())


def test_a_special_build_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: True, raising=False)
    monkeypatch.setattr(sys, "pypy_version_info", (7, 3, 20, "final", 0), raising=False)
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: 1)

    assert subjects.facts()["build"].endswith(", free-threaded, its GIL is on, debug, PyPy 7.3.20")


def test_a_loop_that_nothing_here_announces_is_one_that_is_not_installed() -> None:
    assert subjects.named("uvloop") == loops.named("uvloop")
    assert subjects.named("announced-elsewhere").unavailable


def test_another_environment_borrows_what_a_worker_imports_and_nothing_else(tmp_path: Path) -> None:
    python = venvs.made(tmp_path / "empty")

    found = interpreters.asked(python, [ASYNCIO, loops.named("uvloop")])

    assert found.path == python
    assert found.facts == subjects.facts()
    assert found.loops == {"asyncio": platform.python_version()}
    assert found.missing == {"uvloop"}
    for module, is_lent in (("bench.worker.imports", True), ("msgspec", False), ("psutil", False)):
        process = lending.started(module, ["--help"], python)
        try:
            assert (process.status(60) == 0) == is_lent
        finally:
            process.kill()
        assert ("No module named" in process.output) != is_lent


def test_a_loop_that_the_interpreter_has_and_can_not_import_is_one_that_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raising_at_import.py").write_text("raise OSError('no library')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    broken = loops.named("raising_at_import:new_loop")

    found = interpreters.asked(sys.executable, [ASYNCIO, broken], "mine")

    assert found.name == "mine"
    assert [*found.loops] == ["asyncio"]
    assert found.lacks == {broken.name: "can't be imported: OSError: no library"}
    assert found.missing == {broken.name}


@pytest.mark.parametrize(("lines", "reason"), [
    (["echo 'Unknown option: -P' >&2", "exit 2"], "is too old: it does not know the option -P\nname a Python"),
    (["echo 'no such option' >&2", "exit 2"], "does not answer as a Python does: exited with status 2; no such option"),
    (["exit 0"], "does not answer as a Python does: exited with status 0\nname a Python that is 3.11 or newer"),
    (["echo hello"], "prints at its start, where the answer is expected: 'hello'\nremove what prints"),
    ([f"echo '{json.dumps({**ANSWER, 'version': [3, 10]})}'"], "is Python 3.10: that is too old\nname a Python"),
    ([f"echo '{json.dumps({**ANSWER, 'machine': 'sparc, 32 bit'})}'"], "is for another machine: for sparc, 32 bit"),
    (["echo '{\"error\": \"SyntaxError\"}'"], "can't run a worker: SyntaxError"),
])  # fmt: skip
def test_what_can_not_be_measured_on_is_refused_with_the_reason(lines: list[str], reason: str, tmp_path: Path) -> None:
    program = venvs.script(tmp_path / "python", *lines)

    with pytest.raises(BenchError) as refused:
        interpreters.asked(program, [ASYNCIO])

    assert str(refused.value).startswith(f"{program} {reason}")


def test_what_stands_before_a_python_is_left_out_unless_it_makes_a_difference(tmp_path: Path) -> None:
    shim = venvs.script(tmp_path / "shim", f'exec {sys.executable} "$@"')

    assert interpreters.asked(shim, [ASYNCIO]).path == sys.executable
    for path in (str(tmp_path / "gone"), sys.executable):  # the second gives another answer
        other = venvs.script(tmp_path / "other", f"echo '{json.dumps({**ANSWER, 'path': path})}'")
        assert interpreters.asked(other, []).path == other


def test_an_interpreter_that_hangs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "TIMEOUT_S", 0.1)
    program = venvs.script(tmp_path / "python", "sleep 600")

    with pytest.raises(BenchError, match=r"hangs at its start: it did not answer within 0.1 s\nname a Python"):
        interpreters.asked(program, [ASYNCIO])


def test_a_program_for_another_processor_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_bytes(b"\x7fELF nothing that this machine runs")
    program.chmod(0o755)

    with pytest.raises(BenchError, match=r"can't be started: Exec format error; it is not a Python for this machine"):
        interpreters.asked(str(program), [ASYNCIO])


def test_where_the_harness_was_suspended_no_interpreter_is_blamed(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 3

    with pytest.raises(NotMeasuredError, match="was not asked: suspended"):
        interpreters.asked(sys.executable, [ASYNCIO])


def test_what_is_lent_is_found_before_another_package_of_that_name() -> None:
    lender = lent.Lender({"scenarios": str(Path("scenarios").resolve())})

    spec = lender.find_spec("scenarios")

    assert spec is not None
    assert spec.origin == str(Path("scenarios/__init__.py").resolve())
    assert lender.find_spec("json") is None


def test_an_interpreter_that_has_answered_ends_by_itself() -> None:
    process = lending.started("bench.worker.interpreter", [f"--parent={os.getpid()}", "uvloop"])
    try:
        assert json.loads(process.answer(60))["path"] == sys.executable
        assert process.status(60) == 0
    finally:
        process.kill()


def test_our_own_interpreter_borrows_too() -> None:
    process = lending.started("bench.worker.interpreter", ["--parent=1"], sys.executable)
    try:
        with pytest.raises(EndedError, match="exited with status 1"):  # its parent is not that one
            process.answer(60)
    finally:
        process.kill()
