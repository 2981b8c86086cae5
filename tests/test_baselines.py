"""Named baselines: saved whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import about

from bench.errors import BenchError, NotMeasuredError
from bench.store import baselines
from bench.store.folder import RunFolder


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder without baselines."""
    monkeypatch.chdir(tmp_path)


def run_of(name: str, loops: list[str]) -> Path:
    """A run folder of these loops."""
    folder = RunFolder(Path(name))
    folder.create(about(["manual"], loops))
    return folder.path


def loops_of(folder: Path) -> tuple[str, ...]:
    """What the run in a folder was of."""
    return RunFolder(folder).load().about.plan.loops


def everything() -> list[str]:
    """What lies among the baselines, hidden or not."""
    return sorted(file.name for file in baselines.PLACE.iterdir())


def test_a_run_is_saved_under_its_name_and_stays_where_it_was() -> None:
    run = run_of("run", ["asyncio"])

    saved = baselines.save(run, "main")

    assert saved == Path("results/baselines/main")
    assert {file.name for file in saved.iterdir()} == {file.name for file in run.iterdir()}
    assert loops_of(saved) == loops_of(run) == ("asyncio",)
    assert (baselines.names(), everything()) == (("main",), ["main"])


def test_no_lock_is_saved() -> None:
    run = run_of("run", ["asyncio"])

    with RunFolder(run).locked():
        saved = baselines.save(run, "main")

    assert {file.name for file in saved.iterdir()} == {"run.json", "journal.jsonl"}


def test_a_newer_run_takes_the_place_of_an_older() -> None:
    baselines.save(run_of("one", ["asyncio"]), "main")

    saved = baselines.save(run_of("two", ["asyncio", "uvloop"]), "main")

    assert loops_of(saved) == ("asyncio", "uvloop")
    assert everything() == ["main"]


def test_a_run_that_can_not_be_copied_leaves_the_older_in_its_place() -> None:
    baselines.save(run_of("one", ["asyncio"]), "main")
    broken = run_of("two", ["asyncio", "uvloop"])
    os.mkfifo(broken / "pipe")

    with pytest.raises(NotMeasuredError, match=r"the baseline main can't be saved in .*\n.*cp -r two results"):
        baselines.save(broken, "main")

    assert loops_of(Path("results/baselines/main")) == ("asyncio",)
    assert everything() == ["main"]


@pytest.mark.parametrize("older", [True, False])
def test_an_interruption_between_the_renames_puts_the_older_back(
    monkeypatch: pytest.MonkeyPatch, *, older: bool
) -> None:
    if older:
        baselines.save(run_of("one", ["asyncio"]), "main")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)

    with pytest.raises(KeyboardInterrupt):
        baselines.save(run_of("two", ["asyncio", "uvloop"]), "main")

    assert everything() == ["main"] * older
    if older:
        assert loops_of(Path("results/baselines/main")) == ("asyncio",)


@pytest.fixture
def _file_in_the_way() -> Iterator[None]:
    """A file where the folder of the baselines would be."""
    Path("results").touch()
    yield
    Path("results").unlink()


@pytest.mark.usefixtures("_file_in_the_way")
def test_a_place_that_can_not_be_made_is_named() -> None:
    run = run_of("run", ["asyncio"])

    with pytest.raises(
        NotMeasuredError, match=r"the baseline main can't be saved in results/baselines: .*; the run stays in run"
    ):
        baselines.save(run, "main")


def test_a_name_that_no_file_can_have_is_no_run() -> None:
    with pytest.raises(BenchError, match=r"there is no run xxx.*\n.*make one"):
        baselines.folder_of("x" * 999)


def test_what_is_no_run_is_no_baseline() -> None:
    saved = baselines.save(run_of("run", ["asyncio"]), "main")
    (saved.parent / "empty").mkdir()
    shutil.copytree(saved, saved.parent / "\x1b[31m")
    shutil.copytree(saved, saved.parent / ".hidden")

    assert baselines.names() == ("main",)


@pytest.mark.parametrize("name", ["x" * 5000, "x/" * 3000, "\x00"])
def test_a_name_that_no_folder_can_have_is_an_error_in_words(name: str) -> None:
    with pytest.raises(BenchError, match="there is no run"):
        baselines.folder_of(name)
