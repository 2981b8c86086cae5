"""The contract of the scenarios, over all of them and all loops that are installed."""

import asyncio
import os
import runpy
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import scenarios
from bench.subjects import loops
from bench.subjects import scenarios as registry
from scenarios import _program
from scenarios._workload import Records, get_data
from scenarios.workloads import sleep

pytestmark = pytest.mark.every_python

RECORDS: Records = [{"name": "Jane", "age": 19}, {"name": "John", "age": 24}]
PRINTED = "[{'name': 'Jane', 'age': 19}, {'name': 'John', 'age': 24}]\n"
HERE = sys.version_info[:2]
ROOT = Path(scenarios.__path__[0]).parent
# Other loops are young native code, and run in processes of their own only.
RUNNABLE = [loop for loop in loops.LOOPS if loop.package in {"asyncio", "uvloop"} and not loop.unavailable]
CELLS = [
    pytest.param(scenario, loop, id=f"{scenario.name}-{loop.name}")
    for scenario in map(registry.named, registry.names())
    for loop in RUNNABLE
    if not scenario.skip_reason(loop, HERE)
]


@pytest.mark.parametrize(("scenario", "loop"), CELLS)
def test_every_scenario_returns_the_records_and_closes_its_loops(scenario: registry.Scenario, loop: loops.Loop) -> None:
    factory = loops.load_factory(loop)
    created: list[asyncio.AbstractEventLoop] = []
    ran: list[asyncio.AbstractEventLoop] = []

    def new_loop() -> asyncio.AbstractEventLoop:
        created.append(factory())
        return created[-1]

    async def watched() -> Records:
        ran.append(asyncio.get_running_loop())
        return await get_data()

    with registry.prepared(scenario, loop, factory if scenario.given == "policy" else new_loop) as once:
        records = [once(watched), once(watched)]

    assert records == [RECORDS, RECORDS]
    assert len(ran) == 2 * scenario.lifecycles
    assert all(running.is_closed() for running in (*ran, *created))
    assert (sorted(map(id, ran)) == sorted(map(id, created))) == (scenario.given == "new_loop")


def test_asyncio_runs_in_every_scenario_that_this_python_has() -> None:
    skipped = {name for name in registry.names() if registry.named(name).skip_reason(loops.LOOPS[0], HERE)}

    assert skipped == ({"asyncio_run"} if HERE < (3, 12) else set())


@pytest.mark.skipif(HERE >= (3, 12), reason="this Python has what asyncio_run needs")
def test_asyncio_run_fails_where_it_declares_that_it_can_not_run() -> None:
    with (
        pytest.raises(TypeError, match="loop_factory"),
        pytest.warns(RuntimeWarning, match="never awaited"),
        registry.prepared(registry.named("asyncio_run"), loops.LOOPS[0], asyncio.new_event_loop) as once,
    ):
        once(get_data)


def test_a_loop_without_its_own_run_skips_that_scenario() -> None:
    reasons = {loop.name: registry.named("own_run").skip_reason(loop, HERE) for loop in loops.LOOPS}

    assert reasons["asyncio"] is None
    assert reasons["uvloop"] is None
    assert reasons["rloop"] == "no run() of its own"


def test_the_default_scenario_restores_the_policy() -> None:
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

    async def leaves_a_task() -> Records:
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
    assert printed == (f"{name} can't be run with asyncio here: {skipped}" if skipped else PRINTED)


def test_a_program_finds_a_loop_in_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        'import asyncio\ndef new():\n  print("mine")\n  return asyncio.new_event_loop()\n'
    )

    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = subprocess.run(
        [sys.executable, "-m", "scenarios.manual", "--loop", "mine:new"],
        cwd=tmp_path, env=path, check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip

    assert program.stdout == "mine\n" + PRINTED


def test_a_program_takes_delay_thread_and_number_of_lifecycles(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    delays: list[float] = []

    async def watched(delay: float) -> Records:
        threads.append(threading.current_thread())
        delays.append(delay)
        return await get_data()

    monkeypatch.setattr(sleep, "get_data", watched)

    _program.main("manual.py", ["--delay", "60", "--thread", "worker", "--times", "3"])

    assert delays == [60] * 3
    assert threading.main_thread() not in threads
    assert capsys.readouterr().out == PRINTED


def test_no_scenario_imports_the_harness_unless_it_runs_as_a_program() -> None:
    code = f"import sys, {', '.join(f'scenarios.{name}' for name in registry.names())}; print(*sys.modules)"

    imported = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=300
    ).stdout.split()

    assert "scenarios.manual" in imported
    assert not [name for name in imported if name.partition(".")[0] in {"bench", "argparse", "uvloop"}]


@pytest.mark.usefixtures("_bad_loops")
def test_a_program_refuses_wrong_records() -> None:
    with pytest.raises(SystemExit, match=r"wrong: it returned .*Jane.*, not the two records"):
        _program.main("manual.py", ["--loop", "lying:WrongRecords"])


def test_a_program_runs_a_workload_with_a_server_where_it_needs_one(capsys: pytest.CaptureFixture[str]) -> None:
    _program.main("warm.py", ["--workload", "fetch=2"])

    assert capsys.readouterr().out == PRINTED


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--workload", "turns=0"], "turns=0: give a number of turns"),
        (["--loop", "uvlop"], "no event loop is called 'uvlop'; the nearest: uvloop"),
        (["--loop", "asyncio-proactor"], "only on win32"),
    ],
)
def test_a_program_says_why_it_can_not_run(arguments: list[str], reason: str) -> None:
    with pytest.raises(SystemExit, match=reason):
        _program.main("manual.py", arguments)


def test_the_workload_sleeps_for_its_delay() -> None:
    async def timed() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await get_data(0.05)
        return loop.time() - began

    assert asyncio.run(timed()) >= 0.04  # a slow machine can only sleep longer
