"""Files that are there wholly or not at all."""

import os
from pathlib import Path

import pytest

from bench.store import files


def test_a_line_is_added_after_one_that_was_cut_short(tmp_path: Path) -> None:
    place = tmp_path / "journal"
    place.write_bytes(b"")

    for line in (b"one\n", b"tw", b"three\n"):
        files.append(place, line)

    assert place.read_bytes() == b"one\ntw\nthree\n"


def test_nothing_is_appended_to_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.append(tmp_path / "journal", b"one\n")

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("when", ["open", "fsync", "replace"])
def test_an_interrupted_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    files.write(tmp_path / "report.md", "old")
    monkeypatch.setattr(os if when == "fsync" else Path, when, interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(tmp_path / "report.md", "new")
    monkeypatch.undo()

    assert [file.name for file in tmp_path.iterdir()] == ["report.md"]
    assert (tmp_path / "report.md").read_text() == "old"


def test_what_a_killed_write_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "report.md.new").write_text("half")

    files.write(tmp_path / "report.md", "whole")

    assert [file.name for file in tmp_path.iterdir()] == ["report.md"]
    assert (tmp_path / "report.md").read_text() == "whole"


def test_what_is_read_has_a_bound(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b"12345")

    assert files.read(tmp_path / "run.json", 5) == b"12345"
    with pytest.raises(ValueError, match="longer"):
        files.read(tmp_path / "run.json", 4)


@pytest.mark.parametrize("kind", ["link", "link to nothing", "pipe", "folder"])
def test_only_regular_files_are_opened(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        (tmp_path / "link").touch()
        place.symlink_to(tmp_path / kind)

    for flags in (os.O_RDONLY, os.O_RDWR | os.O_CREAT):
        with pytest.raises(OSError, match=r"link|regular|directory"):
            files.opened(place, flags)

    assert not (tmp_path / "link to nothing").exists()
