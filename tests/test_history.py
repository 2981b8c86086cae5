"""Loops through time: what is one line, what is another, and which changes are marked."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from commands import main
from invented import about, run

from bench.reports import history as report
from bench.reports import page
from bench.reports.document import Chart, Note, Table
from bench.reports.pictures import Picture, Span
from bench.statistics.history import lines
from bench.statistics.runs import Named
from bench.store.folder import RunFolder
from bench.store.outcomes import Done, Kept

SPREAD = (0.998, 0.999, 1, 1.001, 1.002, 1.003)


def measured(
    name: str, ratio: float, started: str, loops: Sequence[str] = ("asyncio", "uvloop"), **facts: str
) -> Named:
    """A run in which uvloop takes this many times as long."""
    invented = about(["manual"], loops)
    invented = replace(invented, started=started, facts={**invented.facts, "cpus": "2", **facts})
    outcomes = [
        run(cell, index, [1e-4 * (ratio * part if cell.role == "loop" else 1)] * 2)
        for cell in invented.cells
        for index, part in enumerate(SPREAD)
    ]
    return Named(name, Kept(invented, (*outcomes, *(Done("manual", index) for index in range(6)))))


FIRST, SAME, SLOWER = (
    measured("first", 2, "2026-01-01"), measured("same", 2.0005, "2026-02-01"), measured("slower", 3, "2026-03-01"),
)  # fmt: skip


def test_a_line_has_its_runs_in_the_order_of_their_days_and_marks_what_changed() -> None:
    (line,) = lines([SLOWER, SAME, FIRST])

    assert [moment.run.name for moment in line.moments] == ["first", "same", "slower"]
    assert [moment.change and moment.change.verdict for moment in line.moments] == [None, "same", "slower"]
    document = report.document([line])
    assert document.conclusion
    assert document.conclusion.text == "uvloop became slower in manual with slower: 1.50 (1.50–1.50)."


def test_another_machine_and_another_method_are_other_lines() -> None:
    elsewhere = measured("elsewhere", 3, "2026-02-02", cpu="6502")
    longer = replace(SAME.kept.about, plan=replace(SAME.kept.about.plan, delay_s=1.0))

    found = lines([FIRST, elsewhere, Named("longer", replace(SAME.kept, about=longer))])

    assert [[moment.run.name for moment in line.moments] for line in found] == [["first"], ["longer"], ["elsewhere"]]
    document = report.document(found)
    assert document.conclusion
    assert document.conclusion.text == "No change is certain."
    assert sum(isinstance(block, Table) for block in document.body) == 3


def test_runs_that_share_no_loop_are_on_lines_of_their_own() -> None:
    (first, second) = lines([FIRST, measured("other", 2, "2026-02-01", ("asyncio", "rloop"))])

    assert (first.loop, second.loop) == ("uvloop", "rloop")
    assert second.moments[0].change is None


def test_runs_that_cannot_be_compared_have_no_change() -> None:
    again = Named("again", FIRST.kept)

    (line,) = lines([FIRST, again])

    assert [moment.change for moment in line.moments] == [None, None]


def test_the_chart_has_the_noise_floor_and_what_changed_beside_it() -> None:
    document = report.document(lines([FIRST, SLOWER]))

    (chart,) = (block for block in document.body if isinstance(block, Chart))
    assert isinstance(chart.picture, Picture)
    looks = {mark.look for line in chart.picture.lines for mark in line.marks if isinstance(mark, Span)}
    assert {"floor", "interval"} <= looks
    assert [line.label.partition(" ")[0] for line in chart.picture.lines] == ["", "first", "slower"]
    assert chart.picture.lines[2].more.endswith("slower than before")
    assert "Run after run" in page.text(document)


def test_of_many_runs_the_first_the_last_and_those_that_changed_are_shown() -> None:
    nights = [
        measured(f"night{number:02}", 2 + 0.001 * (number % 2), f"2026-01-{number:02}") for number in range(1, 29)
    ]
    nights += [measured(f"later{number}", 3 + 0.001 * number, f"2026-02-0{number}") for number in range(1, 5)]

    document = report.document(lines(nights))

    (table,) = (block for block in document.body if isinstance(block, Table))
    assert [row[2] for row in table.rows] == ["night01", "later1", "later4"]
    assert any("29 more are in the JSON" in block.text for block in document.body if isinstance(block, Note))


def test_nothing_that_can_be_followed_is_said_to_be_nothing() -> None:
    conclusion = report.document(lines([measured("alone", 1, "2026-01-01", ("asyncio",))])).conclusion

    assert conclusion
    assert conclusion.text == report.NOTHING


def test_the_command_follows_all_published_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main("history") == 2
    assert "there is no run in results" in capsys.readouterr().err
    for one in (FIRST, SLOWER):
        (tmp_path / "results").mkdir(exist_ok=True)
        folder = RunFolder(tmp_path / "results" / one.name)
        folder.create(one.kept.about)
        for outcome in one.kept.outcomes:
            folder.append(outcome)

    assert main("history", "--page", "history.html") == 0
    assert "became slower in manual" in capsys.readouterr().out
    assert "<!doctype html>" in (tmp_path / "history.html").read_text("utf-8")
    assert main("history", "results/first", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["run"], row["verdict"], row["version"]) == ("first", None, "1.0")
    assert main("history", "results/first", "results/slower", "--json") == 0
    assert [row["verdict"] for row in json.loads(capsys.readouterr().out)] == [None, "slower"]
    assert main("history", "--page", "nowhere/history.html") == 2
    assert "name another: --page FILE" in capsys.readouterr().err
