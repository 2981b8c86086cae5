"""Real gauges of good loops and bad loops, and what becomes of those that fail."""

import resource
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.measurement import processes
from bench.measurement.processes import Process, Start
from bench.resources import gauge, survey
from bench.resources.leaks import leaks, suspects, undecided
from bench.resources.readings import (
    Calls,
    LoopCosts,
    held_until_dropped,
    left_after_close,
    never_given_back,
    per_open_loop,
    raised_limit,
)
from bench.resources.survey import Survey, Surveyor
from bench.subjects import loops
from bench.subjects import scenarios as registry

pytestmark = pytest.mark.usefixtures("_bad_loops")
LIMIT_S = 300  # for a busy machine; only what hangs uses it up
NO_STRACE = survey.why_no_calls()
needs_strace = pytest.mark.skipif(NO_STRACE is not None, reason=f"system calls are not counted here: {NO_STRACE}")


def survey_of(*names: str, scenarios: Sequence[str] = (), timeout_s: float = LIMIT_S, rounds: int = 1) -> Survey:
    chosen = tuple(map(registry.named, scenarios)) or (registry.named("manual"),)
    return Survey(tuple(map(loops.named, names)), chosen if scenarios else (), chosen[0], rounds, 1, timeout_s)


def costs_of(
    name: str, scenarios: Sequence[str] = (), timeout_s: float = LIMIT_S, no_calls: str | None = None
) -> LoopCosts:
    """All figures of one loop."""
    asked = survey_of(name, scenarios=scenarios, timeout_s=timeout_s)
    return Surveyor(asked, lambda _: None).costs(asked.loops[0], no_calls)


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use two fresh processes for a figure instead of five."""
    monkeypatch.setattr(survey, "PROCESSES", 2)


def test_a_kernel_without_smaps_rollup_gives_the_rough_count() -> None:
    exact, rough = (gauge._resident(Path(place)) for place in ("/proc/self/smaps_rollup", "/nowhere"))

    assert 0.5 < exact / rough < 2


@pytest.mark.every_python
def test_asyncio_holds_three_descriptors_and_leaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    costs = costs_of("asyncio", no_calls="not asked")

    assert (costs.missing, leaks(costs), undecided(costs)) == ((), (), False)
    assert [len(costs.opened), len(costs.lived), len(costs.traced_opened), len(costs.traced_lived)] == [2] * 4
    assert (costs.later, costs.traced_later) == ((), ())
    assert per_open_loop(costs.opened, "descriptors") == 3
    assert per_open_loop(costs.opened, "threads") == 0
    assert left_after_close(costs.opened, "descriptors") == 0
    assert (per_open_loop(costs.traced_opened, "objects") or 0) > 1
    assert (per_open_loop(costs.traced_opened, "traced") or 0) > 100


@pytest.mark.parametrize(("name", "what"), [
    ("leaking:Descriptors", {"descriptors"}),
    pytest.param("leaking:Memory", {"resident", "traced"}, marks=pytest.mark.every_python),
    ("leaking:NativeMemory", {"resident"}),
    pytest.param("leaking:Threads", {"threads", "resident", "traced"}, marks=pytest.mark.every_python),
])  # fmt: skip
def test_a_loop_that_leaks_is_caught(name: str, what: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    costs = costs_of(name, no_calls="not asked")

    assert set(leaks(costs)) == what
    assert costs.missing == ()
    assert (costs.later == ()) == (name == "leaking:Threads")  # which needs no second look, of thousands of threads


def test_a_cache_that_is_full_after_a_thousand_lifecycles_is_not_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    said: list[str] = []

    costs = Surveyor(survey_of("leaking:Bounded"), said.append).costs(loops.named("leaking:Bounded"), "not asked")

    assert suspects(costs) == ("resident", "traced")
    assert (leaks(costs), undecided(costs), costs.failed) == ((), False, False)
    assert [len(costs.later), len(costs.traced_later)] == [1, 1]
    assert "leaking:Bounded: later lifecycles, as resident may leak" in said


def test_descriptors_that_only_dropping_a_loop_frees_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    kept, plain = (costs_of(name, no_calls="not asked") for name in ("leaking:UntilDropped", "asyncio"))

    assert held_until_dropped(kept.opened, "descriptors") == 2
    assert left_after_close(kept.opened, "descriptors") == 0
    assert held_until_dropped(plain.opened, "descriptors") == 0


def test_descriptors_that_a_loop_never_gives_back_without_close_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    costs = costs_of("leaking:Unclosed", no_calls="not asked")

    assert never_given_back(costs.abandoned, "descriptors") == 1
    assert leaks(costs) == ()


def test_a_limit_of_open_files_that_a_loop_raises_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    earlier, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (500, most))
    try:
        raising, plain = (costs_of(name, no_calls="not asked") for name in ("meddling:raised_limit", "asyncio"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (earlier, most))

    assert raised_limit(raising.opened) == (500, most)
    assert raised_limit(plain.opened) is None


def test_a_loop_that_uses_up_all_descriptors_leaks_and_the_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    costs = costs_of("leaking:AllDescriptors", no_calls="not asked")

    assert leaks(costs) == ("descriptors",)
    assert costs.failed
    assert any(reason.startswith("lived, after ") and "Too many open files" in reason for reason in costs.missing)


@pytest.mark.every_python
@pytest.mark.parametrize(("name", "reason"), [
    ("raising:in_factory", "opened: RuntimeError: no …/loop.so for you"),
    ("dying:segfaults", "opened: died of SIGSEGV"),
    ("hanging:in_factory", "opened: no answer within 1 s: killed"),
    ("noisy:scribbles", "opened: wrote into the harness's pipe: b'[[[[ garbage\\n'"),
    ("lying:tells_nothing", "opened: delivered too few readings"),
])  # fmt: skip
def test_a_bad_loop_is_given_up_with_the_reason(name: str, reason: str) -> None:
    costs = costs_of(name, ["manual"], timeout_s=1 if name.startswith("hanging") else LIMIT_S)

    assert costs.missing[0] == reason
    assert not any((costs.opened, costs.lived, costs.traced_opened, costs.traced_lived, costs.calls))
    assert costs.failed
    assert undecided(costs)


@pytest.mark.every_python
@pytest.mark.parametrize(("name", "reason"), [
    ("dying:at_exit", "died of SIGABRT after delivering"),
    ("hanging:at_exit", "did not end after delivering"),
])  # fmt: skip
def test_a_process_that_ends_badly_after_delivering_keeps_its_figures(
    name: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "EXIT_TIMEOUT_S", 0.5 if name.startswith("hanging") else LIMIT_S)

    costs = costs_of(name, no_calls="not asked")

    assert reason in costs.missing
    assert per_open_loop(costs.opened, "descriptors") == 3


def test_a_failure_before_the_first_lifecycle_has_no_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    costs = costs_of("raising:WithATask", no_calls="not asked")

    assert "lived, after 0 loops: RuntimeError: not with a task" in costs.missing
    assert undecided(costs)


def test_a_scenario_that_the_loop_can_not_run_is_skipped_and_not_a_failure() -> None:
    costs = costs_of("asyncio-poll", ["own_run"], no_calls="not asked")

    assert costs.skipped == "no run() of its own"
    assert not costs.failed
    assert costs.opened
    assert not costs.lived


@needs_strace
@pytest.mark.parametrize("name", [
    pytest.param("manual", marks=pytest.mark.every_python), "asyncio_run_default", "warm",
])  # fmt: skip
def test_system_calls_are_whole_numbers_and_repeat_exactly(name: str) -> None:
    asked = survey_of("asyncio", scenarios=[name])
    surveyor = Surveyor(asked, lambda _: None)

    (first,), (again,) = surveyor._calls(asked.loops[0]), surveyor._calls(asked.loops[0])

    assert first == again
    assert first.total == first.slope
    assert set(first.stages) == set(registry.named(name).stages)


@needs_strace
def test_a_scenario_without_a_traced_lifecycle_has_the_reason() -> None:
    asked = survey_of("asyncio-poll", "raising:in_factory", scenarios=["manual", "own_run"])
    surveyor = Surveyor(asked, lambda _: None)

    good, bad = ([*surveyor._calls(loop)] for loop in asked.loops)

    assert [calls.failed for calls in good] == [False, False]
    assert good[1].missing == "no run() of its own"
    assert bad[0] == Calls("manual", missing="RuntimeError: no …/loop.so for you", failed=True)


def test_the_reason_says_that_strace_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert str(survey.why_no_calls()).startswith("strace is not installed: install")


def test_the_reason_says_that_strace_exists_only_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")

    assert survey.why_no_calls() == "strace exists only on Linux, this is darwin"


@pytest.mark.parametrize(("script", "says"), [
    ("echo 'strace: PTRACE_TRACEME: Operation not permitted' >&2; exit 1", "PTRACE_TRACEME: Operation not permitted"),
    ("while :; do :; done", "no end within 0.5 s: killed"),
])  # fmt: skip
def test_the_reason_says_that_strace_may_not_trace_or_hangs(
    script: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strace").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "strace").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if "no end" in says:
        monkeypatch.setattr(survey, "CHECK_TIMEOUT_S", 0.5)

    reason = str(survey.why_no_calls())

    assert reason.startswith("strace does not work here: ")
    assert says in reason


def test_a_tracer_that_never_stops_writing_fills_only_limited_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "KEPT_LOG", 10)
    tracer = ("/bin/sh", "-c", 'printf "%9000s" x > "$2"')
    process = Process("pass", (), start=Start(tracer=(*tracer, "sh"), switch="-c"))

    process.end(LIMIT_S)
    process.kill()

    assert 0 < len(process.log) < 9000


def test_a_gauge_is_asked_again_where_the_harness_was_suspended(suspensions: list[str]) -> None:
    surveyor, suspensions[:] = Surveyor(survey_of("asyncio"), lambda _: None), ["suspended"] * 2

    delivery = next(surveyor._readings(loops.LOOPS[0], survey.OPENED))

    assert len(delivery.readings) == 7
    assert suspensions == []


def test_a_harness_that_is_suspended_each_time_is_the_reason_and_the_loop_is_not_given_up(
    suspensions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    suspensions[:] = ["suspended"] * 6

    costs = costs_of("asyncio", no_calls="not asked")

    assert costs.missing == ("opened: suspended",)
    assert costs.failed
    assert (len(costs.opened), len(costs.lived)) == (0, 2)
