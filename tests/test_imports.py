"""Which loops can be imported: real processes, and modules that do their worst."""

import os
import runpy
from pathlib import Path

import pytest

from bench.measurement import imports, lending
from bench.subjects.loops import Loop, named

pytestmark = pytest.mark.every_python

MODULE = """
import contextlib, os, signal, time
if "{0}" == "raises":
    raise OSError("no library")
if "{0}" == "dies":
    os.kill(os.getpid(), signal.SIGSEGV)
if "{0}" == "ends":
    os._exit(0)
if "{0}" == "hangs":
    time.sleep(60)
if "{0}" == "writes":
    for number in range(3, 9):  # one of them is where its answers leave
        with contextlib.suppress(OSError):
            os.write(number, b"nonsense\\n")
print("hello")
new_loop, number = object, 1
"""


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fine", "raises", "dies", "ends", "hangs", "writes"):
        (tmp_path / f"{name}.py").write_text(MODULE.format(name))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_each_loop_that_can_not_be_imported_has_its_reason() -> None:
    places = [
        "fine:new_loop",
        "fine:nothing",
        "fine:number",
        "raises:new_loop",
        "dies:new_loop",
        "nowhere:x",
        "ends:new_loop",
    ]

    reasons = imports.broken([named("asyncio"), named("asyncio-select"), *(Loop(place, place) for place in places)])

    assert reasons == {
        "fine:nothing": "AttributeError: module 'fine' has no attribute 'nothing'",
        "fine:number": "TypeError: fine:number can't be called",
        "raises:new_loop": "OSError: no library",
        "dies:new_loop": "died of SIGSEGV",
        "nowhere:x": "ModuleNotFoundError: No module named 'nowhere'",
    }


def test_an_import_that_does_not_end_is_killed() -> None:
    assert imports.broken([Loop("x", "hangs:new_loop")], 0.1) == {"x": "no answer within 0.1 s: killed"}


def test_an_import_that_writes_into_the_pipe_is_broken() -> None:
    assert imports.broken([Loop("x", "writes:new_loop")]) == {"x": "wrote into the harness's pipe"}


def test_where_the_harness_was_suspended_no_loop_is_blamed(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 3

    assert imports.broken([Loop("x", "nowhere:x")]) == {}
    assert imports.broken([Loop("x", "nowhere:x")]) != {}


@pytest.mark.parametrize(("factory", "status"), [("fine:new_loop", 0), ("fine:number", 1)])
def test_a_process_that_has_answered_ends_by_itself(factory: str, status: int) -> None:
    process = lending.started("bench.worker.imports", [f"--parent={os.getpid()}", factory])
    try:
        process.answer(60)

        assert process.status(60) == status
    finally:
        process.kill()


def test_the_program_does_nothing_where_it_is_only_imported() -> None:
    assert callable(runpy.run_module("bench.worker.imports")["main"])
