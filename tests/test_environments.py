"""`env`: how environments are made, found, noticed where they are half made, and removed."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest
import venvs
from commands import main

from bench.environments import lookup, making, place
from bench.environments.place import Environment
from bench.errors import BenchError
from bench.store import files
from bench.subjects import loops
from bench.subjects.interpreters import usual_name

HERE = usual_name()


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A uv that makes environments without any network; the file with what it was asked for."""
    asked = tmp_path / "asked"
    (tmp_path / "bin").mkdir()
    makes = f'[ "$1" = venv ] || exit 0; for last; do :; done; exec {sys.executable} -m venv --without-pip "$last"'
    venvs.script(tmp_path / "bin" / "uv", f'echo "$@" >> {asked}', makes)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return asked


def half_made(name: str) -> Path:
    """A folder as `env` leaves it if it is killed."""
    folder = place.home() / name
    (folder / "bin").mkdir(parents=True)
    return folder


@pytest.mark.every_python
def test_an_environment_is_made_listed_found_and_removed(uv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("env", HERE, "--loop", "asyncio") == 0

    made = place.named(HERE)
    assert made is not None
    assert made.is_ready
    assert lookup.found(HERE) == (HERE, str(made.program))
    assert re.fullmatch(rf"venv --no-project --python \S*{HERE}\S* {made.folder}\n", uv.read_text())
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].split() == [HERE, sys.version.split()[0], "asyncio", "alone"]
    assert f"measure on it: python -m bench --python {HERE}\n" in err
    assert main("env") == main("env", "--list", HERE) == 0
    assert capsys.readouterr().out.count(sys.version.split()[0]) == 2
    assert main("env", "--remove", HERE) == 0
    assert place.every() == ()
    assert not made.folder.exists()


def test_without_environments_it_is_said_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("env") == 0
    assert capsys.readouterr().out == "There are no environments yet; make one: python -m bench env 3.13\n"


@pytest.mark.usefixtures("uv")
def test_more_is_installed_into_an_environment_that_is_there(uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "LOOPS", loops.LOOPS[:1])
    assert main("env", f"old={HERE}", "--with", "uvloop==0.21.0") == 0
    kept = files.read(place.home() / "old" / "pyvenv.cfg")

    assert main("env", "old", "--with", "nothing-more") == 0

    program = place.home() / "old" / "bin" / "python"
    assert [line for line in uv.read_text().splitlines() if line.startswith("pip")] == [
        f"pip install --python {program} uvloop==0.21.0", f"pip install --python {program} nothing-more",
    ]  # fmt: skip
    assert files.read(place.home() / "old" / "pyvenv.cfg") == kept
    assert uv.read_text().count("venv --no-project") == 1


@pytest.mark.usefixtures("uv")
def test_a_loop_that_is_of_no_use_there_leaves_the_environment_half_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("env", HERE, "--loop", "uvloop") == 2

    assert f"error: uvloop is of no use in {HERE}: not installed" in capsys.readouterr().err
    environment = place.named(HERE)
    assert environment is not None
    assert not environment.is_ready


def test_an_environment_that_is_half_made_is_noticed_and_made_again(
    uv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = half_made(HERE)
    (folder / "left").touch()

    with pytest.raises(BenchError, match=rf"the environment {HERE} is half made\nmake it again: python -m bench env"):
        lookup.found(HERE)
    assert main("env", "--list") == 0
    assert f"half made: make it again, python -m bench env {HERE}" in capsys.readouterr().out
    assert main("env", HERE, "--loop", "asyncio") == 0
    assert not (folder / "left").exists()
    assert uv.exists()


def test_what_can_not_be_read_or_has_lost_its_python_is_half_made() -> None:
    folder = half_made("one")
    (folder / place.MADE).write_text("{")
    other = half_made("two")
    files.write(other / place.MADE, '{"asked": "3.13", "python": "3.13.1", "build": "GCC", "loops": {}}')

    assert [each.name for each in place.every() if not each.is_ready] == ["one", "two"]
    assert [each.made is None for each in place.every()] == [True, False]


@pytest.mark.parametrize(("words", "reason"), [
    (["env", "--remove"], "which environments? name them: python -m bench env --remove 3.13"),
    (["env", "--loop", "uvloop"], "which environments? name them: python -m bench env 3.13"),
    (["env", "--remove", "gone"], "there is no environment gone; there are: none"),
    (["env", "old"], "which Python is old to have? write old=3.13"),
    (["env", "/usr/bin/python3"], "'/usr/bin/python3' can't be the name of an environment: write old=/usr/bin/python3"),
    (["env", "3.13", "--loop", "looptime"], "looptime can't be installed: its time is virtual"),
    (["env", "3.13", "--loop", "pack.age:new"], "pack.age:new can't be installed: it is in no package that is known"),
    (["env", "3.13", "--loop", "uvlop"], "no event loop is called 'uvlop'"),
])  # fmt: skip
def test_what_env_can_not_do_is_said(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*words) == 2
    assert reason in capsys.readouterr().err
    assert place.every() == ()


@pytest.mark.parametrize(("lines", "reason"), [
    (["echo 'no such version' >&2", "exit 2"], "the environment 3.13 can't be made:\n  no such version\n"),
    (["sleep 600"], "uv did not end within 0.2 s\n"),
])  # fmt: skip
def test_why_an_environment_can_not_be_made_is_said(
    lines: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(making, "TIMEOUT_S", 0.2 if "sleep 600" in lines else 60)
    monkeypatch.setattr(
        making,
        "_maker",
        lambda _: [
            venvs.script(tmp_path / "uv", *(f"exec {line}" if line.startswith("sleep") else line for line in lines))
        ],
    )

    assert main("env", "3.13") == 2
    assert reason in capsys.readouterr().err


def test_a_program_that_is_gone_and_a_cache_that_is_no_folder_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(making, "_maker", lambda _: ["/nowhere/uv"])
    assert main("env", "3.13") == 2
    assert "/nowhere/uv can't be started: No such file or directory" in capsys.readouterr().err

    (tmp_path / "cache").rename(tmp_path / "other")
    (tmp_path / "cache").touch()
    assert main("env", "3.13") == 2
    assert "name another cache folder: XDG_CACHE_HOME" in capsys.readouterr().err


def test_uv_comes_before_virtualenv_and_venv_and_without_any_of_them_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = {"uv", "virtualenv", "python3.13"}
    modules = {"virtualenv"}
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in here else None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in modules else None)

    commands = [making._maker("3.13")]
    here.remove("uv")
    commands.append(making._maker("3.13"))
    modules.clear()
    commands.append(making._maker("3.13"))
    here.remove("virtualenv")
    commands.append(making._maker("3.13"))

    assert commands == [
        ["/bin/uv", "venv", "--no-project", "--python", "3.13"],
        [sys.executable, "-m", "virtualenv", "--python", "3.13"],
        ["/bin/virtualenv", "--python", "3.13"],
        ["/bin/python3.13", "-m", "venv"],
    ]
    assert making._installer(Path("/e/python"))[:4] == ["/e/python", "-m", "pip", "install"]
    here.clear()
    with pytest.raises(BenchError, match=r"there is no Python 3.13 here, and no uv that could get one"):
        making._maker("3.13")


def test_an_environment_is_made_of_the_python_behind_links_and_shims_or_of_what_uv_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venvs.script(tmp_path / "python3.97", f'exec {sys.executable} "$@"')
    venvs.script(tmp_path / "python3.98", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert making._base("3.97") == str(Path(sys.executable).resolve())
    assert making._base("3.98") == "3.98"
    assert making._base("3.99") == "3.99"


def test_an_environment_that_can_not_be_removed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(
        BenchError, match=r" can't be removed: Permission denied\nfix that, then: python -m bench env --rem"
    ):
        place.remove(Environment("x", tmp_path, None))


def test_an_interpreter_is_looked_up_by_environment_version_or_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "3.99"
    program = venvs.script(tmp_path / f"python{other}", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert lookup.found(HERE) == (None, sys.executable)
    assert lookup.found(other) == (None, program)
    assert lookup.found(f"python{other}") == (None, program)
    assert lookup.found(f"./python{other}") == (None, program)
    assert lookup.found(f"old={program}") == ("old", program)
    half_made("three")
    with pytest.raises(
        BenchError, match=r"no interpreter '3.98': no environment of that name, and no program; the env"
    ):
        lookup.found("3.98")
    with pytest.raises(BenchError, match=r"no interpreter './a=b'"):
        lookup.found("./a=b")
