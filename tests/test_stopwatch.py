"""The worker, and the part of pyperf's worker protocol that it stands on: real processes."""

import asyncio
import functools
import gc
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace

import pyperf
import pytest
from living import by_id, gone

from bench.measurement import processes
from bench.subjects import loops, scenarios
from bench.worker import facts, pipe
from bench.worker import stopwatch as stopwatch_room
from bench.worker.facts import class_of, peak_memory, usable_processors
from bench.worker.stopwatch import Rehearsal, Stopwatch, Timing, _reference, _watch_policy
from scenarios._workload import EXPECTED, GetData, LoopFactory, Records, WrongRunError, get_data

ONCE = Rehearsal(1, 0)
pytestmark = pytest.mark.every_python
HERE = sys.version_info[:2]


def command(parent: int) -> list[str]:
    return [sys.executable, "-P", "-m", "bench.worker.stopwatch", str(parent)]


def named(scenario: str = "manual", loop: str = "asyncio") -> bytes:
    """The turn that names the cell."""
    words = ["--worker", "--quiet", "--values", "1", "--warmups", "0", "--loops", "1", "--scenario", scenario]
    words += ["--loop", loop, "--thread", "main", "--delay", "0", "--rehearsed", "2", "--longest-rehearsal", "0.001"]
    words += ["--workload", "sleep", "--port", "0"]
    return f"{json.dumps(words)}\n".encode()


def started() -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    return subprocess.Popen(command(os.getpid()), stdin=pipe, stdout=pipe, stderr=pipe, env=processes.environment())


def answers_to(*turns: bytes) -> list[bytes]:
    """What a worker answers when it has loaded, and to each of these turns; it then ends well."""
    with started() as process:
        assert process.stdin
        assert process.stdout
        answers = []
        for turn in turns:
            answers.append(process.stdout.readline())
            process.stdin.write(turn)
            process.stdin.flush()
        answers.append(process.stdout.readline())
        assert process.wait(30) == 0
    return answers


@pytest.mark.parametrize(
    "name", [name for name in scenarios.names() if not scenarios.named(name).skip_reason(loops.LOOPS[0], HERE)]
)
def test_a_worker_is_ready_calibrates_answers_each_turn_and_delivers_its_stages(name: str) -> None:
    two_that_calibrate, three_values_of_5, the_end = (b"2\n", b"4\n"), (b"5 3 1\n", b"\n", b"\n"), b"\n"

    loaded, *answers, last = answers_to(named(name, "uvloop"), *two_that_calibrate, *three_values_of_5, the_end)

    delivery = json.loads(last)
    values = delivery["values"]
    calibrated = [json.loads(answer) for answer in answers[1:3]]
    assert [loaded, answers[0], *answers[3:]] == [b"\n"] * 5
    assert all(0 < seconds < 30 for seconds, _ in calibrated)
    assert name == "threads" or all(processors == 1 for _, processors in calibrated)
    assert set(values) == {"total", *scenarios.named(name).stages}
    assert {len(numbers) for numbers in values.values()} == {3}
    parts = zip(*(values[stage] for stage in scenarios.named(name).stages), strict=True)
    assert [sum(part) for part in parts] == pytest.approx(values["total"]) or name == "threads"
    assert all(turn > 5 * value for turn, value in zip(delivery["turns"], values["total"], strict=True))
    assert delivery["metadata"]["loop_class"] == "uvloop.Loop"
    assert delivery["metadata"]["loops"] == 5
    assert delivery["metadata"]["loop_libuv"].startswith("1.")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's file is Linux'")
def test_where_memory_runs_out_a_worker_dies_before_the_harness() -> None:
    with started() as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()

        assert Path(f"/proc/{process.pid}/oom_score_adj").read_text() == "1000\n"
        process.stdin.close()


def test_pyperf_still_has_the_worker_options_that_we_use() -> None:
    options = {option for action in pyperf.Runner().argparser._actions for option in action.option_strings}

    assert options >= {"--worker", "--quiet", "--values", "--warmups", "--loops", "--affinity"}


def test_a_worker_whose_parent_goes_ends_at_its_next_turn() -> None:
    with started() as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        process.stdin.close()

        assert process.wait(300) == 1


def test_a_worker_that_was_adopted_before_it_began_does_not_begin() -> None:
    done = subprocess.run(command(1), capture_output=True, check=False, timeout=60, env=processes.environment())

    assert done.returncode == 1
    assert not done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux'")
def test_the_kernel_kills_a_hanging_worker_with_its_parent(tmp_path: Path) -> None:
    loops_folder = Path(__file__).parent / "loops"
    (tmp_path / "parent.py").write_text(
        "import os, subprocess, sys\n"
        f"command, cell = {command(0)[:-1]!r}, {named(loop='hanging:with_a_child')!r}\n"
        "child = subprocess.Popen([*command, str(os.getpid())], stdin=subprocess.PIPE, start_new_session=True)\n"
        "child.stdin.write(cell)\n"
        "child.stdin.flush()\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{Path.cwd()}:{loops_folder}"}
    with subprocess.Popen(
        [sys.executable, tmp_path / "parent.py"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        assert parent.stderr
        child = int(parent.stdout.readline())
        grandchild = int(parent.stderr.readline().split()[1])

        parent.kill()
        parent.wait(300)
        child_is_gone = gone(by_id(child))
        os.kill(grandchild, signal.SIGKILL)

    assert child_is_gone


class Watched(asyncio.SelectorEventLoop):
    """A loop of another class than asyncio's own."""


def stopwatch(factory: LoopFactory, scenario: str = "manual") -> Stopwatch:
    return Stopwatch(scenarios.named(scenario), factory, get_data)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's file is Linux'")
def test_peak_memory_is_the_worker_s_own_and_not_that_of_who_started_it() -> None:
    ballast = bytearray(200 << 20)
    ballast[:: 1 << 12] = b"x" * (200 << 8)  # each page is there
    *_, delivery = answers_to(named(), b"1 1 1\n", b"\n")

    assert 10 << 20 < json.loads(delivery)["metadata"]["mem_max_rss"] < len(ballast)


def test_a_kernel_that_does_not_say_leaves_pyperf_its_figure(tmp_path: Path) -> None:
    assert peak_memory(tmp_path / "status") == {}


def test_stages_of_a_value_add_up_to_its_total() -> None:
    watch = stopwatch(asyncio.new_event_loop)
    with scenarios.prepared(scenarios.named("manual"), loops.LOOPS[0], watch.new_loop) as once:
        total = watch.value(once, 3)

    assert sum(spent[0] for spent in watch.spent.values()) * 1e-9 == pytest.approx(total)
    assert all(spent[0] > 0 for spent in watch.spent.values())


def test_a_lifecycle_that_never_calls_the_factory_is_refused() -> None:
    watch = stopwatch(asyncio.new_event_loop)

    with pytest.raises(WrongRunError, match="did not run inside the call"):
        watch.value(lambda get_data: asyncio.run(get_data()), 1)


@pytest.mark.parametrize(("runs", "problem"), [(39, "ran the workload 39 times, not 40"), (0, "0 times, not 40")])
def test_a_call_with_fewer_lifecycles_than_declared_is_refused(runs: int, problem: str) -> None:
    watch = stopwatch(asyncio.new_event_loop, "threads")

    def once(get_data: GetData) -> Records:
        return [list(EXPECTED), *(asyncio.run(get_data()) for _ in range(runs))][-1]

    with pytest.raises(WrongRunError, match=problem):
        watch.value(once, 1)


def test_records_without_the_workload_are_refused() -> None:
    watch = stopwatch(asyncio.new_event_loop, "warm")

    with pytest.raises(WrongRunError, match="did not run inside the call"):
        watch.value(lambda _: list(EXPECTED), 1)


def test_other_records_are_refused() -> None:
    watch = stopwatch(asyncio.new_event_loop, "warm")

    with pytest.raises(WrongRunError, match=r"it returned .*Jane.*, not the two records"):
        watch.value(lambda get_data: asyncio.run(get_data())[:1], 1)


def test_right_records_that_are_not_those_of_this_lifecycle_are_refused() -> None:
    watch = stopwatch(asyncio.new_event_loop, "warm")

    def old_ones(get_data: GetData) -> Records:
        return list(asyncio.run(get_data()))

    with pytest.raises(WrongRunError, match="other records than the workload just made"):
        watch.value(old_ones, 1)


def test_a_workload_that_hardly_slept_is_refused() -> None:
    minutes = itertools.count(0.0, 60.0)

    class Hasty(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return next(minutes)

    watch = Stopwatch(scenarios.named("manual"), Hasty, functools.partial(get_data, 60), 60)

    with (
        scenarios.prepared(scenarios.named("manual"), loops.named("x:y"), watch.new_loop) as once,
        pytest.raises(WrongRunError, match="slept much less than the 60 s it was asked to"),
    ):
        watch.value(once, 1)


def test_what_is_no_loop_is_refused() -> None:
    with pytest.raises(WrongRunError, match=r"x:y gave no event loop: builtins\.int"):
        class_of(int, loops.named("x:y"))  # type: ignore[arg-type]  # as a bad package would


@pytest.mark.parametrize(("misdeed", "answer", "printed"), [
    ("os.closerange(3, 100); pipe.UNTIL_KILLED_S = 0", "", ""),
    ("os.closerange(0, 3)", '"done"\n', ""),
    ("print('late', end=''); os.close(1)", '"done"\n', "late"),
    ("sys.stdout.detach(); sys.stderr = 7", '"done"\n', ""),
    ("sys.setrecursionlimit(40); f = lambda: f(); f()", '{"error": "RecursionError: …', "RecursionError: "),
    ("sys.excepthook = sys.stderr = None; sys.exit()", '{"error": "SystemExit"}\n', ""),
    ("os.set_blocking(3, False); raise KeyError('x' * 2000)", '{"error": "KeyError: …', "KeyError: 'xxx"),
])  # fmt: skip
def test_a_delivery_arrives_and_ends_well_whatever_was_done_to_the_process(
    misdeed: str, answer: str, printed: str
) -> None:
    program = f"import os, sys; from bench.worker import pipe\ndef measure(_):\n    {misdeed}\n    return 'done'\n"

    done = subprocess.run(
        [sys.executable, "-c", f"{program}pipe.conclude(measure)"],
        capture_output=True, check=False, text=True, timeout=300, env=processes.environment(), stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert done.returncode == ('"error"' in answer)
    assert done.stdout.startswith(answer.partition("…")[0]) if "…" in answer else done.stdout == answer
    assert printed in done.stderr


def test_an_error_whose_text_can_not_be_had_has_a_name() -> None:
    class SilentError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert pipe.in_words(SilentError()) == "SilentError: its text can't be read"


def test_another_class_of_loop_than_the_factory_gives_is_refused() -> None:
    watch = stopwatch(asyncio.new_event_loop)

    with pytest.raises(WrongRunError, match=r"the loop that ran is asyncio\..*, not .*Watched"):
        watch.rehearse(lambda get_data: asyncio.run(get_data()), Watched, ONCE)
    with pytest.raises(WrongRunError, match="the loop that ran is none"):
        watch.rehearse(lambda _: list(EXPECTED), Watched, ONCE)


@pytest.mark.parametrize(("rehearsal", "lifecycles"), [
    (Rehearsal(1, 0), 1), (Rehearsal(5, 1), 5), (Rehearsal(5, 0.001), 2), (Rehearsal(1000, 0.0305), 31),
])  # fmt: skip
def test_so_many_lifecycles_are_rehearsed_but_not_for_long(
    rehearsal: Rehearsal, lifecycles: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = list[GetData]()
    monkeypatch.setattr(stopwatch_room, "clock", lambda: len(done) * 1_000_000)  # each takes a millisecond
    watch = stopwatch(Watched, "warm")

    def once(get_data: GetData) -> Records:
        done.append(get_data)
        with asyncio.Runner(loop_factory=Watched) as runner:
            return runner.run(get_data())

    watch.rehearse(once, Watched, rehearsal)

    assert len(done) == lifecycles


@pytest.mark.parametrize(("own_s", "helpers_s", "threads", "processors"), [
    (1.0, 0.0, 1, 1), (1.0, 0.05, 9, 1), (1.0, 0.2, 2, 2), (1.0, 2.5, 9, 4), (1.0, 2.5, 3, 3), (1.0, 0.5, 1, 2),
    (0.0, 1.0, 2, 2), (1e-9, 1e9, 10**6, 1001),
])  # fmt: skip
def test_threads_that_work_beside_the_loop_can_use_more_processors(
    own_s: float, helpers_s: float, threads: int, processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "_threads", lambda: threads)

    assert usable_processors(own_s, helpers_s) == processors


def test_threads_are_counted_where_the_kernel_does_not_list_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert facts._threads() >= threading.active_count()

    def gone(_: str) -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(os, "listdir", gone)

    assert facts._threads() == threading.active_count()


class Reopening(asyncio.SelectorEventLoop):
    """Works on after it was closed."""

    says_closed = False

    def close(self) -> None:
        """Close nothing."""
        self.says_closed = True

    def is_closed(self) -> bool:
        """What `close` was called for."""
        return self.says_closed

    def _check_closed(self) -> None:
        pass


def test_a_loop_that_was_closed_before_is_refused_and_one_that_stayed_open_is_not() -> None:
    watch, loop, other = stopwatch(Reopening), Reopening(), Watched()

    for running in (loop, loop, other):  # as in `warm`: a loop that nobody closed runs again
        running.run_until_complete(watch.watched_get_data())
        watch.refuse_closed_loop()
    loop.close()
    loop.run_until_complete(watch.watched_get_data())
    watch.refuse_closed_loop()
    loop.run_until_complete(watch.watched_get_data())
    with pytest.raises(WrongRunError, match="was closed in an earlier lifecycle, and returned again"):
        watch.refuse_closed_loop()

    loop.says_closed = False
    super(Reopening, loop).close()
    loop.close()
    other.close()


def test_closed_loops_are_not_kept_alive() -> None:
    watch = stopwatch(Watched)
    for _ in range(3):
        loop = Watched()
        loop.run_until_complete(watch.watched_get_data())
        loop.close()
        watch.refuse_closed_loop()
        existing = weakref.ref(loop)
        del loop
        gc.collect()

        assert existing() is None
        assert len(watch.closed) == 1


def test_a_loop_that_can_not_be_referred_to_weakly_is_taken_for_new() -> None:
    class Native:
        __slots__ = ()

    assert _reference(Native())() is None  # type: ignore[arg-type]  # not a loop, which all have weak references here


def test_a_registered_loop_of_another_package_is_refused() -> None:
    with pytest.raises(WrongRunError, match=r"uvloop:new_event_loop gave a loop of another package: .*Watched"):
        class_of(Watched, loops.named("uvloop"))
    assert class_of(Watched, loops.named("x:y")) is Watched


def test_create_is_timed_through_the_policy_where_asyncio_creates_the_loop() -> None:
    watch = stopwatch(asyncio.new_event_loop, "asyncio_run_default")
    scenario = scenarios.named("asyncio_run_default")
    with scenarios.prepared(scenario, loops.named("x:y"), Watched) as once:
        _watch_policy(watch)
        watch.rehearse(once, Watched, ONCE)
        watch.value(once, 2)

    assert watch.spent["create"][0] > 0


@pytest.mark.parametrize(("delay_s", "rehearsals"), [(0.0, 2), (1.0, 0)])
def test_a_turn_begins_with_a_rehearsal_unless_a_lifecycle_sleeps_for_long(
    delay_s: float, rehearsals: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    watch = Stopwatch(scenarios.named("warm"), asyncio.SelectorEventLoop, get_data, delay_s)
    monkeypatch.setattr(watch, "rehearse", lambda *_: done.append("rehearsal"))
    monkeypatch.setattr(watch, "value", lambda *_: done.append("value"))
    turns = SimpleNamespace(wait=lambda: done.append("wait"))
    timing = Timing(watch, lambda _: [], object, Rehearsal(100, 0.03), turns)  # type: ignore[arg-type]  # it waits as one
    timing.in_a_turn = 2

    for _ in range(4):
        timing(1)

    assert done.count("rehearsal") == rehearsals
    assert [step for step in done if step != "rehearsal"] == ["value", "value", "wait"] * 2
    assert len(timing.turns_s) == 2


@pytest.mark.parametrize(("delay_s", "steps"), [
    (0.0, ["rehearsal", "value", "value", "value"]), (1.0, ["rehearsal", "rehearsal", "rehearsal"]),
])  # fmt: skip
def test_only_the_first_calibrating_value_follows_a_rehearsal(
    delay_s: float, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    watch = Stopwatch(scenarios.named("warm"), asyncio.SelectorEventLoop, get_data, delay_s)
    monkeypatch.setattr(watch, "rehearse", lambda *_: done.append("rehearsal"))
    monkeypatch.setattr(watch, "value", lambda *_: done.append("value"))
    timing = Timing(watch, lambda _: [], object, Rehearsal(100, 0.03), SimpleNamespace())  # type: ignore[arg-type]  # unused

    for _ in range(3):
        timing.calibrating(1)

    assert done == steps
