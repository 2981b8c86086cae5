"""What loops cost besides time, as text and as JSON."""

import json
import re
from dataclasses import replace

import pytest
from test_leaks import lives, rising
from test_readings import readings

from bench.reports import resources as report
from bench.reports.rendering import render
from bench.resources.readings import Calls, ColdCell, ColdStart, LoopCosts, Reading, Readings, Resources


def cold(label: str, role: str, *starts: ColdStart | None, missing: str | None = None) -> ColdCell:
    return ColdCell(label, role, starts, missing)  # type: ignore[arg-type]  # a role


def invented(no_calls: str | None = None, *costs: LoopCosts) -> Resources:
    """Resources of asyncio and of one loop that leaks."""
    ms = 10**6
    both = [ColdStart(60 * ms + n, 10 * ms, 40 * ms, 41 * ms, 50 * ms) for n in range(7)]
    opened = (readings([10, 13, 16, 10], step=1),)
    calls = (Calls("manual", {"create": {"socketpair": 1}, "finish": {"close": 3}}, 4.25), Calls("warm", missing="no"))
    plain = LoopCosts("asyncio", "3.14.0", opened, (readings([5] * 21),) * 2, opened, (readings([5] * 21),), calls)
    leaking = replace(lives(rising(20_000), rising(100_000, 31)), opened=opened, missing=("opened: died",))
    skipping = LoopCosts("yloop", None, skipped="no run() of its own")
    cells = (
        cold("bare interpreter", "bare", *[ColdStart(10 * ms + n) for n in range(7)]),
        cold("import asyncio", "asyncio", *[ColdStart(50 * ms + n) for n in range(7)]),
        cold("asyncio", "baseline", *both),
        cold("control", "control", *both),
        cold("zloop", "loop", *both[:6], None, missing="died of SIGSEGV"),
        cold("yloop", "loop", missing="no run() of its own"),
    )
    facts = {"python": "3.14.0", "implementation": "CPython", "loop asyncio": "3.14.0", "loop zloop": "1.0"}
    return Resources("2026-11-24", 1, "manual", facts, costs or (plain, leaking, skipping), cells, no_calls)


def test_the_tables_say_what_is_held_left_called_and_waited_for() -> None:
    text = render(report.document(invented()), "simple")

    assert re.search(r"^asyncio +3 ", text, re.MULTILINE)
    assert "leaks descriptors, memory" in text
    assert re.search(r"^manual +asyncio +4 +1 +– +– +3  close 3, socketpair 1$", text, re.MULTILINE)
    assert "asyncio in manual: 4 calls in a typical lifecycle, 4.25 on average" in text
    assert "asyncio in warm: not in the table: no" in text
    assert "zloop: cold start: died of SIGSEGV" in text
    assert "zloop: opened: died" in text
    assert text.count("no run() of its own") == 1
    assert "yloop: no lifecycle, no cold start: no run() of its own" in text


def test_what_dropping_frees_what_is_never_given_back_and_raised_limits_have_a_table() -> None:
    last = Reading(50, 10, 2, 4096, 0, 0)
    closed = replace(last, descriptors=110, resident=4096 + 50 * 2048)
    opened = Readings((last,), closed=closed, limits=(1024, -1))
    unclosed = (readings([0, 30, 60], step=10),)
    raising = LoopCosts("zloop", "1.0", (opened,), abandoned=unclosed)
    plain = LoopCosts("asyncio", "3.14.0", (replace(opened, closed=last, limits=(1024, 1024)),))

    text = render(report.document(invented(None, raising, plain)), "simple")

    (kept,) = re.findall(r"never gives back without close\(\)\n\n(.*?)\n\n", text, re.DOTALL)
    lines = {line.split()[0]: line.split()[1:] for line in kept.splitlines()[2:]}
    assert lines["zloop"] == ["2", "0", "2.00", "3", "3", "0.003", "1,024", "to", "none"]
    assert lines["asyncio"] == ["0", "0", "0", "–", "–", "–", "unchanged"]
    assert "limit of open files: before" in text
    figures = json.loads(report.as_json(invented(None, raising)))["figures"][0]
    assert (figures["until_dropped"]["descriptors"], figures["unclosed"]["descriptors"]) == (2, 3)
    assert figures["limits"] == [1024, -1]


def test_readings_of_an_earlier_version_have_no_table_of_what_dropping_frees() -> None:
    assert "until dropped" not in render(report.document(invented()), "simple")


def test_a_loop_that_may_leak_and_was_not_looked_at_again_is_unknown() -> None:
    costs = lives(rising(20_000))

    text = render(report.document(invented(None, costs)), "simple")

    assert re.search(r"^zloop .* unknown$", text, re.MULTILINE)


def test_calls_that_every_lifecycle_makes_need_no_note() -> None:
    steady = replace(invented().loops[0], calls=(Calls("manual", {"create": {"socketpair": 1}}, 1.0),))

    text = render(report.document(invented(None, steady)), "simple")

    assert re.search(r"^manual +asyncio +1 ", text, re.MULTILINE)
    assert "typical lifecycle" not in text


def test_the_sentence_can_be_quoted() -> None:
    assert report.closing_sentence(invented()).startswith(
        "On CPython 3.14.0, in manual, asyncio 3.14.0 takes 3 descriptors, 3 threads, 0.003 KiB of memory, "
        "4 system calls in a lifecycle, 50.0 (50.0–50.0) ms from a fresh interpreter's start to get_data; zloop 1.0"
    )
    assert report.closing_sentence(invented()).endswith("zloop leaks: descriptors, memory.")
    assert report.closing_sentence(invented(None, LoopCosts("zloop", None))) == "No loop could be looked at."
    assert "ms from" not in report.closing_sentence(replace(invented(), cold=()))
    quiet = report.closing_sentence(invented(None, invented().loops[0]))
    assert quiet.endswith("No leak was seen.")


@pytest.mark.parametrize("width", [80, 40, 10])
def test_no_line_is_wider_than_the_terminal_where_a_column_fits(width: int) -> None:
    text = render(report.document(invented()), "simple", width)

    widest = max(len(line) for line in text.splitlines() if "  " in line)
    assert widest <= max(width, 50)  # the widest two columns that can't be parted
    assert "most frequent" in text


def test_without_strace_the_table_is_absent_with_the_reason() -> None:
    text = render(report.document(invented("there is no strace here")), "simple", 80)

    assert "not in the table: there is no strace here" in text
    assert "most frequent" not in text


def test_json_has_figures_estimates_and_the_readings_they_come_from() -> None:
    found = json.loads(report.as_json(invented()))

    assert found["figures"][0]["per_open_loop"]["descriptors"] == 3
    assert found["figures"][1]["leaks"] == ["descriptors", "resident", "traced"]
    assert found["figures"][2]["per_lifecycle"]["resident"] is None
    assert found["cold_start"][2]["program"] == "asyncio"
    assert found["readings"]["loops"][0]["lived"][0]["readings"][1]["loops"] == 20
