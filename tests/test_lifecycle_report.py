"""The lifecycle table of invented observations, as a stranger reads it."""

import json
import re

import msgspec
import pytest
from tabulate import tabulate_formats

from bench.lifecycle.observations import Observation
from bench.reports import lifecycle
from bench.reports.lifecycle import Observed
from bench.reports.rendering import render

SELECTOR = "asyncio.unix_events._UnixSelectorEventLoop"
NONE_CURRENT = "RuntimeError: There is no current event loop"


def row(call: str, situation: str | None, version: str, yes: str = "", no: str = "", **texts: str) -> Observation:
    """Invent what was observed: the columns that are true, and those that are false."""
    marks = dict.fromkeys(yes.split(), True) | dict.fromkeys(no.split(), False)
    return msgspec.convert({"call": call, "situation": situation, "python": version, **marks, **texts}, Observation)


def old() -> Observed:
    """Invent an interpreter whose get_event_loop() creates a loop."""
    made = "creates makes_current"
    return Observed("CPython 3.11.7", (
        row("asyncio.run", None, "3.11.7", f"{made} starts stops closes", loop_class=SELECTOR),
        row("asyncio.Runner()", None, "3.11.7", no=made),
        row(".get_loop()", None, "3.11.7", made, "starts", loop_class=SELECTOR),
        row("with Runner()", None, "3.11.7", no=made),
        row(".run()", None, "3.11.7", f"{made} starts", loop_class=SELECTOR),
        row("asyncio.get_event_loop()", "fresh", "3.11.7", made, "starts", loop_class=SELECTOR),
        row("asyncio.get_event_loop()", "set", "3.11.7", no=f"{made} starts", warns="UserWarning: old"),
    ))  # fmt: skip


def new(label: str = "CPython 3.14.0") -> Observed:
    """Invent one whose get_event_loop() raises, and that has another loop's call."""
    version = label.split()[1]
    rows = list(old().rows)
    rows[-2] = row("asyncio.get_event_loop()", "fresh", version, no="creates makes_current", raises=NONE_CURRENT)
    theirs = row("zloop.run", None, version, "creates starts", "makes_current", loop_class="zloop.Loop")
    return Observed(label, (*rows, theirs))


def text(*observed: Observed, style: str = "simple", width: int | None = None) -> str:
    return render(lifecycle.document(observed), style, width)


def cells(report: str, name: str) -> list[str]:
    """The cells of a line, but for its name."""
    return re.split("  +", next(line for line in report.splitlines() if line.startswith(f"{name}  ")))[1:]


def test_a_table_has_a_line_for_each_call_and_one_for_each_situation() -> None:
    found = text(old())

    lines = found.splitlines()
    assert lines[0] == "What each call does to an event loop, seen on CPython 3.11.7"
    assert cells(found, "call") == [
        "creates", "current", "starts", "stops", "cancels", "asyncgens", "executor", "closes", "unsets", "SIGINT",
        "warns", "raises", "loop",
    ]  # fmt: skip
    assert cells(found, "asyncio.run")[:5] == ["yes", "yes", "yes", "yes", "–"]
    assert cells(found, "asyncio.run")[-1] == "asyncio._UnixSelectorEventLoop"
    place = lines.index("asyncio.get_event_loop()")
    assert [line.split("  ")[0] for line in lines[place + 1 : place + 3]] == ["… fresh", "… set"]


def test_messages_stand_below_the_table_once_each() -> None:
    found = text(new(), new("CPython 3.15.0"))

    assert cells(found, "… fresh")[-2:] == ["[1]", "–"]
    assert cells(found, "… set")[-3:] == ["[2]", "–", "–"]
    assert f"\n[1] {NONE_CURRENT}\n[2] UserWarning: old\n" in found
    assert found.count(NONE_CURRENT) == 1


def test_cells_that_differ_are_marked_and_tell_each_interpreter() -> None:
    found = text(old(), new(), new("CPython 3.15.0"))

    assert cells(found, "… fresh")[:4] == ["yes/no/no *", "yes/no/no *", "no/–/– *", "–"]
    assert cells(found, "… fresh")[-2:] == ["–/[1]/[1] *", "asyncio._UnixSelectorEventLoop/–/– *"]
    assert cells(found, "asyncio.run")[0] == "yes"
    assert "\n* differs: CPython 3.11.7 / CPython 3.14.0 / CPython 3.15.0\n" in found
    assert "differs" not in text(old())


def test_a_long_word_is_not_repeated() -> None:
    found = text(new(), old(), old())

    assert cells(found, "… fresh")[-1] == "–/asyncio._UnixSelectorEventLoop/″ *"


def test_calls_that_an_interpreter_lacks_are_named() -> None:
    found = text(old(), new())

    assert cells(found, "zloop.run")[:3] == ["yes", "no !", "yes"]
    assert "\nzloop.run: no such calls on CPython 3.11.7\n" in found


def test_where_those_that_have_a_call_differ_the_others_do_not_apply() -> None:
    changed = Observed("CPython 3.15.0", (row("zloop.run", None, "3.15.0", no="creates"),))

    assert cells(text(old(), new(), changed), "zloop.run")[0] == "–/yes/no *"


def test_the_words_say_what_creates_starts_and_closes_a_loop() -> None:
    found = text(old(), new(), new("CPython 3.15.0"))

    assert found.endswith(
        "\n\nOn CPython 3.11.7 a loop is created by asyncio.run, asyncio.Runner().get_loop(), "
        "asyncio.Runner().run() and asyncio.get_event_loop() (fresh);\n"
        "it is made current by asyncio.run, asyncio.Runner().get_loop(), asyncio.Runner().run() and "
        "asyncio.get_event_loop() (fresh);\n"
        "it is started by asyncio.run and asyncio.Runner().run();\n"
        "it is stopped by asyncio.run;\n"
        "it is closed by asyncio.run.\n\n"
        "On CPython 3.14.0 and CPython 3.15.0 a loop is created by asyncio.run, asyncio.Runner().get_loop(), "
        "asyncio.Runner().run() and zloop.run;\n"
        "it is made current by asyncio.run, asyncio.Runner().get_loop() and asyncio.Runner().run();\n"
        "it is started by asyncio.run, asyncio.Runner().run() and zloop.run;\n"
        "it is stopped by asyncio.run;\n"
        "it is closed by asyncio.run.\n"
    )


def test_words_without_any_doer() -> None:
    nothing = Observed("CPython 3.14.0", (row("x.y", None, "3.14.0", raises="NotObserved: died of SIGSEGV"),))

    assert "a loop is created by none of these calls;\n" in text(nothing)


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_every_line_fits_the_terminal(width: int) -> None:
    found = text(old(), width=width)

    assert max(map(len, found.splitlines())) <= width
    for head in lifecycle.HEADS.values():
        assert len(re.findall(rf"^call .*\b{head}\b", found, re.MULTILINE)) == 1
    assert "\N{NO-BREAK SPACE}" not in found


@pytest.mark.parametrize("style", sorted(tabulate_formats))
def test_every_format_of_tabulate_is_a_format(style: str) -> None:
    assert "asyncgens" in text(old(), new(), style=style)


def test_json_has_an_object_for_each_row_of_each_interpreter() -> None:
    rows = json.loads(lifecycle.as_json([old(), new()]))

    assert len(rows) == 15
    assert rows[0] == {
        "call": "asyncio.run", "situation": None, "python": "3.11.7", "creates": True, "makes_current": True,
        "starts": True, "stops": True, "cancels": None, "finalizes_asyncgens": None, "shuts_executor": None,
        "closes": True, "leaves_none_current": None, "sigint_handler": None, "warns": None, "raises": None,
        "loop_class": SELECTOR,
    }  # fmt: skip
    assert rows[-3]["raises"] == NONE_CURRENT
