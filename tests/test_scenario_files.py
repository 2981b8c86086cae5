"""The contract of the scenarios, over all of them and all loops that are installed."""

import asyncio
import functools
import runpy
import subprocess
import sys
import threading

import pytest

import scenarios
from bench.subjects import loops
from bench.subjects import scenarios as registry
from scenarios import _workload
from scenarios._workload import Record, get_data

RECORDS = [Record("Jane", 19), Record("John", 24)]
HERE = sys.version_info[:2]
# Other loops are young native code, and run in processes of their own only.
RUNNABLE = [loop for loop in loops.LOOPS if loop.package in {"asyncio", "uvloop"} and not loop.unavailable]
CELLS = [
    pytest.param(registry.named(name), loop, id=f"{name}-{loop.name}") for name in registry.names() for loop in RUNNABLE
]


@pytest.mark.parametrize(("scenario", "loop"), CELLS)
def test_every_scenario_gets_the_records_or_says_why_it_is_skipped(
    scenario: registry.Scenario, loop: loops.Loop
) -> None:
    factory = loops.load_factory(loop)
    created: list[asyncio.AbstractEventLoop] = []
    ran: list[asyncio.AbstractEventLoop] = []

    def new_loop() -> asyncio.AbstractEventLoop:
        created.append(factory())
        return created[-1]

    async def watched() -> list[Record]:
        ran.append(asyncio.get_running_loop())
        return await get_data()

    if scenario.skip_reason(loop, HERE):
        return  # tested below
    with registry.prepared(scenario, loop, factory if scenario.given == "policy" else new_loop) as once:
        records = [once(watched), once(watched)]

    assert records == [RECORDS, RECORDS]
    assert len(ran) == 2
    assert all(running.is_closed() for running in (*ran, *created))
    assert (ran == created) == (scenario.given == "new_loop")


def test_a_declared_need_is_real() -> None:
    missing = [named for named in map(registry.named, registry.names()) if named.skip_reason(loops.LOOPS[0], HERE)]

    for scenario in missing:
        with (
            pytest.raises((TypeError, AttributeError)),
            pytest.warns(RuntimeWarning, match="never awaited"),
            registry.prepared(scenario, loops.LOOPS[0], asyncio.new_event_loop) as once,
        ):
            once(get_data)

    assert {scenario.name for scenario in missing} == ({"asyncio_run"} if HERE < (3, 12) else set())


def test_a_loop_without_its_own_run_skips_that_scenario() -> None:
    reasons = {loop.name: registry.named("own_run").skip_reason(loop, HERE) for loop in loops.LOOPS}

    assert reasons["asyncio"] is None
    assert reasons["uvloop"] is None
    assert reasons["rloop"] == "rloop has no run() of its own"


def test_the_policy_is_what_it_was_after_the_default_scenario() -> None:
    class Other(asyncio.SelectorEventLoop):
        pass

    scenario = registry.named("asyncio_run_default")
    with registry.prepared(scenario, loops.named("asyncio-select"), Other) as once:
        assert once(get_data) == RECORDS
        inside = asyncio.new_event_loop()
    after = asyncio.new_event_loop()
    inside.close()
    after.close()

    assert type(inside) is Other
    assert type(after) is not Other


def test_manual_equivalent_leaves_nothing_behind() -> None:
    ends: list[str] = []

    async def straggler() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ends.append("cancelled")

    async def leaves_a_task() -> list[Record]:
        leaves_a_task.task = asyncio.create_task(straggler())  # type: ignore[attr-defined]  # keeps it alive
        return await get_data()

    scenario = registry.named("manual_equivalent")
    with registry.prepared(scenario, loops.LOOPS[0], asyncio.new_event_loop) as once:
        records = once(leaves_a_task)

    assert records == RECORDS
    assert ends == ["cancelled"]


@pytest.mark.parametrize("name", registry.names())
def test_every_scenario_is_a_program(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--loop", "asyncio", "--delay", "0.01"])
    try:
        runpy.run_path(f"{scenarios.__path__[0]}/{name}.py", run_name="__main__")
        printed = capsys.readouterr().out
    except SystemExit as end:
        printed = str(end)

    skipped = registry.named(name).skip_reason(loops.LOOPS[0], HERE)
    assert printed == (f"{name} can't be run with asyncio here: {skipped}" if skipped else "Jane 19\nJohn 24\n")


def test_a_program_runs_with_the_loop_that_it_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scenarios.manual", "--loop", "uvloop", "--delay", "0"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stdout == "Jane 19\nJohn 24\n"


def test_a_program_runs_in_the_thread_and_as_often_as_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[threading.Thread] = []

    def watched() -> asyncio.AbstractEventLoop:
        seen.append(threading.current_thread())
        return asyncio.new_event_loop()

    asyncio.watched = watched  # type: ignore[attr-defined]  # a place that can be named
    try:
        _workload.program("manual.py", ["--loop", "asyncio:watched", "--thread", "worker", "--times", "3"])
    finally:
        del asyncio.watched  # type: ignore[attr-defined]  # as before

    assert len(seen) == 3
    assert threading.main_thread() not in seen
    assert capsys.readouterr().out == "Jane 19\nJohn 24\n"


@pytest.mark.usefixtures("_bad_loops")
def test_a_program_says_that_its_records_are_wrong() -> None:
    with pytest.raises(SystemExit, match=r"wrong: it returned .*Jane.*, not the two records"):
        _workload.program("manual.py", ["--loop", "lying:WrongRecords"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--loop", "uvlop"], "no event loop is called 'uvlop'; the nearest: uvloop"),
        (["--loop", "asyncio-proactor"], "only on win32"),
    ],
)
def test_a_program_says_why_it_can_not_run(words: list[str], said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        _workload.program("manual.py", words)


def test_the_workload_waits_as_long_as_it_is_told() -> None:
    async def timed() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await functools.partial(get_data, 0.05)()
        return loop.time() - began

    assert asyncio.run(timed()) >= 0.04
