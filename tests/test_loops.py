"""How a name becomes a loop."""

import asyncio
import platform
import selectors
import sys
from importlib import metadata

import pytest

from bench.errors import BenchError
from bench.reports.files import FILES
from bench.store import folder
from bench.subjects import loops, places
from bench.subjects.loops import LOOPS, Loop


def test_the_names_of_the_registry_are_unique() -> None:
    names = [loop.name for loop in LOOPS]

    assert len(set(names)) == len(names)
    assert names[0] == "asyncio"


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.name)
def test_every_entry_is_well_formed(loop: Loop) -> None:
    places = [place for place in (loop.factory, loop.own_run, loop.libuv) if place]

    assert all(loops.PLACE.fullmatch(place) for place in places)
    assert {place.partition(":")[0].partition(".")[0] for place in places} == {loop.package}
    assert bool(loop.version) == (loop.unavailable is None)
    assert loops.named(loop.name) is loop


def test_the_default_selection_is_asyncio_and_the_third_party_loops_that_are_installed() -> None:
    names = [loop.name for loop in loops.default_selection()]

    assert names[0] == "asyncio"
    assert "uvloop" in names
    assert not [name for name in names if name.startswith("asyncio-") or loops.named(name).unavailable]


def test_the_kinds_of_stdlib_loop_get_the_selector_that_they_are_named_after() -> None:
    kinds = {name: loops.load_factory(loops.named(name))() for name in ("asyncio-select", "asyncio-poll")}

    found = {name: type(vars(loop)["_selector"]) for name, loop in kinds.items()}
    for loop in kinds.values():
        loop.close()

    assert found == {"asyncio-select": selectors.SelectSelector, "asyncio-poll": selectors.PollSelector}


def test_a_loop_of_another_platform_says_so() -> None:
    assert loops.named("winloop").unavailable == "only on win32"
    assert loops.named("winloop").version is None


def test_a_missing_selector_is_named() -> None:
    loop = Loop("kind", "asyncio:SelectorEventLoop", selector="NoSuchSelector")

    assert loop.unavailable == f"no NoSuchSelector on {sys.platform}"


def test_a_loop_that_is_not_installed_says_the_command_that_installs_it() -> None:
    loop = Loop("zloop", "zloop:new_event_loop", "no-such-distribution")

    assert loop.unavailable == "not installed: python -m pip install no-such-distribution"


def test_a_factory_on_the_path_is_a_loop_named_after_itself() -> None:
    loop = loops.named("asyncio.events:new_event_loop")

    assert loop == Loop("asyncio.events:new_event_loop", "asyncio.events:new_event_loop")
    assert loops.load_factory(loop) is asyncio.new_event_loop
    assert loops.named("mine.loops:Factory.make").version == "local"


@pytest.mark.parametrize("name", ["uvlop", "uvloop:", ":x", "a b:c", "../x:y", "os;system:x", ""])
def test_an_unknown_loop_names_the_nearest(name: str) -> None:
    with pytest.raises(BenchError, match=r"no event loop is called .*the nearest: .*uvloop.*\n.*bench list"):
        loops.named(name)


def test_a_package_can_announce_its_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    point = metadata.EntryPoint("zloop", "zloop.core:new_loop", loops.ENTRY_POINTS)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [point] if group == loops.ENTRY_POINTS else [])

    assert loops.named("zloop") == Loop("zloop", "zloop.core:new_loop")


@pytest.mark.parametrize("name", [
    "control", "run", "resources", "comparisons", "scenario", "a b", "a--b", "a|b", "a\n", "-x", ".x", "", "x" * 201,
    "a/b", "x:y:z", "\x1b[31m", "\ud800",
])  # fmt: skip
def test_a_name_that_can_be_taken_for_something_else_is_no_loop_s(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    point = metadata.EntryPoint(name, "zloop:new_loop", loops.ENTRY_POINTS)
    monkeypatch.setattr(metadata, "entry_points", lambda **_group: [point])

    assert loops.plugged_in() == ()
    with pytest.raises(BenchError, match="no event loop is called"):
        loops.named(name)


def test_no_loop_can_be_called_as_a_file_beside_its_suite() -> None:
    assert not [name for name in (*FILES, folder.ABOUT, folder.JOURNAL) if name.startswith(folder.SUITES)]
    assert all(loops.NAME.fullmatch(loop.name) for loop in loops.LOOPS)


def test_the_own_entry_point_is_the_function_that_the_package_documents() -> None:
    assert places.load(str(loops.named("asyncio").own_run)) is asyncio.run


def test_the_version_of_libuv_is_told_by_the_loops_that_have_it() -> None:
    uvloop = loops.libuv_version(loops.named("uvloop"))

    assert uvloop is not None
    assert uvloop.startswith("1.")
    assert uvloop.count(".") == 2
    assert loops.libuv_version(Loop("x", "x:y", libuv="platform:python_version")) == platform.python_version()
    assert loops.libuv_version(loops.named("asyncio")) is None
