"""One comparison in memory, and the busy processes beside it."""

import psutil

from bench.selfcheck import comparing


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


def test_beside_nothing_no_process_is_started() -> None:
    with comparing.beside(0):
        assert busy() == []


def test_a_comparison_of_many_loops_gets_the_rounds_that_its_intervals_need() -> None:
    plans = [comparing.plan(["asyncio", *names], "runner", 30, 1, None) for names in ((), ("a",), ("a", "b"))]

    assert [plan.sampling.rounds for plan in plans] == [6, 6, 7]
    assert [plan.sampling.round_s for plan in plans] == [5, 5, 30 / 7]
