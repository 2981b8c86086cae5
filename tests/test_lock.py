"""The lock of a run folder: within one process, and between two."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import about

from bench import cli
from bench.errors import BenchError, InUseError, NotMeasuredError
from bench.store import folder as run_folder
from bench.store.folder import RunFolder
from bench.store.lock import Lock

BY_ME = (
    rf"is in use: process {os.getpid()} has been measuring into it since \d{{4}}-\d\d-\d\d \d\d:\d\d\nwait for its end"
)


def main(*words: str) -> int:
    """`cli.main` in this process; what it exits with."""
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A new run."""
    made = RunFolder(tmp_path / "run")
    made.create(about(["manual"], ["asyncio"]))
    return made


def test_a_second_one_is_refused_naming_the_first_and_nothing_is_left(folder: RunFolder) -> None:
    with folder.locked(), pytest.raises(InUseError, match=BY_ME), RunFolder(folder.path).locked():
        pass

    with RunFolder(folder.path).locked():
        pass

    assert {file.name for file in folder.path.iterdir()} == {run_folder.ABOUT, run_folder.JOURNAL}


def test_whoever_has_the_lock_may_ask_for_it_again(folder: RunFolder) -> None:
    with folder.locked():
        with folder.locked():
            pass

        assert (folder.path / run_folder.LOCK).exists()


def test_of_two_that_make_one_folder_one_wins_and_the_other_names_it(tmp_path: Path) -> None:
    first, second = RunFolder(tmp_path / "run"), RunFolder(tmp_path / "run")

    with first.locked(new=True):
        with pytest.raises(InUseError, match=BY_ME), second.locked(new=True):
            pass
        first.create(about(["manual"], ["asyncio"]))
    with pytest.raises(BenchError, match="is not empty"), second.locked(new=True):
        second.create(about(["manual"], ["asyncio", "uvloop"]))

    assert first.load().about.plan.loops == ("asyncio",)


def test_nothing_is_left_in_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="there is no run in"), RunFolder(tmp_path).locked():
        pass

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("left", "named"), [
    (b"", "another process has been measuring into it\n"),
    (b"\x1b[2J" * 999, "another process has been measuring into it\n"),
    (b"12 since 2026-11-24 12:03\n", "process 12 has been measuring into it since 2026-11-24 12:03\n"),
])  # fmt: skip
def test_what_stands_in_a_lock_is_not_believed(folder: RunFolder, left: bytes, named: str) -> None:
    with folder.locked():
        (folder.path / run_folder.LOCK).write_bytes(left)

        with pytest.raises(InUseError, match=named), RunFolder(folder.path).locked():
            pass


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_where_no_lock_can_be_had_nothing_is_written_and_a_report_is_printed_all_the_same(
    folder: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    if kind == "link":
        (folder.path / run_folder.LOCK).symlink_to(tmp_path / "outside")
    else:
        os.mkfifo(folder.path / run_folder.LOCK)

    codes = [main("--resume", str(folder.path)), main("report", str(folder.path))]

    out, err = capsys.readouterr()
    assert codes == [3, 3]
    assert "Nothing was measured" in out
    assert len(re.findall(r"lock can't be written: it is (?:a link|not a regular file)", err)) == 2
    assert {file.name for file in folder.path.iterdir()} == {run_folder.ABOUT, run_folder.JOURNAL, run_folder.LOCK}
    assert not (tmp_path / "outside").exists()


def test_a_lock_that_was_deleted_while_it_was_taken_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, flock = tmp_path / "lock", fcntl.flock
    deleted: list[int] = []

    def late(descriptor: int, how: int) -> None:
        if not deleted:  # its holder ends between the opening and the locking of the file
            deleted.append(place.stat().st_ino)
            place.unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    lock = Lock(place)

    assert lock.holds()
    assert deleted
    lock.release()
    assert not place.exists()


def test_a_lock_that_can_not_be_filled_is_not_left(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "ftruncate", refused)
        with pytest.raises(NotMeasuredError, match="lock can't be written: No space left"), folder.locked():
            pass

    assert not (folder.path / run_folder.LOCK).exists()
    with folder.locked():
        pass


@pytest.fixture
def going(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process' run into `run`: it goes on no further, and holds its lock, until it is killed."""
    words = [
        "--scenario",
        "warm",
        "--fast",
        "--rounds",
        "1",
        "--without-intervals",
        "--loop",
        "asyncio",
        "-q",
        "-o",
        str(tmp_path / "run"),
    ]
    with subprocess.Popen([sys.executable, "-m", "bench", *words]) as process:
        while process.poll() is None and not (tmp_path / "run" / run_folder.ABOUT).exists():
            time.sleep(0.02)
        process.send_signal(signal.SIGSTOP)
        yield process
        process.kill()


def test_a_folder_that_a_run_goes_into_is_left_to_it_until_it_is_killed(
    going: "subprocess.Popen[bytes]", tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "run")
    who = rf"{re.escape(folder)} is in use: process {going.pid} has been measuring into it since [\d: -]+\n"

    for words in (
        ("--scenario", "warm", "--loop", "asyncio", "-o", folder),
        ("--resume", folder),
        ("resources", "--loop", "asyncio", "--into", folder),
    ):
        code = main(*words)
        out, err = capsys.readouterr()
        assert (code, out) == (2, "")
        assert re.match(f"error: {who}wait for its end, or name another folder", err)
    code = main("report", folder)
    out, err = capsys.readouterr()
    assert code == 3
    assert re.fullmatch(rf"\nnothing was written: {who}", err)
    assert "asyncio" in out
    assert {file.name for file in Path(folder).iterdir()} == {run_folder.ABOUT, run_folder.JOURNAL, run_folder.LOCK}

    going.kill()
    going.wait()

    assert main("--resume", folder, "-q") == 0
    assert RunFolder(Path(folder)).load().complete
    assert not Path(folder, run_folder.LOCK).exists()
