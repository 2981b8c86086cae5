"""What is left of a process, or of a killed harness, is ended wherever it went: real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from living import alive, by_id, gone

from bench.measurement import guard, processes

pytestmark = [
    pytest.mark.every_python,
    pytest.mark.skipif(sys.platform != "linux", reason="the badge is looked for in /proc"),
]
SLEEPS = "import time; time.sleep(300)"
ESCAPES = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {SLEEPS!r}], start_new_session=True, stdin=subprocess.DEVNULL)
if not os.fork():
    os.setsid()
    if daemon := os.fork():
        print(child.pid, daemon, flush=True)
    {SLEEPS}
{SLEEPS}
"""


def ignored(process: int) -> int:
    """The signals that a process ignores, a bit each."""
    return int(Path(f"/proc/{process}/status").read_text().partition("SigIgn:\t")[2][:16], 16)


@pytest.fixture
def escaping(tmp_path: Path) -> Path:
    """A program that starts what leaves its session, says the ids of that, and sleeps."""
    program = tmp_path / "escapes.py"
    program.write_text(ESCAPES)
    return program


def test_what_left_the_session_of_a_process_ends_with_it(escaping: Path) -> None:
    process = processes.Process(escaping, ())
    ids = [int(number) for number in process.answer(300).split()]
    assert set(alive(by_id(*ids))) == set(ids)

    process.kill()

    assert gone(by_id(*ids))


def test_what_a_killed_harness_started_ends_wherever_it_went(escaping: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from bench.measurement.processes import Process\n"
        "process = Process(Path(sys.argv[1]), ())\n"
        "print(process._process.pid, process.answer(300).decode(), flush=True)\n"
        "time.sleep(300)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, escaping], stdout=subprocess.PIPE) as harness:
        assert harness.stdout
        ids = [int(number) for number in harness.stdout.readline().split()]
        assert set(alive(by_id(*ids))) == set(ids)

        os.kill(harness.pid, signal.SIGKILL)

        assert gone(by_id(*ids))


def test_a_guard_that_was_killed_is_replaced(escaping: Path) -> None:
    processes.Process(escaping, ()).kill()
    first = processes.BADGES._guard
    assert first
    first.kill()
    first.wait()

    processes.Process(escaping, ()).kill()

    second = processes.BADGES._guard
    assert second
    assert second is not first
    assert alive(by_id(second.pid))


def test_the_guard_of_one_harness_leaves_another_s_processes_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPS], env={**os.environ, guard.BADGE: "another-1"}) as other:
        while other.pid not in guard.wearers("another"):  # forked, and not yet the program
            time.sleep(0.01)

        guard.end("anotherone")

        assert alive(by_id(other.pid))
        guard.end("another")
        assert other.wait(300) == -signal.SIGKILL


def test_a_guard_does_not_end_before_its_harness_and_then_at_once() -> None:
    words = [sys.executable, "-m", "bench.measurement.guard", "nobody's"]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            while not ignored(process.pid) >> number - 1 & 1:
                time.sleep(0.01)
            process.send_signal(number)
        assert process.poll() is None

        process.stdin.close()

        assert process.wait(300) == 0


def test_where_there_is_no_proc_nothing_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PROCESSES", tmp_path / "proc")

    assert list(guard.wearers("")) == []


def test_looking_ends_though_something_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PATIENCE_S", 0)
    looks: list[str] = []

    def never_gone(badge: str) -> list[int]:
        looks.append(badge)
        return [2**22 + 1]  # more than Linux gives

    monkeypatch.setattr(guard, "wearers", never_gone)

    guard.end("stuck")

    assert looks == ["stuck"] * guard.LOOKS
