"""What loops cost besides time: slopes and leaks from invented readings, and real gauges of good loops and bad ones."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.measurement import processes
from bench.measurement.processes import EndedError, Process, Start, SuspendedError
from bench.plan.cells import Cell
from bench.reports import resources as report
from bench.resources import cold_starts, gauge, strace, survey
from bench.resources.cold_estimates import startups
from bench.resources.readings import (
    Calls,
    ColdCell,
    ColdStart,
    LoopCosts,
    Reading,
    Readings,
    Resources,
    leaks,
    left_after_close,
    per_lifecycle,
    per_open_loop,
    slope,
    undecided,
)
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


def readings(numbers: Sequence[int], step: int = 20, ending: str | None = None) -> Readings:
    """Readings in which everything holds these numbers, every so many loops."""
    return Readings(tuple(Reading(index * step, *[number] * 5) for index, number in enumerate(numbers)), ending)


def lives(numbers: Sequence[int], processes_: int = 2, ending: str | None = None) -> LoopCosts:
    found = (readings(numbers, ending=ending),) * processes_
    return LoopCosts("zloop", "1.0", lived=found, traced_lived=found[:1])


@given(st.integers(0, 1000), st.integers(0, 10**6), st.integers(2, 20))
def test_a_slope_is_exact_where_each_loop_holds_the_same(each: int, before: int, count: int) -> None:
    assert slope([(loops_, before + each * loops_) for loops_ in range(count)]) == each


@given(st.integers(0, 10**6), st.integers(0, 10))
def test_one_jump_of_an_allocator_at_the_edge_is_no_slope(jump: int, before: int) -> None:
    assert slope([(0, before), *((loops_, before + jump) for loops_ in range(10, 110, 10))]) == 0


def test_one_reading_has_no_slope_and_neither_has_one_repeated() -> None:
    assert slope([(1, 5)]) is None
    assert slope([(1, 5), (1, 6)]) is None


def test_what_a_loop_holds_is_read_while_they_open_and_what_is_left_after() -> None:
    found = [readings([10, 13, 16, 19, 11], step=1)]

    assert per_open_loop(found, "descriptors") == 3
    assert left_after_close(found, "descriptors") == 1


def test_what_ended_early_has_a_slope_but_nothing_that_is_left() -> None:
    found = [readings([10, 13, 16], step=1, ending="OSError")]

    assert per_open_loop(found, "descriptors") == 3
    assert left_after_close(found, "descriptors") is None


def test_a_lifecycle_is_judged_after_warm_up() -> None:
    flat = lives([*range(0, 10_000, 1000), *[10_000] * 11])

    assert per_lifecycle(flat.lived, "resident") == 0
    assert leaks(flat) == ()
    assert not undecided(flat)


@given(st.integers(513 * 20, 10**7))
def test_what_grows_with_every_lifecycle_in_every_process_leaks(each_step: int) -> None:
    found = lives([each_step * index for index in range(21)])

    assert leaks(found) == ("descriptors", "threads", "resident", "traced")


@given(st.integers(0, 10**7), st.integers(11, 19))
def test_one_jump_is_no_leak(jump: int, where: int) -> None:
    assert leaks(lives([jump * (index >= where) for index in range(21)])) == ()


def test_what_grows_in_one_process_only_is_no_leak() -> None:
    found = lives([10**5 * index for index in range(21)])

    assert "resident" not in leaks(replace(found, lived=(*found.lived, readings([0] * 21))))


def test_a_loop_that_ran_out_of_descriptors_early_leaks_them_and_no_memory_for_all_we_know() -> None:
    found = lives([10**6, 2 * 10**6], ending="OSError: Too many open files")

    assert leaks(found) == ("descriptors", "threads")
    assert not undecided(found)


@pytest.mark.parametrize("found", [
    lives([5] * 3, ending="died"),
    LoopCosts("zloop", "1.0"),
    replace(lives([5] * 21), traced_lived=()),
])  # fmt: skip
def test_what_was_not_looked_at_long_enough_is_undecided(found: LoopCosts) -> None:
    assert leaks(found) == ()
    assert undecided(found)


LOG = b"""\
7 openat(AT_FDCWD, "x", O_RDONLY) = 3
7 access("evloop-bench start", F_OK) = -1 ENOENT
7 access("evloop-bench create", F_OK) = -1 ENOENT
7 epoll_create1(EPOLL_CLOEXEC) = 3
8 futex(0x1, FUTEX_WAIT <unfinished ...>
7 access("evloop-bench start", F_OK <unfinished ...>
8 <... futex resumed>) = 0
7 <... access resumed>) = -1 ENOENT
7 access("evloop-bench work", F_OK) = -1 ENOENT
7 epoll_wait(3, [], 1, 0) = 0
7 epoll_wait(3, [], 1, 0) = 0
7 access("evloop-bench finish", F_OK) = -1 ENOENT
8 +++ exited with 0 +++
7 close(3) = 0
7 access("evloop-bench idle", F_OK) = -1 ENOENT
7 munmap(0x1, 2) = 0
"""


def test_a_log_is_cut_at_the_marks_and_an_interrupted_call_counts_once() -> None:
    (found,) = strace.lifecycles(LOG)

    assert found == {
        ("create", "epoll_create1"): 1, ("create", "futex"): 1, ("work", "epoll_wait"): 2, ("finish", "close"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("stage", [*registry.STAGES, gauge.IDLE])
def test_the_marks_that_a_probe_makes_are_those_that_are_looked_for(stage: str) -> None:
    line = f'access("{gauge.MARK}{stage}", F_OK) = -1'.encode()

    assert strace.lifecycles(line * 2) == ([{}] if stage == gauge.IDLE else [])


def test_a_typical_lifecycle_holds_no_rare_call_but_the_slope_does() -> None:
    usual, rare = {("work", "read"): 2}, {("work", "read"): 2, ("work", "brk"): 1}

    found = strace.calls(registry.named("warm"), [usual, usual, usual, rare])

    assert found == Calls("warm", {"start": {}, "work": {"read": 2}, "finish": {}}, slope=2.5)
    assert found.total == 2


def test_a_log_without_lifecycles_is_refused() -> None:
    with pytest.raises(ValueError, match="strace saw fewer than two lifecycles"):
        strace.calls(registry.named("manual"), strace.lifecycles(b"\x00garbage\n" + LOG))


@given(st.binary())
def test_any_log_can_be_read(log: bytes) -> None:
    assert strace.lifecycles(log) == []


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


@pytest.mark.parametrize("name", registry.names())
def test_a_cold_start_tells_when_it_began_imported_and_got_data(name: str) -> None:
    scenario = registry.named(name)
    if reason := scenario.skip_reason(loops.LOOPS[0], sys.version_info[:2]):
        pytest.skip(reason)

    start = cold_starts._start(
        survey_of("uvloop", scenarios=[name]), Cell(name, "uvloop", "loop"), loops.named("uvloop")
    )

    assert 0 < start.began < start.asyncio < start.loop < start.first < start.ended


def test_each_sweep_starts_every_program_once_and_a_bad_loop_is_a_reason() -> None:
    names = [
        "asyncio",
        "asyncio-poll",
        "raising:in_factory",
        "dying:segfaults",
        "lying:backdates",
        "lying:tells_nothing",
        "noisy:scribbles",
    ]

    found = cold_starts.cold_starts(survey_of(*names, rounds=3), lambda _: None)

    reasons = {cell.label: cell.missing for cell in found}
    assert [cell.role for cell in found] == ["bare", "asyncio", "baseline", "control", *["loop"] * 6]
    assert {len(cell.starts) for cell in found} == {3}
    assert all(start for cell in found[:5] for start in cell.starts)
    assert not any(start for cell in found[5:] for start in cell.starts)
    assert reasons == {
        "bare interpreter": None, "import asyncio": None, "asyncio": None, "control": None, "asyncio-poll": None,
        "raising:in_factory": "RuntimeError: no …/loop.so for you",
        "dying:segfaults": "died of SIGSEGV",
        "lying:backdates": "delivered times that are not in order",
        "lying:tells_nothing": "delivered no times",
        "noisy:scribbles": "wrote into the harness's pipe: b'[[[[ garbage\\n'",
    }  # fmt: skip


def test_a_cold_start_that_hangs_or_ends_badly_is_a_reason() -> None:
    found = cold_starts.cold_starts(survey_of("hanging:in_factory", "dying:at_exit", timeout_s=3), lambda _: None)

    reasons = {cell.label: cell.missing for cell in found}
    assert reasons["hanging:in_factory"] == "no end within 3 s: killed"
    assert reasons["dying:at_exit"] == "died of SIGABRT"


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


def test_a_cold_start_is_asked_again_where_the_harness_was_suspended(suspensions: list[str]) -> None:
    suspensions[:] = ["suspended"] * 2

    found = cold_starts.cold_starts(survey_of("asyncio", rounds=1), lambda _: None)

    assert all(cell.starts[0] for cell in found)
    assert {cell.missing for cell in found} == {None}
    assert suspensions == []


def test_an_end_that_comes_much_later_than_it_can_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
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


def cold(label: str, role: str, *starts: ColdStart | None, missing: str | None = None) -> ColdCell:
    return ColdCell(label, role, starts, missing)  # type: ignore[arg-type]  # a role


def invented(no_calls: str | None = None, *costs: LoopCosts) -> Resources:
    """Resources of asyncio and of one loop that leaks."""
    ms = 10**6
    both = [ColdStart(60 * ms + n, 10 * ms, 40 * ms, 41 * ms, 50 * ms) for n in range(7)]
    opened = (readings([10, 13, 16, 10], step=1),)
    calls = (Calls("manual", {"create": {"socketpair": 1}, "finish": {"close": 3}}, 4.25), Calls("warm", missing="no"))
    plain = LoopCosts("asyncio", "3.14.0", opened, (readings([5] * 21),) * 2, opened, (readings([5] * 21),), calls)
    leaking = replace(lives([20000 * n for n in range(21)]), opened=opened, missing=("opened: died",))
    skipping = LoopCosts("yloop", None, skipped="yloop has no run() of its own")
    cells = (
        cold("bare interpreter", "bare", *[ColdStart(10 * ms + n) for n in range(7)]),
        cold("import asyncio", "asyncio", *[ColdStart(50 * ms + n) for n in range(7)]),
        cold("asyncio", "baseline", *both),
        cold("control", "control", *both),
        cold("zloop", "loop", *both[:6], None, missing="died of SIGSEGV"),
        cold("yloop", "loop", missing="yloop has no run() of its own"),
    )
    facts = {"python": "3.14.0", "implementation": "CPython", "loop asyncio": "3.14.0", "loop zloop": "1.0"}
    return Resources("2026-11-24", 1, "manual", facts, costs or (plain, leaking, skipping), cells, no_calls)


def test_cold_starts_are_compared_sweep_by_sweep() -> None:
    bare, asyncio, baseline, control, zloop, yloop = startups(invented().cold)

    assert baseline.over_bare
    assert baseline.over_asyncio
    assert baseline.imports
    assert (bare.first, bare.over_bare, asyncio.over_asyncio, baseline.ratio) == (None, None, None, None)
    assert baseline.over_bare.value == pytest.approx(0.05)
    assert baseline.over_asyncio.value == pytest.approx(0.01)
    assert baseline.imports.value == pytest.approx(0.001)
    assert control.ratio
    assert control.ratio.low == control.ratio.value == control.ratio.high == 1
    assert (zloop.rounds, zloop.missing) == (6, "died of SIGSEGV")
    assert (yloop.rounds, yloop.exit, yloop.ratio) == (0, None, None)


def test_cold_starts_without_anything_to_compare_with_stand_alone() -> None:
    (only,) = startups([cold("zloop", "loop", ColdStart(5, 1, 2, 3, 4))])

    assert (only.ratio, only.over_bare) == (None, None)
    assert only.exit


def test_the_tables_say_what_is_held_left_called_and_waited_for() -> None:
    text = report.as_text(invented(), "simple", None)

    assert "asyncio              3" in text
    assert "leaks descriptors, threads, memory" in text
    assert "manual      asyncio        4         1        –       –         3  close 3, socketpair 1" in text
    assert "asyncio in manual: 4 calls in a typical lifecycle, 4.25 on average" in text
    assert "asyncio in warm: not in the table: no" in text
    assert "zloop: cold start: died of SIGSEGV" in text
    assert "zloop: opened: died" in text
    assert text.count("yloop has no run() of its own") == 1
    assert "yloop: no lifecycle, no cold start: yloop has no run() of its own" in text


def test_the_sentence_can_be_quoted() -> None:
    assert report.closing_sentence(invented()).startswith(
        "On CPython 3.14.0, in manual, asyncio 3.14.0 takes 3 descriptors, 3 threads, 0.003 KiB of memory, "
        "4 system calls in a lifecycle, 50.0 (50.0–50.0) ms from a fresh interpreter's start to get_data; zloop 1.0"
    )
    assert report.closing_sentence(invented()).endswith("zloop leaks: descriptors, threads, memory.")
    assert report.closing_sentence(invented(None, LoopCosts("zloop", None))) == "No loop could be looked at."
    quiet = report.closing_sentence(invented(None, invented().loops[0]))
    assert quiet.endswith("No leak was seen.")


@pytest.mark.parametrize("width", [80, 40, 10])
def test_no_line_is_wider_than_the_terminal_where_a_column_fits(width: int) -> None:
    text = report.as_text(invented(), "simple", width)

    widest = max(len(line) for line in text.splitlines() if "  " in line)
    assert widest <= max(width, 50)  # the widest two columns that can't be parted
    assert "most frequent" in text


def test_without_strace_the_table_is_absent_with_the_reason() -> None:
    text = report.as_text(invented("there is no strace here"), "simple", 80)

    assert "not in the table: there is no strace here" in text
    assert "most frequent" not in text


def test_json_has_figures_estimates_and_the_readings_they_come_from() -> None:
    found = json.loads(report.as_json(invented()))

    assert found["figures"][0]["per_open_loop"]["descriptors"] == 3
    assert found["figures"][1]["leaks"] == ["descriptors", "threads", "resident", "traced"]
    assert found["figures"][2]["per_lifecycle"]["resident"] is None
    assert found["cold_start"][2]["program"] == "asyncio"
    assert found["readings"]["loops"][0]["lived"][0]["readings"][1]["loops"] == 20
