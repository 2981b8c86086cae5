"""Fresh interpreters in lock-step: what they deliver, and what becomes of those that fail."""

import sys

import pytest
from test_survey import LIMIT_S, survey_of

from bench.measurement import processes
from bench.measurement.processes import EndedError, Process, Start, SuspendedError
from bench.plan.cells import Cell
from bench.resources import cold_starts
from bench.subjects import loops
from bench.subjects import scenarios as registry

pytestmark = [pytest.mark.every_python, pytest.mark.usefixtures("_bad_loops")]


@pytest.mark.parametrize("name", registry.names_by_default())
def test_the_times_of_a_cold_start_are_in_order(name: str) -> None:
    scenario = registry.named(name)
    if reason := scenario.skip_reason(loops.LOOPS[0], sys.version_info[:2]):
        pytest.skip(reason)

    start = cold_starts._start(
        survey_of("uvloop", scenarios=[name]), Cell(name, "uvloop", "loop"), loops.named("uvloop")
    )

    assert 0 < start.began < start.asyncio < start.loop < start.first < start.ended


def test_each_sweep_starts_every_program_once_and_a_bad_loop_has_the_reason() -> None:
    names = [
        "asyncio",
        "asyncio-poll",
        "raising:in_factory",
        "dying:segfaults",
        "lying:backdates",
        "lying:tells_nothing",
        "noisy:scribbles",
    ]

    started = cold_starts.cold_starts(survey_of(*names, rounds=3), lambda _: None)

    reasons = {cell.label: cell.missing for cell in started}
    assert [cell.role for cell in started] == ["bare", "asyncio", "baseline", "control", *["loop"] * 6]
    assert {len(cell.starts) for cell in started} == {3}
    assert all(start for cell in started[:5] for start in cell.starts)
    assert not any(start for cell in started[5:] for start in cell.starts)
    assert reasons == {
        "bare interpreter": None, "import asyncio": None, "asyncio": None, "control": None, "asyncio-poll": None,
        "raising:in_factory": "RuntimeError: no …/loop.so for you",
        "dying:segfaults": "died of SIGSEGV",
        "lying:backdates": "delivered times that are not in order",
        "lying:tells_nothing": "delivered no times",
        "noisy:scribbles": "wrote into the harness's pipe: b'[[[[ garbage\\n'",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "timeout_s", "reason"), [
    ("hanging:in_factory", 1, "no end within 1 s: killed"),
    ("dying:at_exit", LIMIT_S, "died of SIGABRT"),
])  # fmt: skip
def test_a_cold_start_that_hangs_or_ends_badly_has_the_reason(name: str, timeout_s: float, reason: str) -> None:
    started = cold_starts.cold_starts(survey_of(name, timeout_s=timeout_s), lambda _: None)

    assert {cell.label: cell.missing for cell in started}[name] == reason


def test_a_cold_start_is_asked_again_where_the_harness_was_suspended(suspensions: list[str]) -> None:
    suspensions[:] = ["suspended"] * 2

    started = cold_starts.cold_starts(survey_of("asyncio", rounds=1), lambda _: None)

    assert all(cell.starts[0] for cell in started)
    assert {cell.missing for cell in started} == {None}
    assert suspensions == []


def test_an_end_that_comes_much_later_than_the_timeout_means_a_suspension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LATE_S", -30)
    process = Process("pass", (), start=Start(switch="-c"))

    with pytest.raises(SuspendedError, match="the harness was suspended"):
        process.end(20)

    process.kill()


def test_a_program_that_does_not_end_is_killed() -> None:
    process = Process("import time; time.sleep(60)", (), start=Start(switch="-c"))

    with pytest.raises(EndedError, match="no end within"):
        process.end(0.2)

    process.kill()
