"""How a name becomes a loop."""

import asyncio
import platform
import re
import selectors
import sys
from importlib import metadata
from pathlib import Path

import pyperf
import pytest
from invented import about, run

from bench.errors import BenchError
from bench.reports.files import FILES
from bench.statistics.comparisons import compare
from bench.store.folder import RunFolder
from bench.subjects import loops, places
from bench.subjects.loops import LOOPS, Loop

pytestmark = pytest.mark.every_python


def announce(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have an installed package announce a loop of this name."""
    point = metadata.EntryPoint(name, "yloop.core:new_loop", loops.ENTRY_POINTS)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [point] if group == loops.ENTRY_POINTS else [])


def test_the_names_of_the_registry_are_unique() -> None:
    names = [loop.name for loop in LOOPS]

    assert len(set(names)) == len(names)
    assert names[0] == "asyncio"


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.name)
def test_every_entry_is_well_formed(loop: Loop) -> None:
    places = [place for place in (loop.factory, loop.own_run, loop.libuv) if place]

    assert all(loops.PLACE.fullmatch(place) for place in places)
    assert {place.partition(":")[0].partition(".")[0] for place in places} <= {loop.imported, "bench"}
    assert loop.package == loop.imported or loop.home
    assert bool(loop.version) == (loop.unavailable is None)
    assert loops.named(loop.name) is loop


def test_the_default_selection_is_asyncio_and_the_third_party_loops_that_are_installed() -> None:
    names = [loop.name for loop in loops.default_selection()]

    assert names[0] == "asyncio"
    assert "uvloop" in names
    assert not [name for name in names if name.startswith("asyncio-") or loops.named(name).unavailable]


def test_asyncio_loops_named_after_a_selector_use_it() -> None:
    created = {name: loops.load_factory(loops.named(name))() for name in ("asyncio-select", "asyncio-poll")}

    classes = {name: type(vars(loop)["_selector"]) for name, loop in created.items()}
    for loop in created.values():
        loop.close()

    assert classes == {"asyncio-select": selectors.SelectSelector, "asyncio-poll": selectors.PollSelector}


def test_a_loop_of_another_platform_says_so() -> None:
    assert loops.named("winloop").unavailable == "only on win32"
    assert loops.named("winloop").version is None


def test_a_missing_selector_is_named() -> None:
    loop = Loop("kind", "asyncio:SelectorEventLoop", selector="NoSuchSelector")

    assert loop.unavailable == f"no NoSuchSelector on {sys.platform}"


def test_a_loop_that_is_not_installed_names_the_command_that_installs_it() -> None:
    loop = Loop("zloop", "zloop:new_event_loop", "no-such-distribution")

    assert loop.unavailable == "not installed: python -m pip install no-such-distribution"


def test_a_loop_is_only_for_some_interpreters() -> None:
    here, later = sys.version_info[:2], (3, 99)

    assert Loop("a", "a:b", since=later).unavailable == f"not for Python {here[0]}.{here[1]}: only from 3.99 on"
    assert (Loop("a", "a:b", until=here).unavailable or "").endswith(f": only before {here[0]}.{here[1]}")
    assert (Loop("a", "a:b", since=(3, 2), until=(3, 3)).unavailable or "").endswith(
        ": only from 3.2 on and before 3.3"
    )
    assert Loop("a", "a:b", since=here, until=later).unavailable is None


def test_a_loop_that_needs_more_names_all_of_it_in_one_command() -> None:
    loop = Loop("guest", "guest:new", "uvloop", needs=("no-such-distribution",))

    assert loop.unavailable == "not installed: python -m pip install uvloop no-such-distribution"


def test_loops_of_virtual_time_are_named_and_refused() -> None:
    refused = {loop.name: loop.unavailable for loop in LOOPS if loop.refused}

    assert (refused["looptime"] or "").startswith("refused: its time is virtual")
    assert not {*refused} & {loop.name for loop in loops.default_selection()}


def test_a_module_that_another_package_has_put_in_its_place_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "1.0" if name == "uvloop-canary" else version(name))

    reason = "refused: uvloop-canary has put its own module in the place of uvloop: uninstall uvloop-canary, "
    assert (loops.named("uvloop").unavailable or "").startswith(reason)
    assert (loops.named("uvloop:Loop").unavailable or "").startswith(reason)
    assert (loops.named("uvloop-canary").unavailable or "").startswith("refused: it installs a module")
    assert loops.named("asyncio").unavailable is None


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
    announce(monkeypatch, "yloop")

    assert loops.named("yloop") == Loop("yloop", "yloop.core:new_loop")


@pytest.mark.parametrize("name", [
    "control", "a b", "a--b", "a|b", "a\n", "-x", ".x", "", "x" * 201,
    "a/b", "x:y:z", "\x1b[31m", "\ud800",
])  # fmt: skip
def test_no_loop_is_called_control_or_what_can_not_be_the_name_of_a_file(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(monkeypatch, name)

    assert loops.plugged_in() == ()
    with pytest.raises(BenchError, match="no event loop is called"):
        loops.named(name)


@pytest.mark.parametrize("name", ["run", "comparisons", "resources", "scenario"])
def test_a_loop_may_be_called_like_a_file_of_the_run_or_a_column_of_its_tables(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(monkeypatch, name)
    folder = RunFolder(tmp_path / "run")
    folder.create(about(["manual", "warm"], ["asyncio", name]))
    for cell in folder.load().about.cells:
        for index in range(6):
            folder.append(run(cell, index, [2e-4] if cell.loop == name else [1e-4]))
    kept = folder.load()

    folder.write_suites(kept)
    for file, render in FILES.items():
        folder.write(file, render(kept, compare(kept), None))

    suite = pyperf.BenchmarkSuite.load(str(folder.path / "suites" / f"{name}.json"))
    assert suite.get_benchmark("manual.total").get_values() == (2e-4,) * 6
    assert folder.load() == kept
    for file, render in FILES.items():
        assert (folder.path / file).read_text("utf-8") == render(kept, compare(kept), None)
    lines = (folder.path / "report.md").read_text("utf-8").splitlines()
    overview = [
        re.findall(r"[^|]+", line) for line in lines if line.startswith(("| scenario ", "| manual ", "| warm "))
    ]
    assert [cell.strip() for cell in overview[0]] == ["scenario", "asyncio", name, "verdict", "control"]
    rows = {cells[0].strip(): cells[2].split()[0] for cells in overview}
    assert (rows["manual"], rows["warm"]) == ("2.00", "2.00")


def test_the_own_entry_point_is_the_function_that_the_package_documents() -> None:
    assert places.load(str(loops.named("asyncio").own_run)) is asyncio.run


def test_the_version_of_libuv_is_that_of_the_loops_that_have_it() -> None:
    uvloop = loops.libuv_version(loops.named("uvloop"))

    assert uvloop is not None
    assert uvloop.startswith("1.")
    assert uvloop.count(".") == 2
    assert loops.libuv_version(Loop("x", "x:y", libuv="platform:python_version")) == platform.python_version()
    assert loops.libuv_version(loops.named("asyncio")) is None
