"""What became of checks is kept for this version of a loop on this interpreter, and for nothing else."""

import sys
from pathlib import Path

import pytest

from bench.contract import cache
from bench.contract.findings import Finding
from bench.subjects import loops
from bench.subjects.loops import Loop

ASYNCIO, UVLOOP = loops.named("asyncio"), loops.named("uvloop")
FOUND = (
    Finding("uvloop", "1.0", "3.14.0", "tcp", "network", kept=True, how="kept"),
    Finding("uvloop", "1.0", "3.14.0", "tls", "network", kept=False, how="broken", reason="it did not"),
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whose cache is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_what_was_kept_is_found_again_for_that_loop_alone() -> None:
    cache.keep(UVLOOP, FOUND)

    assert cache.kept(UVLOOP) == FOUND
    assert cache.kept(ASYNCIO) == ()


def test_another_interpreter_or_another_version_of_the_loop_has_not_been_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache.keep(UVLOOP, FOUND)

    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99.0 (main)")
        assert cache.kept(UVLOOP) == ()
    with monkeypatch.context() as patch:
        patch.setattr(Loop, "version", "9.9")
        assert cache.kept(UVLOOP) == ()


@pytest.mark.parametrize("loop", [loops.named("mine:new_loop"), Loop("gone", "gone:x", "no-such-distribution")])
def test_a_loop_whose_version_says_nothing_is_not_kept(loop: Loop) -> None:
    cache.keep(loop, FOUND)

    assert cache.kept(loop) == ()


def test_the_cache_of_a_user_stands_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")

    cache.keep(UVLOOP, FOUND)

    (file,) = (tmp_path / "home" / ".cache" / "evloop-bench" / "checks").iterdir()
    assert file.name.startswith("uvloop_")


@pytest.mark.parametrize("content", [b"", b"[", b"[{}]", b"[" * 5000, b"\xff"])
def test_what_can_not_be_read_was_never_kept(content: bytes, tmp_path: Path) -> None:
    cache.keep(UVLOOP, FOUND)
    (file,) = (tmp_path / "evloop-bench" / "checks").iterdir()
    file.write_bytes(content)

    assert cache.kept(UVLOOP) == ()


def test_a_folder_that_can_not_be_written_to_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "evloop-bench").write_text("a file")

    cache.keep(UVLOOP, FOUND)

    assert cache.kept(UVLOOP) == ()
