"""What ends a harness before its time, from Ctrl-C to SIGKILL: real harnesses, and a loop that leaves a daemon."""

import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyperf
import pytest
from commands import main
from conftest import BAD_LOOPS
from living import by_folder, gone

from bench.cli import measuring, report, terminal
from bench.store import folder as run_folder
from bench.store.outcomes import Dropped

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
SUSPENDS = """
import asyncio, os, pathlib, signal, time
class new_loop(asyncio.SelectorEventLoop):
    others_turns, last = 0, time.monotonic()
    def run_until_complete(self, future):
        new_loop.others_turns += time.monotonic() - new_loop.last > 0.003
        if new_loop.others_turns == 6 and not os.path.exists("done"):
            pathlib.Path("done").touch()
            time.sleep(0.05)  # the harness has given the turn, and waits by now
            os.kill(os.getppid(), signal.SIGSTOP)
            time.sleep(4)
            os.kill(os.getppid(), signal.SIGCONT)
        try:
            return super().run_until_complete(future)
        finally:
            new_loop.last = time.monotonic()
"""


class Harness:
    """`python -m bench` in a folder of its own, measuring three rounds of a loop that leaves a daemon behind."""

    def __init__(self, folder: Path, loop: str = "staying:daemon") -> None:
        self.folder = folder
        self.words = [sys.executable, "-m", "bench", "--scenario", "warm", "--loop", loop, "-o", "run"]
        self.environment = {**os.environ, "PYTHONPATH": f"{Path.cwd()}{os.pathsep}{BAD_LOOPS}"}

    def start(self, words: Sequence[str] = (), **more: object) -> "subprocess.Popen[str]":
        """Start it, and wait until its first round is on disk, or dropped."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        process: subprocess.Popen[str] = subprocess.Popen(
            [*self.words, *words], cwd=self.folder, env=self.environment, text=True, **streams
        )  # type: ignore[call-overload]  # whatever else Popen takes
        journal = self.folder / "run" / "journal.jsonl"
        while not journal.exists() or not re.search(b"Done|Dropped", journal.read_bytes()):
            time.sleep(0.02)
        return process

    def resume(self) -> "subprocess.CompletedProcess[str]":
        """Go on to the end."""
        words = [sys.executable, "-m", "bench", "--resume", "run", "-q"]
        return subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )

    def wait_until_all_are_gone(self) -> bool:
        """Whether all that lives in the folder has ended: workers, daemons, and what had only been forked."""
        return gone(by_folder(self.folder))


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    """A harness in the foreground of a terminal, wherever the tests run.

    A background job inherits SIGINT ignored, and what runs under nohup inherits SIGHUP ignored.
    """
    handlers: dict[signal.Signals, Callable[..., object] | signal.Handlers] = {
        signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL, signal.SIGTERM: signal.SIG_DFL,
    }  # fmt: skip
    earlier = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    yield Harness(tmp_path)
    for number, handler in earlier.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("blows", "code"), [
    pytest.param([signal.SIGINT], 130, marks=pytest.mark.every_python),
    ([signal.SIGINT, signal.SIGINT], 130), ([signal.SIGTERM], 130), ([signal.SIGKILL], -9),
])  # fmt: skip
def test_an_interrupted_run_keeps_its_rounds_leaves_nothing_and_can_be_resumed(
    harness: Harness, blows: list[signal.Signals], code: int
) -> None:
    process = harness.start(["--fast", "--rounds", "2", "--without-intervals"])
    for blow in blows:
        process.send_signal(blow)
        time.sleep(0.05)
    out, said = process.communicate(timeout=300)

    # A signal to a Python that is ending already is the kernel's affair: shells say 130 of that too.
    assert process.returncode in {code, -blows[-1] if code == 130 else code}
    assert harness.wait_until_all_are_gone()
    before = run_folder.RunFolder(harness.folder / "run").load()
    assert before.rounds_done["warm"] >= 1
    assert not before.problems
    if blows == [signal.SIGINT]:
        assert {run.round for run in before.runs} == set(range(before.rounds_done["warm"]))
    if code == 130:
        assert said.endswith("interrupted; resume with: python -m bench --resume run\n")
    if "kept in run" in said or (len(blows) == 1 and code == 130):  # a second Ctrl-C may come while tables are made
        assert "staying:daemon  " in out
        assert pyperf.BenchmarkSuite.load(str(harness.folder / "run" / "suites" / "staying--daemon.json"))
    assert ("a second Ctrl-C stops at once" in said) == (signal.SIGINT in blows)
    if blows == [signal.SIGTERM]:
        return  # it ends as after the second Ctrl-C
    done = harness.resume()
    after = run_folder.RunFolder(harness.folder / "run").load()
    assert done.returncode == 0
    assert after.rounds_done == {"warm": 2}
    assert after.outcomes[: len(before.outcomes)] == before.outcomes


@pytest.mark.every_python
@pytest.mark.parametrize(("handler", "asked_for"), [(signal.SIG_IGN, False), (signal.default_int_handler, True)])
def test_the_first_ctrl_c_only_asks_and_where_it_is_ignored_it_stays_so(
    handler: signal.Handlers, capfd: pytest.CaptureFixture[str], *, asked_for: bool
) -> None:
    earlier = signal.signal(signal.SIGINT, handler)
    try:
        with terminal.patience("soon") as asked:
            os.kill(os.getpid(), signal.SIGINT)

            assert asked() == asked_for
            assert capfd.readouterr().err == ("\nsoon\n" if asked_for else "")
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, earlier)


def test_a_terminal_that_is_closed_is_a_clean_end(harness: Harness) -> None:
    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = harness.start(stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=take_terminal)
    os.close(theirs)
    os.close(ours)

    assert process.wait(300) == 130
    assert harness.wait_until_all_are_gone()
    assert run_folder.RunFolder(harness.folder / "run").load().rounds_done["warm"] >= 1
    assert (harness.folder / "run" / "suites" / "staying--daemon.json").exists()


def test_nohup_outlives_its_terminal(harness: Harness) -> None:
    earlier = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = harness.start(["--rounds", "2", "--without-intervals", "--fast"])
    signal.signal(signal.SIGHUP, earlier)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=300)

    assert process.returncode == 0


def test_where_nobody_reads_any_more_it_measures_to_the_end(harness: Harness) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = harness.start(["--fast", "--rounds", "1", "--without-intervals"], stdout=writing, stderr=writing)
    os.close(writing)

    assert process.wait(300) == 0
    assert (harness.folder / "run" / "comparisons.json").exists()


def test_a_stream_of_messages_has_the_descriptor_of_what_it_writes_to() -> None:
    with Path(os.devnull).open("w") as stream:
        assert terminal.Lasting(stream).fileno() == stream.fileno()


@pytest.mark.parametrize("words", [["list"], ["--dry-run", "--loop", "asyncio"], ["doctor"]])
def test_output_that_fills_a_disk_is_an_error(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bench", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
            check=False,
        )

    assert done.returncode == 3
    assert done.stderr.startswith("error: the output can't be written: No space left on device")
    assert "Traceback" not in done.stderr


def test_a_round_in_which_the_harness_was_suspended_is_dropped_and_measured_again(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SUSPENDS)
    harness = Harness(tmp_path, "mine:new_loop")

    process = harness.start(["--fast", "--rounds", "2", "--without-intervals", "--timeout", "2", "-q"])
    out, _ = process.communicate(timeout=300)

    kept = run_folder.RunFolder(harness.folder / "run").load()
    (dropped,) = (outcome for outcome in kept.outcomes if isinstance(outcome, Dropped))
    assert process.returncode == 0
    assert "a wait of at most 2 s lasted" in dropped.reason
    assert "the harness was suspended, or the clock jumped" in dropped.reason
    assert kept.rounds_done == {"warm": 2}
    assert dropped.round not in {run.round for run in kept.runs}
    assert f"warm, round {dropped.round + 1} was dropped and measured again: a wait of at most" in out


def test_a_ctrl_c_while_the_tables_are_made_leaves_the_command_that_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_given: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(measuring, "measure", interrupted)
    monkeypatch.setattr(report, "conclude", interrupted)

    code = main("--scenario", "warm", "--loop", "asyncio", "-q", "-o", str(tmp_path / "run"))

    assert code == 130
    assert capsys.readouterr().err.endswith(f"interrupted; resume with: python -m bench --resume {tmp_path / 'run'}\n")
