"""The checks: asyncio keeps all of them, and each has a bad loop of its name that does not."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from test_survive import LOOPS, Row, rows

from bench.contract.attempt import answer
from bench.contract.checks import every
from bench.contract.promises import AREAS, Subject
from bench.contract.trying import batch, findings
from bench.subjects import loops

TESTS = Path(__file__).parent
ASYNCIO = Subject(loops.named("asyncio"))
# What these do is not for the process of the next check.
ALONE = {"patches_nothing", "keeps_the_policy", "keeps_limits", "keeps_signals", "leaks_nothing", "ends_well"}


def answers(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """What became of each check on its loop, all in one fresh process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(LOOPS)])}
    words = [sys.executable, str(TESTS / "promised.py"), *(word for pair in pairs for word in pair)]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=300, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return {name: json.loads(line) for (name, _), line in zip(pairs, lines, strict=True)}


def test_asyncio_keeps_every_promise() -> None:
    found = answers([(name, "asyncio") for name in every()])

    assert {name: one for name, one in found.items() if one["how"] != "kept"} == {
        name: {"how": "not applicable", "reason": check.not_here} for name, check in every().items() if check.not_here
    }


def test_each_check_has_a_bad_loop_that_fails_it_in_the_words_of_its_row() -> None:
    bad = {row.loop.partition(":")[2]: row for row in rows("unkept", "unkept_threads", "unkept_outside")}
    found = answers([(name, bad[name].loop) for name in every() if name not in ALONE])

    assert set(bad) == set(every())
    assert {name: one for name, one in found.items() if not fits(bad[name], one["how"], one.get("reason", ""))} == {}


@pytest.mark.usefixtures("_bad_loops")
def test_what_is_done_to_the_process_is_found_in_a_process_of_its_own() -> None:
    bad = {row.loop.partition(":")[2]: row for row in rows("unkept_outside")}
    batches = [batch(loops.named(bad[name].loop), every()[name], 60) for name in sorted(ALONE)]

    found = {finding.check: finding for finding in findings(batches)}

    assert {name: one for name, one in found.items() if not fits(bad[name], one.how, one.reason)} == {}
    assert found["ends_well"].how == "died"
    assert set(found) == ALONE


def fits(row: Row, how: str, reason: str) -> bool:
    """Whether that is what the row says of its loop, or this Python has no such promise."""
    pattern = re.escape(row.says.removeprefix("died: ")).replace("…", ".*")
    return how == "not applicable" or (how in {"broken", "died"} and bool(re.fullmatch(pattern, reason)))


def test_each_check_is_in_an_area_and_quotes_its_promise() -> None:
    checks = every()

    assert {each.area for each in checks.values()} == set(AREAS)
    assert [name for name, each in checks.items() if not re.match(r"\S.*: \S.*", each.promise)] == []
    assert [*checks] == sorted(checks, key=lambda name: AREAS.index(checks[name].area))


def test_a_promise_that_asyncio_does_not_make_here_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    eager, unix = every()["eager_tasks"], every()["unix_sockets"]

    monkeypatch.setattr(sys, "version_info", (3, 11))
    early = answer(eager, ASYNCIO)
    monkeypatch.setattr(sys, "platform", "win32")
    windows = answer(unix, ASYNCIO)

    assert early == {"how": "not applicable", "reason": "asyncio has it from Python 3.12 on"}
    assert windows == {"how": "not applicable", "reason": "asyncio has it on Unix only, this is win32"}


def test_a_check_can_say_itself_that_there_is_no_such_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "version_info", (3, 16))

    assert answer(every()["pipes"], ASYNCIO)["how"] == "not applicable"
    assert "gone from Python 3.16" in answer(every()["keeps_the_policy"], ASYNCIO)["reason"]
