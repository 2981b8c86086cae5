"""Disks that refuse: real ones, mounted where only these tests see them, and folders that go away during a run."""

import contextlib
import json
import mmap
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.store import folder as run_folder

if sys.platform != "linux":
    pytest.skip("mounts file systems of its own, which only Linux lets it", allow_module_level=True)

APART = ("unshare", "--map-root-user", "--mount")
QUICK = ("--scenario", "warm", "--fast", "--loop", "asyncio", "-q")
PRELUDE = """
import json, subprocess, sys
from contextlib import suppress
from pathlib import Path
from invented import about
from bench.errors import NotMeasuredError
from bench.store.outcomes import Done, Failure
from bench.store.folder import JOURNAL, RunFolder

disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], check=True)
folder = RunFolder(disk / "run")

def refusal(act):
    try:
        act()
    except NotMeasuredError as error:
        return str(error)

def fill(left):
    "Take all that is free but `left` bytes."
    with (disk / "other").open("wb", 0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    with (disk / "other").open("r+b", 0) as file:
        file.truncate((disk / "other").stat().st_size - left)
"""


@pytest.fixture
def _namespaces() -> None:
    """Skip where nobody may mount anything, or where 64 KiB are a single page."""
    if mmap.PAGESIZE > 4096:
        pytest.skip(f"a page has {mmap.PAGESIZE} bytes here: a disk of 64 KiB holds no run")
    words = [*APART, "mount", "-t", "tmpfs", "none", "/tmp"]  # noqa: S108  (hidden from all but that process)
    done = subprocess.run(words, capture_output=True, text=True, check=False) if shutil.which(APART[0]) else None
    if done is None or done.returncode:
        pytest.skip(f"no mount namespace to be had: {done.stderr.strip() if done else 'no unshare'}")


def apart(folder: Path, code: str) -> dict[str, object]:
    """What this code says as JSON, on a disk of 64 KiB that is mounted for it alone."""
    (folder / "disk").mkdir()
    paths = [str(Path(__file__).parent), str(Path.cwd()), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [*APART, sys.executable, "-c", PRELUDE + code, str(folder / "disk")],
        capture_output=True, text=True, timeout=300, check=False, cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )  # fmt: skip
    assert not done.returncode, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def left_in(folder: Path) -> set[str]:
    """What runs on in a folder: who ends with its parent is given the time to notice."""
    found, deadline = {"?"}, time.monotonic() + 300
    while found and time.monotonic() < deadline:
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (entry / "cwd").resolve(strict=True) == folder:
                    found.add(entry.name)
    return found


@pytest.mark.usefixtures("_namespaces")
def test_a_disk_that_is_full_then_read_only_leaves_whole_lines_and_says_how_to_go_on(tmp_path: Path) -> None:
    found = apart(
        tmp_path,
        """
folder.create(about(["manual"], ["asyncio"]))
fill(8192)
full, before = None, 0
while not full:
    full = refusal(lambda: folder.append(Failure(folder.load().about.cells[0], before, "y" * 80)))
    before += not full
kept = folder.load()
report = refusal(lambda: folder.write("report.md", "x" * 9999))
names = sorted(file.name for file in folder.path.iterdir())
(disk / "other").unlink()
folder.append(Done("manual", 0))
after = folder.load()
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
refused = [refusal(lambda: folder.append(Done("manual", 1))), refusal(lambda: folder.locked().__enter__())]
print(json.dumps({
    "full": [full, report], "names": names, "before": before, "kept": len(kept.outcomes), "after": len(after.outcomes),
    "problems": [*kept.problems, *after.problems], "read-only": refused, "still": folder.load() == after,
}))
""",
    )

    run = tmp_path / "disk" / "run"
    stays, on = "what is in the folder stays readable", f"continue: python -m bench --resume {run}"
    assert found["full"] == [
        f"{run}/{name} can't be written: No space left on device; {stays}\nmake room, then {on}"
        for name in (run_folder.JOURNAL, "report.md")
    ]
    assert found["names"] == [run_folder.JOURNAL, run_folder.ABOUT]
    assert found["kept"] == found["before"]
    assert found["after"] == found["kept"] + 1  # type: ignore[operator]  # a number
    assert found["problems"] == []
    assert found["read-only"] == [
        f"{run}/{name} can't be written: Read-only file system; {stays}\nmount it for writing again, then {on}"
        for name in (run_folder.JOURNAL, run_folder.LOCK)
    ]
    assert found["still"]


@pytest.mark.usefixtures("_namespaces")
def test_a_run_whose_disk_fills_up_ends_with_3_and_what_was_written_is_read_and_reported(tmp_path: Path) -> None:
    words = ["-m", "bench", *QUICK, "-o", str(tmp_path / "disk" / "run")]

    found = apart(
        tmp_path,
        f"""
fill(12288)
run = subprocess.run([sys.executable, *{words!r}], capture_output=True, text=True)
kept = folder.load()
names = sorted(file.name for file in folder.path.iterdir())
report = subprocess.run([sys.executable, "-m", "bench", "report", folder.path], capture_output=True, text=True)
print(json.dumps({{
    "run": [run.returncode, run.stdout, run.stderr], "report": [report.returncode, report.stderr], "names": names,
    "printed": report.stdout, "kept": [type(outcome).__name__ for outcome in kept.outcomes], "problems": kept.problems,
}}))
""",
    )

    run = tmp_path / "disk" / "run"
    said = "can't be written: No space left on device; what is in the folder stays readable"
    then = f"make room, then continue: python -m bench --resume {run}"
    assert found["run"] == [3, "", f"error: {run}/{run_folder.JOURNAL} {said}\n{then}\n"]
    assert found["names"] == [run_folder.JOURNAL, run_folder.ABOUT]
    assert str(found["kept"]).startswith("['Run'")
    assert found["problems"] == []
    assert found["report"] == [3, f"error: {run}/report.md {said}\n{then}\n"]
    assert "asyncio" in str(found["printed"])
    assert not left_in(tmp_path)


def test_a_run_whose_folder_is_deleted_ends_with_3_and_leaves_no_worker(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, "-m", "bench", *QUICK, "-o", str(folder)],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        while process.poll() is None and not (folder / run_folder.ABOUT).exists():
            time.sleep(0.02)
        shutil.rmtree(folder)
        out, err = process.communicate(timeout=300)

    assert (process.returncode, out) == (3, "")
    assert err == (
        f"error: {folder} is gone: it was deleted or moved while this process wrote into it\n"
        "if it was moved, continue where it is now: python -m bench --resume DIR; otherwise start a new run\n"
    )
    assert not folder.exists()
    assert not left_in(tmp_path)
