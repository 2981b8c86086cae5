"""What frameworks do, once each, beside the scenarios that claim to do the same: as many loops, as many runs."""

import asyncio
import json
import subprocess
import sys
import unittest
from collections.abc import Callable
from pathlib import Path

import anyio.from_thread
import pytest
from asgiref.sync import async_to_sync

from bench.subjects import loops, scenarios
from scenarios._workload import EXPECTED, get_data

pytestmark = pytest.mark.every_python

CONFTEST = """
import asyncio, json

class Counting(asyncio.SelectorEventLoop):
    runs = []

    def run_forever(self):
        self.runs.append(id(self))
        super().run_forever()

def pytest_asyncio_loop_factories(config, item):
    return {"counting": Counting}

def pytest_sessionfinish():
    print("counted", json.dumps([len(set(Counting.runs)), len(Counting.runs)]))
"""
TEST = """
import pytest, pytest_asyncio
from scenarios._workload import get_data

@pytest_asyncio.fixture
async def one():
    yield 1

@pytest.mark.asyncio
async def test(one):
    await get_data()
"""


class Counted:
    """Counts the loops that are created, and how often they are run."""

    def __init__(self) -> None:
        self.loops = self.runs = 0

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Create a loop that counts."""
        self.loops += 1
        counted = self

        class Counting(asyncio.SelectorEventLoop):
            def run_forever(self) -> None:
                counted.runs += 1
                super().run_forever()

        return Counting()

    @property
    def both(self) -> tuple[int, int]:
        """Loops and runs."""
        return self.loops, self.runs


def ours(name: str) -> tuple[int, int]:
    """Loops and runs of a scenario."""
    counted = Counted()
    with scenarios.prepared(scenarios.named(name), loops.LOOPS[0], counted.new_loop) as once:
        assert once(get_data) == EXPECTED
    return counted.both


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What is created where nobody names a factory."""
    counted = Counted()
    monkeypatch.setattr(asyncio.events, "new_event_loop", counted.new_loop)
    return counted


def test_bridge_is_what_asgiref_does(counted: Counted) -> None:
    call: Callable[[], object] = async_to_sync(get_data)

    assert call() == EXPECTED
    assert counted.both == ours("bridge") == (1, 3)


def test_unittest_is_what_a_test_case_does(counted: Counted) -> None:
    class Case(unittest.IsolatedAsyncioTestCase):
        async def test_it(self) -> None:
            assert await get_data() == EXPECTED

    result = unittest.TestResult()
    Case("test_it").run(result)

    assert result.wasSuccessful()
    assert counted.both == ours("unittest") == (1, 5)


def test_portal_is_what_anyio_does() -> None:
    counted = Counted()

    with anyio.from_thread.start_blocking_portal("asyncio", {"loop_factory": counted.new_loop}) as portal:
        assert portal.call(get_data) == EXPECTED

    assert counted.both == ours("portal") == (1, 3)


def test_fixture_is_what_pytest_asyncio_does(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TEST)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip

    (counted,) = (line for line in done.stdout.splitlines() if "counted" in line)
    assert "1 passed" in done.stdout
    assert tuple(json.loads(counted.partition("counted")[2])) == ours("fixture") == (1, 5)


def test_threads_create_forty_loops_and_run_each() -> None:
    assert ours("threads")[0] == scenarios.named("threads").lifecycles == 40


def test_a_portal_whose_loop_does_not_start_says_why() -> None:
    def nothing() -> asyncio.AbstractEventLoop:
        raise OSError("no loop")

    with (
        scenarios.prepared(scenarios.named("portal"), loops.LOOPS[0], nothing) as once,
        pytest.raises(OSError, match="no loop"),
    ):
        once(get_data)
