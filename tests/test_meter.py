"""Rounds in lock-step with real processes. What bad loops do to them is tried in test_survive.py."""

import itertools
import json
import os
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Literal

import pytest
from invented import cross

import bench
from bench.measurement import processes, workers
from bench.measurement.meter import START_S, Meter
from bench.measurement.processes import EndedError
from bench.measurement.workers import Amount, Worker
from bench.plan.cells import Cell, Plan
from bench.plan.rounds import Round
from bench.plan.sampling import Sampling
from bench.store.outcomes import Done, Dropped, Failure, Outcome, Run
from bench.subjects import loops, scenarios

pytestmark = [pytest.mark.every_python, pytest.mark.usefixtures("_bad_loops")]
CPUS = len(os.sched_getaffinity(0))
LITTLE = Sampling(rounds=1, sweeps=3, value_s=0.0005, in_a_turn=1, warmups=1, rehearsed=1)


def measured(
    *names: str,
    scenario: str = "manual",
    rounds: int = 1,
    affinity: Literal["auto"] | None = None,
    earlier: Sequence[Outcome] = (),
) -> list[Outcome]:
    """What one group's rounds yield, with asyncio as the baseline."""
    chosen = [loops.named(name) for name in ("asyncio", *names)]
    (group,) = cross(chosen, [scenarios.named(scenario)], "asyncio", (3, 14))
    ahead = Plan(tuple(loop.name for loop in chosen), (scenario,), "asyncio", LITTLE, 1, affinity=affinity)
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
    assert [type(outcome) for outcome in outcomes] == [Run, Run, Run, Done]
    assert set(runs) == {"asyncio", "control", "uvloop"}
    assert runs["asyncio"].metadata["loop_class"] == "asyncio.unix_events._UnixSelectorEventLoop"
    assert runs["uvloop"].metadata["loop_class"] == "uvloop.Loop"
    for run in runs.values():
        assert set(run.values) == {"total", "create", "start", "work", "finish"}
        assert {len(numbers) for numbers in run.values.values()} == {3}
        assert "hostname" not in run.metadata
        assert run.ending is None


def test_only_one_worker_of_a_group_runs_at_any_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[tuple[str, float, float]] = []
    turn = Worker.turn

    def watched(worker: Worker, amount: Amount, timeout_s: float) -> None:
        began = time.monotonic()
        turn(worker, amount, timeout_s)
        turns.append((worker.cell.label, began, time.monotonic()))

    monkeypatch.setattr(Worker, "turn", watched)
    measured("uvloop")

    assert len(turns) == 9
    assert all(ended <= began for (_, _, ended), (_, began, _) in itertools.pairwise(turns))
    for sweep in range(3):
        assert {label for label, _, _ in turns[3 * sweep : 3 * sweep + 3]} == {"asyncio", "control", "uvloop"}


class Answering:
    """A process whose lifecycles take as long as they are said to, and which is interrupted now and then."""

    def __init__(self, *lifecycles_s: float) -> None:
        self.lifecycles_s = [*lifecycles_s]
        self.asked = list[int]()

    def tell(self, turn: bytes) -> None:  # noqa: D102  (as the process it stands for)
        self.asked.append(int(turn))

    def answer(self, _timeout_s: float) -> bytes:  # noqa: D102  (the same)
        return f"[{self.asked[-1] * self.lifecycles_s.pop(0)},1]".encode()


@pytest.mark.parametrize(("lifecycles_s", "asked", "iterations"), [
    ((3e-4, 1e-4, 6e-5, 5e-5, 5e-5), [1, 10, 30, 50, 60], 60),  # the first are cold
    ((3e-4, 1e-4, 9e-4, 1e-4, 5e-4), [1, 10, 30, 30, 30], 30),  # two were interrupted
    ((5e-3,), [1], 1),
    ((1.0,), [1], 1),
])  # fmt: skip
def test_each_warm_up_tells_how_long_the_next_value_is_to_be(
    lifecycles_s: Sequence[float], asked: Sequence[int], iterations: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = object.__new__(Worker)
    worker.iterations = worker.processors = 1
    worker._plan = Plan(("asyncio",), ("manual",), "asyncio", Sampling(value_s=0.003, warmups=5), 1)
    worker.process = process = Answering(*lifecycles_s)  # type: ignore[assignment]  # it answers as one
    monkeypatch.setattr(workers, "_refuse_claim", lambda *_: None)  # it answers at once

    lifecycle_s = worker.calibrate(1)

    assert process.asked == asked
    assert worker.iterations == iterations
    assert lifecycle_s == pytest.approx(min(lifecycles_s))


def test_a_worker_that_delivers_other_turns_than_it_was_given_is_refused() -> None:
    (group,) = cross([loops.LOOPS[0]], [scenarios.named("warm")], "asyncio", (3, 14))
    values = {stage: [1e-4] for stage in ("total", "start", "work", "finish")}
    worker = object.__new__(Worker)
    worker._turns_s = [1.0, 1.0]
    answer = json.dumps({"values": values, "turns": [1.0]}).encode()
    worker.process = SimpleNamespace(answer=lambda _: answer, status=lambda: 0)  # type: ignore[assignment]  # as above

    with pytest.raises(EndedError, match="delivered 1 turns, expected 2"):
        worker.run(Round(group, 0, "0"), 1, 1)


def test_the_control_has_the_iterations_of_the_baseline() -> None:
    outcomes = measured("uvloop", rounds=2)

    runs = [run for run in outcomes if isinstance(run, Run)]
    iterations = {(run.round, run.cell.role): run.metadata["loops"] for run in runs}
    assert len(iterations) == 6
    assert all(iterations[index, "control"] == iterations[index, "baseline"] for index in range(2))


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
    ready, run = Worker.ready, Worker.run
    starting: list[tuple[str, float]] = []
    delivering: set[float] = set()

    def hangs(worker: Worker, timeout_s: float, since: float | None = None) -> None:
        if worker.cell.loop == "uvloop":
            starting.append((worker.cell.scenario, timeout_s))
            raise processes.HungError("no answer")
        ready(worker, timeout_s, since)

    def watched(worker: Worker, round_: Round, values: int, timeout_s: float) -> Run:
        delivering.add(timeout_s)
        return run(worker, round_, values, timeout_s)

    monkeypatch.setattr(Worker, "ready", hangs)
    monkeypatch.setattr(Worker, "run", watched)
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
    sampling = Sampling(rounds=1, sweeps=40, value_s=0.0005, in_a_turn=1, warmups=1, rehearsed=1)

    outcomes = list(Meter(Plan(names, ("manual",), names[0], sampling, 1)).measure(Round(group, 0, "0")))

    refused = {failure.cell.label for failure in outcomes if isinstance(failure, Failure)}
    assert refused == {"lying:slows", "control"}
    assert [run.cell.label for run in outcomes if isinstance(run, Run)] == ["asyncio"]


def test_strikes_are_remembered_by_a_resumed_run() -> None:
    cell = Cell("manual", "raising:in_factory", "loop")

    outcomes = measured("raising:in_factory", earlier=[Failure(cell, 0, "x"), Failure(cell, 1, "x")])

    assert not of(Failure, outcomes)


def test_where_the_baseline_can_not_run_the_others_are_measured() -> None:
    chosen = [loops.named("raising:in_factory"), loops.named("asyncio")]
    (group,) = cross(chosen, [scenarios.named("manual")], "raising:in_factory", (3, 14))
    ahead = Plan(("raising:in_factory", "asyncio"), ("manual",), "raising:in_factory", LITTLE, 1)

    outcomes = list(Meter(ahead).measure(Round(group, 0, "0")))

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


@pytest.mark.skipif(CPUS < 2, reason="one processor is the harness's")
@pytest.mark.parametrize(("loop", "alone"), [("threaded:Idle", True), ("threaded:Overlapping", False)])
def test_workers_share_one_processor_unless_a_loop_has_threads_that_work_beside_it(loop: str, *, alone: bool) -> None:
    outcomes = measured(loop, rounds=2, affinity="auto")

    runs = [run for run in outcomes if isinstance(run, Run)]
    places = {str(run.metadata.get("cpu_affinity", CPUS)) for run in runs if run.round == 1}
    assert len(runs) == 6
    assert len(places) == 1
    assert (places <= {str(cpu) for cpu in range(CPUS)}) == alone
    assert len({run.metadata["nice"] for run in runs}) == 1


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
    def jumped(_worker: Worker, _timeout_s: float) -> float:
        raise processes.SuspendedError("the clock jumped")

    (group,) = cross([loops.LOOPS[0]], [scenarios.named("warm")], "asyncio", (3, 14))
    meter = Meter(Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1))
    with monkeypatch.context() as while_it_jumps:
        while_it_jumps.setattr(Worker, "calibrate", jumped)
        dropped = list(meter.measure(Round(group, 0, "0")))

    after = list(meter.measure(Round(group, 1, "1")))

    assert dropped == [Dropped("warm", 0, "the clock jumped")]
    assert [type(outcome) for outcome in after] == [Run, Run, Done]


def test_leaving_a_round_leaves_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Worker] = []
    begin = Worker.__init__

    def watched(worker: Worker, *words: object) -> None:
        begin(worker, *words)  # type: ignore[arg-type]  # as it was called
        started.append(worker)

    monkeypatch.setattr(Worker, "__init__", watched)
    (group,) = cross([loops.LOOPS[0]], [scenarios.named("warm")], "asyncio", (3, 14))
    outcomes = Meter(Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1)).measure(Round(group, 0, "0"))
    while not isinstance(next(outcomes), Run):
        pass
    outcomes.close()

    assert len(started) == 2
    assert all(worker.process._process.returncode is not None for worker in started)
