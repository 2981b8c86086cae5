"""Rounds in lock-step with real processes. What bad loops do to them is tried in test_survive.py."""

import itertools
import os
import time
from collections.abc import Sequence

import pytest
from invented import cross

import bench
from bench.measurement import processes
from bench.measurement.meter import START_S, Meter, _Worker
from bench.plan.cells import Cell, Plan
from bench.plan.rounds import Round
from bench.plan.sampling import Sampling
from bench.store.outcomes import Calibration, Done, Dropped, Failure, Outcome, Run
from bench.subjects import loops, scenarios

pytestmark = [pytest.mark.every_python, pytest.mark.usefixtures("_bad_loops")]
LITTLE = Sampling(rounds=1, sweeps=3, value_s=0.0005, warmups=1)


def measured(
    *names: str, scenario: str = "manual", rounds: int = 1, timeout_s: float = 300, earlier: Sequence[Outcome] = ()
) -> list[Outcome]:
    """What one group's rounds yield, with asyncio as the baseline."""
    chosen = [loops.named(name) for name in ("asyncio", *names)]
    (group,) = cross(chosen, [scenarios.named(scenario)], "asyncio", (3, 14))
    ahead = Plan(tuple(loop.name for loop in chosen), (scenario,), "asyncio", LITTLE, 1, timeout_s=timeout_s)
    meter = Meter(ahead, earlier)
    return [outcome for index in range(rounds) for outcome in meter.measure(Round(group, index, str(index)))]


def of(kind: type[Outcome], outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if isinstance(outcome, kind)]


def reason(outcomes: Sequence[Outcome]) -> str:
    """Why the loop beside asyncio failed, while asyncio was measured."""
    (failure,) = of(Failure, outcomes)
    assert isinstance(failure, Failure)
    runs = {run.cell.label for run in outcomes if isinstance(run, Run)}
    assert runs == {"asyncio", "control"}
    return failure.reason


def test_a_round_yields_every_stage_of_every_cell_paired_sweep_by_sweep() -> None:
    outcomes = measured("uvloop")

    runs = {run.cell.label: run for run in outcomes if isinstance(run, Run)}
    assert [type(outcome) for outcome in outcomes] == [Calibration, Run, Run, Run, Done]
    assert set(runs) == {"asyncio", "control", "uvloop"}
    assert runs["asyncio"].metadata["loop_class"] == "asyncio.unix_events._UnixSelectorEventLoop"
    assert runs["uvloop"].metadata["loop_class"] == "uvloop.Loop"
    for run in runs.values():
        assert set(run.values) == {"total", "create", "start", "work", "finish"}
        assert {len(numbers) for numbers in run.values.values()} == {3}
        assert "hostname" not in run.metadata
        assert run.metadata["loops"] == runs["asyncio"].metadata["loops"]
        assert run.ending is None


def test_only_one_worker_of_a_group_runs_at_any_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[tuple[str, float, float]] = []
    turn = _Worker.turn

    def watched(worker: _Worker, timeout_s: float) -> None:
        began = time.monotonic()
        turn(worker, timeout_s)
        turns.append((worker.cell.label, began, time.monotonic()))

    monkeypatch.setattr(_Worker, "turn", watched)
    measured("uvloop")

    assert len(turns) == 9
    assert all(ended <= began for (_, _, ended), (_, began, _) in itertools.pairwise(turns))
    for sweep in range(3):
        assert {label for label, _, _ in turns[3 * sweep : 3 * sweep + 3]} == {"asyncio", "control", "uvloop"}


def test_a_scenario_is_calibrated_once_on_the_baseline() -> None:
    first = measured(rounds=2)
    again = measured(earlier=of(Calibration, first))

    assert len(of(Calibration, first)) == 1
    assert not of(Calibration, again)
    calibration = of(Calibration, first)[0]
    assert isinstance(calibration, Calibration)
    assert calibration.iterations == LITTLE.iterations(calibration.lifecycle_s)


@pytest.mark.parametrize(("name", "said"), [
    ("nowhere:new_loop", "ModuleNotFoundError: No module named 'nowhere'"),
    ("dying:no_such", "AttributeError: module 'dying' has no attribute 'no_such'"),
    ("breaks:new_loop", "ValueError: not today"),
])  # fmt: skip
def test_a_loop_that_can_not_be_imported_is_a_reason(name: str, said: str) -> None:
    assert reason(measured(name)) == said


def test_a_cell_that_failed_twice_is_not_started_again() -> None:
    outcomes = measured("raising:in_factory", rounds=3)

    rounds = [failure.round for failure in outcomes if isinstance(failure, Failure)]
    assert rounds == [0, 1]
    assert len(of(Run, outcomes)) == 6
    assert len(of(Done, outcomes)) == 3


def test_a_cell_that_hung_is_not_started_again_and_its_loop_gets_less_time_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready, run = _Worker.ready, _Worker.run
    starting: list[tuple[str, float]] = []
    delivering: set[float] = set()

    def hangs(worker: _Worker, timeout_s: float, since: float | None = None) -> None:
        if worker.cell.loop == "uvloop":
            starting.append((worker.cell.scenario, timeout_s))
            raise processes.HungError("no answer")
        ready(worker, timeout_s, since)

    def watched(worker: _Worker, this_round: Round, asked: Calibration, timeout_s: float) -> Run:
        delivering.add(timeout_s)
        return run(worker, this_round, asked, timeout_s)

    monkeypatch.setattr(_Worker, "ready", hangs)
    monkeypatch.setattr(_Worker, "run", watched)
    chosen, names = [loops.named("asyncio"), loops.named("uvloop")], ("warm", "manual")
    groups = cross(chosen, [scenarios.named(name) for name in names], "asyncio", (3, 14))
    meter = Meter(Plan(("asyncio", "uvloop"), names, "asyncio", LITTLE, 1, timeout_s=7))
    for index in range(2):
        for group in groups:
            list(meter.measure(Round(group, index, "0")))

    assert starting == [("warm", START_S + 7), ("manual", 7)]
    assert delivering == {7}


def test_a_baseline_whose_clock_runs_slow_is_refused() -> None:
    names = ("lying:slows", "asyncio")
    (group,) = cross([loops.named(name) for name in names], [scenarios.named("manual")], names[0], (3, 14))
    sampling = Sampling(rounds=1, sweeps=40, value_s=0.0005, warmups=1)

    outcomes = list(Meter(Plan(names, ("manual",), names[0], sampling, 1)).measure(Round(group, 0, "0")))

    refused = {failure.cell.label for failure in outcomes if isinstance(failure, Failure)}
    assert refused == {"lying:slows", "control"}
    assert [run.cell.label for run in outcomes if isinstance(run, Run)] == ["asyncio"]


def test_strikes_are_remembered_by_a_resumed_run() -> None:
    cell = Cell("manual", "raising:in_factory", "loop")

    outcomes = measured("raising:in_factory", earlier=[Failure(cell, 0, "x"), Failure(cell, 1, "x")])

    assert not of(Failure, outcomes)


def test_a_baseline_that_can_not_run_leaves_the_calibration_to_another() -> None:
    chosen = [loops.named("raising:in_factory"), loops.named("asyncio")]
    (group,) = cross(chosen, [scenarios.named("manual")], "raising:in_factory", (3, 14))
    ahead = Plan(("raising:in_factory", "asyncio"), ("manual",), "raising:in_factory", LITTLE, 1)

    outcomes = list(Meter(ahead).measure(Round(group, 0, "0")))

    assert len(of(Calibration, outcomes)) == 1
    assert {run.cell.label for run in outcomes if isinstance(run, Run)} == {"asyncio"}
    assert {failure.cell.label for failure in outcomes if isinstance(failure, Failure)} == {
        "raising:in_factory",
        "control",
    }


def test_where_nothing_can_run_the_round_is_done_all_the_same() -> None:
    chosen = [loops.named("raising:in_factory")]
    (group,) = cross(chosen, [scenarios.named("manual")], "raising:in_factory", (3, 14))
    meter = Meter(Plan(("raising:in_factory",), ("manual",), "raising:in_factory", LITTLE, 1))

    outcomes = [outcome for index in range(3) for outcome in meter.measure(Round(group, index, "0"))]

    assert [type(outcome) for outcome in outcomes] == [Failure, Failure, Done, Failure, Failure, Done, Done]


def test_a_worker_gets_the_environment_without_what_changes_python(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONHASHSEED", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHON_GIL", "UV_USE_IO_URING"):
        monkeypatch.setenv(name, "0")

    environment = processes.environment()

    assert {"PYTHON_GIL", "UV_USE_IO_URING"} <= set(environment)
    assert not {"PYTHONHASHSEED", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE"} & set(environment)


def test_an_installed_package_is_not_put_on_the_path_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "__file__", "/x/site-packages/bench/__init__.py")

    assert processes.environment().get("PYTHONPATH") == os.environ.get("PYTHONPATH")


def test_affinity_pins_the_workers() -> None:
    (group,) = cross([loops.LOOPS[0]], [scenarios.named("warm")], "asyncio", (3, 14))
    ahead = Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1, affinity="0")

    outcomes = list(Meter(ahead).measure(Round(group, 0, "0")))

    runs = [run for run in outcomes if isinstance(run, Run)]
    assert [run.metadata["cpu_affinity"] for run in runs] == ["0", "0"]


@pytest.mark.parametrize("scenario", ["manual", "warm"])
def test_the_thread_is_a_part_of_the_cell(scenario: str) -> None:
    chosen = [loops.named(name) for name in ("asyncio", "raising:in_the_main_thread")]
    (group,) = cross(chosen, [scenarios.named(scenario)], "asyncio", (3, 14), "worker")
    ahead = Plan(("asyncio", "raising:in_the_main_thread"), (scenario,), "asyncio", LITTLE, 1, thread="worker")

    outcomes = list(Meter(ahead).measure(Round(group, 0, "0")))

    runs = [run for run in outcomes if isinstance(run, Run)]
    assert [run.cell for run in runs] == list(group.cells)
    assert {run.cell.thread for run in runs} == {"worker"}
    assert reason(measured("raising:in_the_main_thread", scenario=scenario)) == "RuntimeError: in the main thread"


def test_a_clock_that_jumps_while_it_calibrates_drops_the_round_and_blames_no_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def jumped(_worker: _Worker, _timeout_s: float) -> float:
        raise processes.SuspendedError("the clock jumped")

    (group,) = cross([loops.LOOPS[0]], [scenarios.named("warm")], "asyncio", (3, 14))
    meter = Meter(Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1))
    with monkeypatch.context() as while_it_jumps:
        while_it_jumps.setattr(_Worker, "calibration", jumped)
        dropped = list(meter.measure(Round(group, 0, "0")))

    after = list(meter.measure(Round(group, 1, "1")))

    assert dropped == [Dropped("warm", 0, "the clock jumped")]
    assert [type(outcome) for outcome in after] == [Calibration, Run, Run, Done]


def test_leaving_a_round_leaves_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[_Worker] = []
    begin = _Worker.__init__

    def watched(worker: _Worker, *words: object) -> None:
        begin(worker, *words)  # type: ignore[arg-type]  # as it was called
        started.append(worker)

    monkeypatch.setattr(_Worker, "__init__", watched)
    (group,) = cross([loops.LOOPS[0]], [scenarios.named("warm")], "asyncio", (3, 14))
    outcomes = Meter(Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1)).measure(Round(group, 0, "0"))
    while not isinstance(next(outcomes), Run):
        pass
    outcomes.close()

    assert len(started) == 3
    assert all(worker.process._process.returncode is not None for worker in started)
