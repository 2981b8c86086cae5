"""Rounds in lock-step with real processes: good loops, and the bad ones of tests/loops."""

import itertools
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import bench
from bench import catalog, loops, measure, plan, processes
from bench.plan import Cell, Plan, Round, Sampling
from bench.runs import Calibration, Done, Failure, Outcome, Run

pytestmark = pytest.mark.usefixtures("_bad_loops")
LITTLE = Sampling(rounds=1, sweeps=3, value_s=0.0005, warmups=1)


def measured(
    *names: str, scenario: str = "manual", rounds: int = 1, timeout_s: float = 20, earlier: Sequence[Outcome] = ()
) -> list[Outcome]:
    """What one group's rounds yield, with asyncio as the baseline."""
    chosen = [loops.named(name) for name in ("asyncio", *names)]
    (group,) = plan.cross(chosen, [catalog.named(scenario)], "asyncio", (3, 14))
    ahead = Plan(tuple(loop.name for loop in chosen), (scenario,), "asyncio", LITTLE, 1, timeout_s=timeout_s)
    meter = measure.Meter(ahead, earlier)
    return [outcome for index in range(rounds) for outcome in meter.measure(Round(group, index, str(index)))]


def of(kind: type[Outcome], outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if isinstance(outcome, kind)]


def reason(outcomes: Sequence[Outcome]) -> str:
    """Why the bad loop failed, while all the others were measured."""
    (failure,) = of(Failure, outcomes)
    assert isinstance(failure, Failure)
    assert failure.cell.loop.startswith("bad:")
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
    turn = measure._Worker.turn

    def watched(worker: measure._Worker, timeout_s: float) -> None:
        began = time.monotonic()
        turn(worker, timeout_s)
        turns.append((worker.cell.label, began, time.monotonic()))

    monkeypatch.setattr(measure._Worker, "turn", watched)
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
    ("raises", "RuntimeError: no …/loop.so for you"),
    ("segfaults", "died of SIGSEGV"),
    ("exits", "exited with status 0"),
    ("DiesLater", "died of SIGABRT"),
    ("changes_class", "WrongRunError: the loop that ran is bad.Other, not asyncio.unix_events._UnixSelectorEventLoop"),
    ("no_such", "AttributeError: module 'bad' has no attribute 'no_such'"),
])  # fmt: skip
def test_a_bad_loop_ends_its_cell_with_the_reason_and_the_others_go_on(name: str, said: str) -> None:
    assert reason(measured(f"bad:{name}")).startswith(said)


@pytest.mark.parametrize(("name", "said"), [
    ("WrongData", "WrongRunError: it returned ['Jane'], not the two records of get_data"),
    ("CachedData", "WrongRunError: the loop factory and the workload did not run inside the call"),
    ("Swapped", "WrongRunError: the loop that ran is asyncio.unix_events._UnixSelectorEventLoop, not bad.Swapped"),
])  # fmt: skip
def test_a_loop_that_answers_wrongly_is_never_timed_as_fast(name: str, said: str) -> None:
    assert reason(measured(f"bad:{name}", scenario="warm")).startswith(said)


def test_a_package_that_is_missing_is_a_reason() -> None:
    (failure,) = of(Failure, measured("nowhere:new_loop"))

    assert isinstance(failure, Failure)
    assert failure.reason == "ModuleNotFoundError: No module named 'nowhere'"


def test_a_hang_is_killed_with_all_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "START_TIMEOUT_S", 2.0)
    outcomes = measured("bad:spawns_and_hangs", timeout_s=1)

    (failure,) = of(Failure, outcomes)
    assert isinstance(failure, Failure)
    child = int(failure.output.split()[1])
    assert reason(outcomes) == "no answer within 2 s: killed"
    time.sleep(0.2)
    assert not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text()


def test_nothing_that_a_loop_prints_is_taken_for_an_answer() -> None:
    outcomes = measured("bad:prints")

    assert not of(Failure, outcomes)
    assert len(of(Run, outcomes)) == 3


def test_garbage_in_the_pipe_is_refused_and_never_timed() -> None:
    assert reason(measured("bad:scribbles")).startswith("wrote into the harness's pipe: b'[[[[ garbage")


@pytest.mark.parametrize(("name", "said"), [
    ("dies_at_exit", "died of SIGABRT after delivering its values"),
    ("lingers", "did not end after delivering its values"),
])  # fmt: skip
def test_a_bad_end_after_the_values_is_kept_with_them(name: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "EXIT_TIMEOUT_S", 0.5)
    outcomes = measured(f"bad:{name}")

    run = next(run for run in outcomes if isinstance(run, Run) and run.cell.loop == f"bad:{name}")
    assert not of(Failure, outcomes)
    assert run.ending == said
    assert len(run.values["total"]) == 3


def test_a_cell_that_failed_twice_is_not_started_again() -> None:
    outcomes = measured("bad:raises", rounds=3)

    rounds = [failure.round for failure in outcomes if isinstance(failure, Failure)]
    assert rounds == [0, 1]
    assert len(of(Run, outcomes)) == 6
    assert len(of(Done, outcomes)) == 3


def test_strikes_are_remembered_by_a_resumed_run() -> None:
    cell = Cell("manual", "bad:raises", "loop")

    outcomes = measured("bad:raises", earlier=[Failure(cell, 0, "x"), Failure(cell, 1, "x")])

    assert not of(Failure, outcomes)


def test_a_baseline_that_can_not_run_leaves_the_calibration_to_another() -> None:
    chosen = [loops.named("bad:raises"), loops.named("asyncio")]
    (group,) = plan.cross(chosen, [catalog.named("manual")], "bad:raises", (3, 14))
    ahead = Plan(("bad:raises", "asyncio"), ("manual",), "bad:raises", LITTLE, 1)

    outcomes = list(measure.Meter(ahead).measure(Round(group, 0, "0")))

    assert len(of(Calibration, outcomes)) == 1
    assert {run.cell.label for run in outcomes if isinstance(run, Run)} == {"asyncio"}
    assert {failure.cell.label for failure in outcomes if isinstance(failure, Failure)} == {"bad:raises", "control"}


def test_where_nothing_can_run_the_round_is_done_all_the_same() -> None:
    chosen = [loops.named("bad:raises")]
    (group,) = plan.cross(chosen, [catalog.named("manual")], "bad:raises", (3, 14))
    meter = measure.Meter(Plan(("bad:raises",), ("manual",), "bad:raises", LITTLE, 1))

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
    (group,) = plan.cross([loops.LOOPS[0]], [catalog.named("warm")], "asyncio", (3, 14))
    ahead = Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1, affinity="0")

    outcomes = list(measure.Meter(ahead).measure(Round(group, 0, "0")))

    runs = [run for run in outcomes if isinstance(run, Run)]
    assert [run.metadata["cpu_affinity"] for run in runs] == ["0", "0"]


@pytest.mark.parametrize("scenario", ["manual", "warm"])
def test_the_thread_is_a_part_of_the_cell(scenario: str) -> None:
    chosen = [loops.named(name) for name in ("asyncio", "bad:beside")]
    (group,) = plan.cross(chosen, [catalog.named(scenario)], "asyncio", (3, 14), "worker")
    ahead = Plan(("asyncio", "bad:beside"), (scenario,), "asyncio", LITTLE, 1, thread="worker")

    outcomes = list(measure.Meter(ahead).measure(Round(group, 0, "0")))

    runs = [run for run in outcomes if isinstance(run, Run)]
    assert [run.cell for run in runs] == list(group.cells)
    assert {run.cell.thread for run in runs} == {"worker"}
    assert reason(measured("bad:beside", scenario=scenario)) == "RuntimeError: in the main thread"


def test_leaving_a_round_leaves_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[measure._Worker] = []
    begin = measure._Worker.__init__

    def watched(worker: measure._Worker, *words: object) -> None:
        begin(worker, *words)  # type: ignore[arg-type]  # as it was called
        started.append(worker)

    monkeypatch.setattr(measure._Worker, "__init__", watched)
    (group,) = plan.cross([loops.LOOPS[0]], [catalog.named("warm")], "asyncio", (3, 14))
    outcomes = measure.Meter(Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1)).measure(Round(group, 0, "0"))
    while not isinstance(next(outcomes), Run):
        pass
    outcomes.close()

    assert len(started) == 3
    assert all(worker.process._process.returncode is not None for worker in started)


def test_a_pipe_closed_by_a_worker_that_goes_on_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "EXIT_TIMEOUT_S", 0.5)

    assert reason(measured("bad:closes")) == "closed the harness's pipe"


def test_a_delivery_before_its_time_is_refused() -> None:
    assert reason(measured("bad:hurries")) == "delivered before its turns were over"


def test_stages_that_are_no_lifecycle_are_refused() -> None:
    assert "its stages are not those of one lifecycle" in reason(measured("bad:lies"))
