"""What invented loops do otherwise than asyncio."""

import pytest
from test_lifecycle_report import row

from bench.lifecycle.observations import Observation
from bench.reports import lifecycle
from bench.reports.deviations import deviating, sentences
from bench.reports.lifecycle import Observed
from bench.reports.rendering import render

THEIRS = (
    row("asyncio.run", None, "3.14", "creates makes_current closes leaves_none_current"),
    row("asyncio.new_event_loop()", None, "3.14", "creates", "makes_current"),
    row("asyncio.set_event_loop_policy()", None, "3.14", "leaves_none_current"),
    row("loop.close()", "asyncio", "3.14", "closes"),
    row("asyncio.get_event_loop()", "fresh", "3.14", no="creates", raises="RuntimeError: none"),
)


def seen(*rows: Observation) -> Observed:
    return Observed("CPython 3.14.0", (*THEIRS, *rows))


@pytest.mark.parametrize(("ours", "columns"), [
    (row("zloop.run", None, "3.14", "creates closes", "makes_current leaves_none_current"),
     ("makes_current", "leaves_none_current")),
    (row("zloop.run", None, "3.14", "creates makes_current closes leaves_none_current"), ()),
    (row("zloop.Loop", None, "3.14", "creates makes_current"), ("makes_current",)),
    (row("zloop.install", None, "3.14", "leaves_none_current", warns="DeprecationWarning: old"), ("warns",)),
    (row("zloop.new", None, "3.14", no="creates makes_current", raises="TypeError: no"), ("creates", "raises")),
    (row("zloop.new", None, "3.14", raises="NotObserved: died of SIGSEGV"), ()),
    (row("zloop.new", None, "3.14"), ()),  # nothing of it can be seen
    (row("loop.close()", "zloop", "3.14", no="closes"), ("closes",)),
    (row("asyncio.get_event_loop()", "set", "3.14", "creates"), ()),  # asyncio's own, in another situation
    (row("loop.stop()", None, "3.14", "stops"), ()),
])  # fmt: skip
def test_a_row_is_held_against_that_of_asyncio(ours: Observation, columns: tuple[str, ...]) -> None:
    rows = seen(ours).by_key

    assert deviating((ours.call, ours.situation), rows) == columns
    assert not any(deviating((one.call, one.situation), rows) for one in THEIRS)


def test_a_sentence_says_what_the_loop_does_and_a_mark_shows_where() -> None:
    run = row("zloop.run", None, "3.14", "creates closes", "makes_current leaves_none_current")
    close = row("loop.close()", "zloop", "3.14", no="closes")
    both = (
        "zloop.run, unlike asyncio.run, does not make its loop current and leaves the earlier loop current",
        "loop.close() with zloop, unlike loop.close() with asyncio, leaves its loop open",
    )

    text = render(lifecycle.document([seen(run, close)]), "simple")

    assert (*sentences(seen(run, close).by_key),) == both
    before, _, table = text.partition("\ncall ")
    assert before.endswith(f"\n\nOtherwise than with asyncio, marked !:\n\n{both[0]}\n{both[1]}\n")
    assert next(line for line in table.splitlines() if line.startswith("zloop.run")).split()[1:5] == [
        "yes",
        "no",
        "!",
        "–",
    ]


def test_interpreters_on_which_it_deviates_are_named_where_it_does_not_on_all() -> None:
    ours = row("zloop.Loop", None, "3.14", "creates makes_current")
    like = row("zloop.Loop", None, "3.11", "creates", "makes_current")
    other = Observed("CPython 3.11.7", (*THEIRS, like))

    text = render(lifecycle.document([other, seen(ours)]), "simple")

    assert "unlike asyncio.new_event_loop(), makes its loop current (on CPython 3.14.0)\n" in text
    assert "\nzloop.Loop                       yes" in text
    assert "no/yes * !" in text


def test_where_nothing_deviates_that_is_said_and_of_asyncio_alone_nothing() -> None:
    like = row("zloop.Loop", None, "3.14", "creates", "makes_current")

    assert "\n\nNo loop here does anything otherwise than asyncio.\n" in render(
        lifecycle.document([seen(like)]), "simple"
    )
    assert "therwise than" not in render(lifecycle.document([seen()]), "simple")
