"""Which loops a command measures, and what it says about those that it leaves out."""

import pytest

from bench.cli import selecting
from bench.measurement import imports
from bench.subjects import loops


@pytest.mark.parametrize(("installed", "names", "said"), [
    ((), ["asyncio"], "nothing to compare asyncio with: uvloop is not installed: python -m pip install uvloop\n"),
    (("rloop",), ["asyncio", "rloop"], "left out: uvloop is not installed: python -m pip install uvloop\n"),
    (("uvloop",), ["asyncio", "uvloop"], ""),
])  # fmt: skip
def test_without_uvloop_the_others_are_measured_and_it_is_said_how_to_install_it(
    installed: tuple[str, ...],
    names: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(loops, "_installed", lambda name: name in installed)
    monkeypatch.setattr(imports, "broken", lambda _chosen: {})

    assert [loop.name for loop in selecting.selected(None)] == names
    assert capsys.readouterr().err == (f"{said}all loops: python -m bench list\n" if said else "")


def test_who_names_loops_is_told_nothing_about_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loops, "_installed", lambda _name: False)
    monkeypatch.setattr(imports, "broken", lambda _chosen: {})

    assert [loop.name for loop in selecting.selected(["asyncio-poll"])] == ["asyncio", "asyncio-poll"]
    assert not capsys.readouterr().err
