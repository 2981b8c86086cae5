"""One comparison in memory, and the busy processes beside it."""

import itertools
import runpy
from types import SimpleNamespace

import psutil
import pytest

from bench.selfcheck import comparing
from bench.worker import pipe


def busy() -> list[psutil.Process]:
    """The neighbours that this process has started."""
    return [
        child for child in psutil.Process().children(recursive=True) if "bench.selfcheck.neighbour" in child.cmdline()
    ]


def test_busy_processes_run_while_the_block_does() -> None:
    with comparing.beside(2):
        inside = busy()
        sessions = {child.pid: child.ppid() for child in inside}

    assert len(sessions) == 2
    assert busy() == []


def test_a_neighbour_says_that_it_has_started_and_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    work = iter(range(6))
    monkeypatch.setattr(pipe, "die_with_parent", lambda _: None)
    monkeypatch.setattr(pipe, "Turns", lambda: SimpleNamespace(write=written.append))
    monkeypatch.setattr("itertools.repeat", lambda _: itertools.islice(work, 3))
    monkeypatch.setattr("sys.argv", ["neighbour", "1"])

    for name in ("imported", "__main__"):
        runpy.run_module("bench.selfcheck.neighbour", run_name=name)

    assert written == [b"\n"]
    assert [*work] == [3, 4, 5]


def test_beside_nothing_no_process_is_started() -> None:
    with comparing.beside(0):
        assert busy() == []


def test_a_comparison_of_many_loops_gets_the_rounds_that_its_intervals_need() -> None:
    plans = [comparing.plan(["asyncio", *names], "runner", 30, 1, None) for names in ((), ("a",), ("a", "b"))]

    assert [plan.sampling.rounds for plan in plans] == [6, 6, 7]
    assert [plan.sampling.round_s for plan in plans] == [5, 5, 30 / 7]
