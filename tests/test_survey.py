"""Real gauges of good loops and bad loops, and what becomes of those that fail."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.measurement import processes
from bench.measurement.processes import Process, Start
from bench.resources import gauge, survey
from bench.resources.readings import Calls, LoopCosts, leaks, left_after_close, per_open_loop, undecided
from bench.resources.survey import Survey, Surveyor
from bench.subjects import loops
from bench.subjects import scenarios as registry

pytestmark = pytest.mark.usefixtures("_bad_loops")
NO_STRACE = survey.why_no_calls()
needs_strace = pytest.mark.skipif(NO_STRACE is not None, reason=f"system calls are not counted here: {NO_STRACE}")


def survey_of(*names: str, scenarios: Sequence[str] = (), timeout_s: float = 20, rounds: int = 1) -> Survey:
    found = tuple(map(registry.named, scenarios))
    usual = found[0] if found else registry.named("manual")
    return Survey(tuple(map(loops.named, names)), found, usual, rounds, 1, timeout_s)


def costs_of(name: str, scenarios: Sequence[str] = (), timeout_s: float = 20, no_calls: str | None = None) -> LoopCosts:
    """What a surveyor finds out about one loop."""
    asked = survey_of(name, scenarios=scenarios, timeout_s=timeout_s)
    return Surveyor(asked, lambda _: None).costs(asked.loops[0], no_calls)


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two fresh processes for a figure instead of five."""
    monkeypatch.setattr(survey, "PROCESSES", 2)


def test_a_kernel_without_the_exact_count_gives_the_rough_one() -> None:
    exact, rough = (gauge._resident(Path(place)) for place in ("/proc/self/smaps_rollup", "/nowhere"))

    assert 0.5 < exact / rough < 2


def test_a_clean_loop_holds_whole_descriptors_and_leaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    found = costs_of("asyncio", no_calls="not asked")

    assert (found.missing, leaks(found), undecided(found)) == ((), (), False)
    assert [len(found.opened), len(found.lived), len(found.traced_opened), len(found.traced_lived)] == [2, 2, 1, 1]
    assert per_open_loop(found.opened, "descriptors") == 3
    assert per_open_loop(found.opened, "threads") == 0
    assert left_after_close(found.opened, "descriptors") == 0
    assert (per_open_loop(found.traced_opened, "objects") or 0) > 1
    assert (per_open_loop(found.traced_opened, "traced") or 0) > 100


@pytest.mark.parametrize(("name", "what"), [
    ("leaking:Descriptors", {"descriptors"}),
    ("leaking:Memory", {"resident", "traced"}),
    ("leaking:NativeMemory", {"resident"}),
    ("leaking:Threads", {"threads", "resident", "traced"}),
])  # fmt: skip
def test_a_loop_that_leaks_is_caught(name: str, what: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    found = costs_of(name, no_calls="not asked")

    assert set(leaks(found)) == what
    assert found.missing == ()


def test_a_loop_that_leaks_until_no_descriptor_is_left_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    found = costs_of("leaking:AllDescriptors", no_calls="not asked")

    assert leaks(found) == ("descriptors",)
    assert found.failed
    assert any(reason.startswith("lived, after ") and "Too many open files" in reason for reason in found.missing)


@pytest.mark.parametrize(("name", "said"), [
    ("raising:in_factory", "opened: RuntimeError: no …/loop.so for you"),
    ("dying:segfaults", "opened: died of SIGSEGV"),
    ("hanging:in_factory", "opened: no answer within 1 s: killed"),
    ("noisy:scribbles", "opened: wrote into the harness's pipe: b'[[[[ garbage\\n'"),
    ("lying:tells_nothing", "opened: delivered too few readings"),
])  # fmt: skip
def test_a_bad_loop_is_given_up_with_the_reason(name: str, said: str) -> None:
    found = costs_of(name, ["manual"], timeout_s=1 if name.startswith("hanging") else 20)

    assert found.missing[0] == said
    assert not any((found.opened, found.lived, found.traced_opened, found.traced_lived, found.calls))
    assert found.failed
    assert undecided(found)


@pytest.mark.parametrize(("name", "said"), [
    ("dying:at_exit", "died of SIGABRT after delivering"),
    ("hanging:at_exit", "did not end after delivering"),
])  # fmt: skip
def test_a_bad_end_is_kept_beside_what_was_delivered(name: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "EXIT_TIMEOUT_S", 0.5)

    found = costs_of(name, no_calls="not asked")

    assert said in found.missing
    assert per_open_loop(found.opened, "descriptors") == 3


def test_a_failure_before_the_first_lifecycle_has_no_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)

    found = costs_of("raising:WithATask", no_calls="not asked")

    assert "lived, after 0 loops: RuntimeError: not with a task" in found.missing
    assert undecided(found)


def test_what_a_loop_can_not_run_is_skipped_and_no_failure() -> None:
    found = costs_of("asyncio-poll", ["own_run"], no_calls="not asked")

    assert found.skipped == "asyncio-poll has no run() of its own"
    assert not found.failed
    assert found.opened
    assert not found.lived


@needs_strace
@pytest.mark.parametrize("name", ["manual", "asyncio_run_default", "warm"])
def test_system_calls_are_whole_and_repeat_exactly(name: str) -> None:
    asked = survey_of("asyncio", scenarios=[name])
    surveyor = Surveyor(asked, lambda _: None)

    (first,), (again,) = surveyor._calls(asked.loops[0]), surveyor._calls(asked.loops[0])

    assert first == again
    assert first.total == first.slope
    assert set(first.stages) == set(registry.named(name).stages)


@needs_strace
def test_where_the_tracer_sees_no_lifecycle_the_scenario_is_a_reason() -> None:
    asked = survey_of("asyncio-poll", "raising:in_factory", scenarios=["manual", "own_run"])
    surveyor = Surveyor(asked, lambda _: None)

    good, bad = ([*surveyor._calls(loop)] for loop in asked.loops)

    assert [calls.failed for calls in good] == [False, False]
    assert good[1].missing == "asyncio-poll has no run() of its own"
    assert bad[0] == Calls("manual", missing="RuntimeError: no …/loop.so for you", failed=True)


def test_no_strace_is_a_reason_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert str(survey.why_no_calls()).startswith("strace is not installed: install")


def test_strace_is_not_looked_for_where_it_can_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")

    assert survey.why_no_calls() == "strace exists only on Linux, this is darwin"


@pytest.mark.parametrize(("script", "said"), [
    ("echo 'strace: PTRACE_TRACEME: Operation not permitted' >&2; exit 1", "PTRACE_TRACEME: Operation not permitted"),
    ("while :; do :; done", "no end within 0.5 s: killed"),
])  # fmt: skip
def test_a_strace_that_may_not_trace_is_a_reason(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strace").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "strace").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(survey, "CHECK_TIMEOUT_S", 0.5)

    reason = str(survey.why_no_calls())

    assert reason.startswith("strace does not work here: ")
    assert said in reason


def test_of_a_tracer_that_writes_without_end_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "KEPT_LOG", 10)
    tracer = ("/bin/sh", "-c", 'printf "%9000s" x > "$2"')
    process = Process("pass", (), start=Start(tracer=(*tracer, "sh"), switch="-c"))

    process.end(20)
    process.kill()

    assert 0 < len(process.log) < 9000


def test_a_gauge_is_asked_again_where_the_harness_was_suspended(suspensions: list[str]) -> None:
    surveyor, suspensions[:] = Surveyor(survey_of("asyncio"), lambda _: None), ["suspended"] * 2
    words = ["opened", "--count", "2", "--step", "1"]

    (found,) = surveyor._readings(loops.LOOPS[0], words, 1, 3)

    assert len(found.readings) == 4
    assert suspensions == []


def test_a_harness_that_is_suspended_each_time_is_the_reason_and_the_loop_is_not_given_up(
    suspensions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    suspensions[:] = ["suspended"] * 6

    found = costs_of("asyncio", no_calls="not asked")

    assert found.missing == ("opened: suspended",)
    assert found.failed
    assert (len(found.opened), len(found.lived)) == (0, 2)
