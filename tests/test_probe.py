"""What the probe observes of calls and loops that do one thing, or don't; and the whole table of this interpreter."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from bench.lifecycle import observations
from bench.lifecycle.observations import Observation, Question
from bench.lifecycle.probe.calls import ROWS
from bench.subjects import loops

pytestmark = pytest.mark.every_python

BAD_LOOPS = Path(__file__).parent / "loops"
NOTHING = dict.fromkeys(msgspec.structs.asdict(Observation("", None, "")))

# A column; a call that does it, and one that doesn't: the probe's row, and what it is given from tests/loops/lives.py.
DOES_AND_DOES_NOT = (
    ("creates", "own_call sets_current", "own_call keeps"),
    ("creates", "own_call unseen:Untracked", "own_call unseen:Untracked.kept"),
    ("creates", "own_run unseen:Untracked.run", "run_until_complete unseen:Untracked"),
    ("makes_current", "own_call sets_current", "own_call keeps"),
    ("makes_current", "set_event_loop Plain", "own_call unsets"),
    ("starts", "own_run bare", "own_run by_hand"),
    ("starts", "close Thorough", "close Plain"),
    ("stops", "stop Plain", "stop Deaf"),
    ("stops", "run_forever Brief", "run_forever Plain"),
    ("cancels", "own_run cancels", "own_run bare"),
    ("cancels", "close Thorough", "close Plain"),
    ("finalizes_asyncgens", "own_run finalizes", "own_run bare"),
    ("finalizes_asyncgens", "close Thorough", "close Plain"),
    ("finalizes_asyncgens", "shutdown_asyncgens Plain", "shutdown_asyncgens Endless"),
    ("shuts_executor", "own_run shuts", "own_run bare"),
    ("shuts_executor", "shutdown_default_executor Plain", "shutdown_default_executor Endless"),
    ("shuts_executor", "close Plain", "close Endless"),
    ("closes", "own_run closes", "own_run bare"),
    ("closes", "close Plain", "close Endless"),
    ("closes", "close unseen:Untracked", "own_call unseen:Untracked"),
    ("closes", "own_run unseen:Untracked.run", "run_until_complete unseen:Untracked"),
    ("leaves_none_current", "own_call unsets", "own_call sets_current"),
    ("sigint_handler", "own_run handles_sigint", "own_run bare"),
    ("sigint_handler", "own_run handles_sigint", "own_run keeps_sigint"),
)
OTHERS = (
    "own_call warns", "own_call raises", "own_call gives_none", "close gives_none", "close Poor", "own_call Unlike",
    "own_call closed", "own_run nowhere", "close KEPT",
    "own_call unseen:Untracked.hidden", "own_call deprecated",
)  # fmt: skip


@pytest.fixture(scope="module")
def seen() -> Mapping[str, Observation]:
    """All answers at once, since each takes a process."""
    words = dict.fromkeys([word for _, *pair in DOES_AND_DOES_NOT for word in pair] + [*OTHERS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(BAD_LOOPS))
        python = observations.interpreter(sys.executable)
        asked = [
            Question(python, word, None, (row, "--given", name if ":" in name else f"lives:{name}"))
            for word in words
            for row, name in [word.split()]
        ]
        return {row.call: row for _, row in observations.collect(asked)}


@pytest.mark.parametrize(("column", "does", "does_not"), DOES_AND_DOES_NOT)
def test_each_column_is_true_for_a_call_that_does_it_and_false_for_one_that_does_not(
    column: str, does: str, does_not: str, seen: Mapping[str, Observation]
) -> None:
    assert getattr(seen[does], column) is True
    assert getattr(seen[does_not], column) is False


def test_whether_a_loop_was_created_that_nothing_refers_to_is_unknown(seen: Mapping[str, Observation]) -> None:
    row = seen["own_call unseen:Untracked.hidden"]

    assert (row.creates, row.starts, row.loop_class) == (None, None, None)
    assert row.leaves_none_current is False


def test_each_warning_is_given_once_without_folders_addresses_and_descriptors(seen: Mapping[str, Observation]) -> None:
    assert seen["own_call warns"].warns == (
        "FutureWarning: this …/loop.so is old; UserWarning: so is <object object at 0x…> fd=…"
    )
    assert seen["own_call keeps"].warns is None


def test_a_warning_of_the_look_up_of_a_name_belongs_to_the_call(seen: Mapping[str, Observation]) -> None:
    row = seen["own_call deprecated"]

    assert (row.warns, row.creates, row.raises) == ("DeprecationWarning: lives.deprecated is deprecated", False, None)


def test_the_row_of_a_loops_own_call_has_each_warning_that_the_expression_emits() -> None:
    words = [sys.executable, "-W", "always", "-c", "import uvloop; uvloop.install()"]
    printed = subprocess.run(words, capture_output=True, text=True, timeout=300, check=True).stderr
    emitted = re.findall(r": (\w+Warning: .*)", printed)
    python = observations.interpreter(sys.executable)
    question = Question(python, "uvloop.install", None, ("own_call", "--given", "uvloop:install"))

    ((_, row),) = observations.collect([question])

    assert (row.warns or "").split("; ") == [*dict.fromkeys(emitted or [""])]


def test_another_loop_is_current_before_each_call_whose_situation_does_not_say_otherwise() -> None:
    assert [row.call for row in ROWS.values() if row.fresh and not row.situation] == []


def test_a_call_that_raises_has_the_error_and_what_happened_before_it(seen: Mapping[str, Observation]) -> None:
    assert seen["own_call raises"].raises == "KeyboardInterrupt"
    assert seen["own_call raises"].creates is False
    assert seen["own_call keeps"].raises is None


def test_a_handler_that_the_call_leaves_in_force_is_a_warning(seen: Mapping[str, Observation]) -> None:
    assert seen["own_run keeps_sigint"].warns == (
        "NotRestored: the SIGINT handler that the call installed is still in force"
    )
    assert seen["own_run handles_sigint"].warns is None


def test_the_class_is_that_of_the_loop_that_was_returned(seen: Mapping[str, Observation]) -> None:
    assert seen["close Plain"].loop_class == "lives.Plain"
    assert seen["close Thorough"].loop_class == "lives.Thorough"
    assert seen["own_call Unlike"].loop_class == "lives.Unlike"
    assert seen["own_call gives_none"].loop_class is None


def test_columns_about_a_loop_do_not_apply_without_a_loop(seen: Mapping[str, Observation]) -> None:
    row = seen["own_call gives_none"]

    assert (row.creates, row.makes_current, row.leaves_none_current, row.sigint_handler) == (False,) * 4
    assert {row.starts, row.stops, row.closes, row.cancels, row.shuts_executor} == {None}


def test_closes_does_not_apply_to_a_loop_that_was_closed_before(seen: Mapping[str, Observation]) -> None:
    assert seen["own_call closed"].closes is None


def test_columns_about_leftovers_do_not_apply_where_nothing_could_be_left(seen: Mapping[str, Observation]) -> None:
    row = seen["close Poor"]

    assert (row.cancels, row.shuts_executor, row.finalizes_asyncgens) == (None, None, False)
    assert row.closes is True


@pytest.mark.parametrize(("words", "reason"), [
    ("close gives_none", "TypeError: the factory returned no event loop: NoneType"),
    ("close KEPT", "TypeError: '_UnixSelectorEventLoop' object is not callable"),
    ("own_run nowhere", "AttributeError: module 'lives' has no attribute 'nowhere'"),
])  # fmt: skip
def test_a_call_that_can_not_be_made_gives_a_row_with_the_reason(
    words: str, reason: str, seen: Mapping[str, Observation]
) -> None:
    columns = msgspec.structs.asdict(seen[words])

    assert columns["raises"] == reason
    assert {columns[name] for name in NOTHING if name not in {"call", "python", "raises"}} == {None}


def test_this_interpreter_runs_the_whole_table() -> None:
    python = observations.interpreter(sys.executable)
    old = sys.version_info < (3, 14)

    rows = [row for _, row in observations.collect(list(observations.questions(python, loops.LOOPS[:1], ())))]

    by_key = {(row.call, row.situation): row for row in rows}
    assert list(by_key) == [(row.call, row.situation) for row in ROWS.values() if row.given != "own"]
    assert all(row.observed for row in rows)
    assert {row.python for row in rows} == {python.python}
    run = msgspec.structs.asdict(by_key["asyncio.run", None])
    assert {run[name] for name in NOTHING if isinstance(run[name], bool)} == {True}
    fresh = by_key["asyncio.get_event_loop()", "fresh main thread"]
    assert (fresh.creates, fresh.makes_current, fresh.raises is None) == (old,) * 3
    assert by_key["asyncio.get_running_loop()", "outside"].raises == "RuntimeError: no running event loop"
    assert by_key["asyncio.get_running_loop()", "inside"].starts is False
    assert by_key["loop.close()", None].leaves_none_current is False
    assert by_key["asyncio.Runner()", None].creates is False
    assert by_key[".get_loop()", None].creates is True


def test_rows_of_another_loop_repeat_exactly() -> None:
    python = observations.interpreter(sys.executable)
    uvloop = loops.named("uvloop")
    questions = [asked for asked in observations.questions(python, [uvloop], [uvloop]) if "--given" in asked.words]

    first, second = (list(observations.collect(questions)) for _ in range(2))

    assert first == second
    assert {row.loop_class for _, row in first} == {"uvloop.Loop", None}
