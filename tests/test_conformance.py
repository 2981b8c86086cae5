"""CPython's own tests for event loops, run on other loops: asyncio passes all, and what fails says why."""

import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from bench.contract import conformance, conforming
from bench.contract.findings import Finding
from bench.contract.trying import Batch, findings
from bench.errors import BenchError, NotMeasuredError
from bench.measurement.processes import EndedError
from bench.subjects import loops

LONG_S = 120  # on a busy machine
TESTS = conformance.tests()


def run(loop: str, *names: str, timeout_s: float = LONG_S) -> dict[str, Finding]:
    """What became of these tests."""
    return {one.check: one for one in findings(conformance.batches(loops.named(loop), names, timeout_s))}


def test_asyncio_passes_all_tests_on_this_interpreter() -> None:
    found = run("asyncio", *TESTS)

    assert len(found) > 95
    assert {name: one for name, one in found.items() if one.kept is False} == {}


def test_white_box_tests_exist_somewhere_and_are_named_with_reasons() -> None:
    untried = [*conformance.untried(loops.named("asyncio"), TESTS)]

    assert {one.kept for one in untried} == {None}
    assert all(one.reason.startswith("white-box: it ") for one in untried)
    assert len(untried) >= 15
    if sys.version_info[:2] == (3, 14):
        assert {one.check for one in untried} == set(conformance.WHITE_BOX)


def test_every_test_has_an_area() -> None:
    assert {conformance.area(name) for name in TESTS} == set(conformance.AREAS)


@pytest.mark.usefixtures("_bad_loops")
def test_what_fails_has_its_reason_and_what_follows_is_tried() -> None:
    loop, soon, signals = "unkept:call_soon_order", "test_events.test_call_soon", "test_events.test_add_signal_handler"

    assert run("uvloop", "test_sock_lowlevel.test_recvfrom")["test_sock_lowlevel.test_recvfrom"].how == "broken"
    outside = run("unkept_outside:signal_handler", signals, soon)
    assert (outside[signals].how, outside[signals].reason) == ("broken", "NotImplementedError")
    assert outside[soon].kept
    assert run(loop, soon)[soon].python == sys.version.split()[0]


@pytest.mark.usefixtures("_bad_loops")
def test_what_dies_or_hangs_is_a_finding_and_what_follows_is_tried() -> None:
    names = ("test_events.test_call_soon", "test_events.test_call_later", "test_events.test_close")

    died = run("dying:segfaults", *names)
    hung = run("hanging:in_factory", names[0], timeout_s=2)
    gone = run("dying:exits", *names)

    assert {one.reason for one in died.values()} == {"died of SIGSEGV"}
    assert {one.how for one in (*died.values(), *gone.values())} == {"died"}
    assert {one.reason for one in gone.values()} == {"exited with status 0"}
    assert (hung[names[0]].how, hung[names[0]].reason) == ("hung", "no end within 2 s: killed")


@pytest.mark.usefixtures("_bad_loops")
def test_what_writes_into_the_pipes_is_not_believed() -> None:
    (finding,) = run("noisy:scribbles", "test_events.test_close").values()

    assert finding.how == "broken"
    assert finding.reason.startswith("wrote something into the ")


@pytest.mark.usefixtures("_bad_loops")
def test_where_the_program_itself_hangs_another_one_gets_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # killed, it leaves the folder of a test behind
    loop, names = loops.named("hanging:in_factory"), ("test_events.test_call_soon", "test_events.test_close")
    questions = tuple(conformance.question(loop, name) for name in names)

    found = [*findings([Batch(questions, 0.5, conformance.PROGRAM, ("--timeout", str(LONG_S)))])]

    assert [(one.check, one.how, one.reason) for one in found] == [
        (name, "hung", "no answer within 0.5 s: killed") for name in names
    ]


def test_tests_that_can_not_be_imported_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies() -> None:
        raise EndedError("died of SIGSEGV")

    monkeypatch.setattr(conformance, "_listed", dies)

    with pytest.raises(BenchError, match=r"test.test_asyncio can't be imported: died of SIGSEGV"):
        conformance.tests()


def test_a_platform_without_fork_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.fork")

    with pytest.raises(BenchError, match="this platform does not have"):
        conformance.tests()


def test_a_suspended_harness_asks_again_and_then_says_so(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 3

    with pytest.raises(NotMeasuredError, match="was not asked for its tests: suspended"):
        conformance.tests()


def test_a_python_without_its_own_tests_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with pytest.raises(BenchError) as error:
        conformance.tests()

    assert "comes without its own tests" in str(error.value)
    assert "No module named 'test.test_asyncio'\non Debian and Ubuntu, install libpython3.X-testsuite" in str(
        error.value
    )


class Sample(unittest.TestCase):
    """Tests of all kinds."""

    loop = mock.Mock()

    def passes(self) -> None:
        """Pass, with a patch."""
        with mock.patch.object(self, "loop", 3):
            assert self.loop == 3

    def fails(self) -> None:
        """Fail."""
        self.assertEqual([1], [2])  # noqa: PT009  (as CPython's)

    def skips(self) -> None:
        """Skip."""
        self.skipTest("not today")

    def fails_in_part(self) -> None:
        """Raise in one part."""
        with self.subTest("first"):
            pass
        with self.subTest("second"):
            raise ZeroDivisionError

    def silences(self) -> None:
        """Silence a loop."""
        with mock.patch.object(self.loop, "call_exception_handler"):
            assert self.loop.set_exception_handler.call_count == 1


@pytest.mark.parametrize(("name", "how", "reason"), [
    ("passes", "kept", ""), ("silences", "kept", ""), ("skips", "not applicable", "not today"),
    ("fails", "broken", "AssertionError: Lists differ: [1] != [2]"), ("fails_in_part", "broken", "ZeroDivisionError"),
])  # fmt: skip
def test_a_test_case_becomes_an_answer(name: str, how: str, reason: str) -> None:
    answer = conforming.tried(Sample(name))

    assert answer["how"] == how
    assert answer.get("reason", "").startswith(reason)


@pytest.fixture(autouse=True)
def _patch_is_restored() -> Iterator[None]:
    """See that `mock.patch` is as it was."""
    yield
    assert mock.patch.object is conforming._PATCH_OBJECT
