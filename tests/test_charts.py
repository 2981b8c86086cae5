"""Charts and their drawings: what stands in them, and that nothing wild breaks them."""

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pages
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reports import charts, drawing, scales, stages, values
from bench.reports.document import Chart, Verdict
from bench.reports.looks import look_of
from bench.reports.markup import SHAPES
from bench.reports.pictures import Axis, Cloud, Line, Picture, Point, Span, Subject
from bench.reports.scenes import extent, scenes
from bench.statistics.comparisons import compare
from bench.statistics.estimates import Estimate
from bench.statistics.spreads import Spread, spreads, together
from bench.subjects.loops import LOOPS

KEPT = pages.kept(rounds=9, sweeps=4)
COMPARISONS = compare(KEPT)
SCENES = {scene.scenario: scene for scene in scenes(COMPARISONS)}
GOLDEN = Path(__file__).parent / "golden"
NUMBERS = st.sampled_from([1e-12, 1e-6, 0.5, 0.99, 1.0, 1.0000001, 2.0, 1e6, 1e18, math.inf]) | st.floats(1e-12, 1e12)


def lines_of(chart: Chart) -> tuple[Line, ...]:
    """The lines of a picture that has some."""
    assert isinstance(chart.picture, Picture)
    return chart.picture.lines


def overview() -> Chart:
    """The first chart of the invented run."""
    (chart,) = charts.overview(COMPARISONS)
    return chart


def test_the_drawing_of_an_invented_run_is_the_one_that_was_looked_at() -> None:
    drawn = drawing.svg(overview().picture, overview().about, alone=True) + "\n"

    assert drawn == (GOLDEN / "ratios.svg").read_text("utf-8")


def test_loops_that_cannot_be_told_apart_share_a_place() -> None:
    rows = {row[1]: row for row in overview().table.rows if row[0] == "runner"}

    assert rows["uvloop"][2] == rows["rloop"][2] == 1
    assert rows["asyncio"][2] == rows[pages.TAG][2] == 3
    assert rows["asyncio"][4] == Verdict("baseline")


def test_what_is_the_same_and_the_noise_floor_stand_in_every_chart() -> None:
    of_scenes = spreads(KEPT)
    by_label = {cell.label: rounds for cell, rounds in of_scenes.items() if cell.scenario == "runner"}
    found = [overview(), *values.values(SCENES["runner"], by_label, 99), *stages.stages(SCENES["runner"])]

    assert len(found) == 3
    for chart in found:
        marks = [*chart.picture.bands, *(mark for line in lines_of(chart) for mark in line.marks)]
        assert {"same", "floor"} <= {mark.look for mark in marks if isinstance(mark, Span)}


def test_every_value_of_every_round_is_a_dot_and_fewer_are_said_to_be_fewer() -> None:
    by_label = {cell.label: rounds for cell, rounds in spreads(KEPT).items() if cell.scenario == "runner"}

    (whole,), (fewer,) = (values.values(SCENES["runner"], by_label, most) for most in (99, 2))

    def dots(chart: Chart) -> int:
        marks = (mark for line in lines_of(chart) for mark in line.marks)
        return sum(len(mark.values) for mark in marks if isinstance(mark, Cloud))

    assert dots(whole) == sum(len(run.values["total"]) for run in KEPT.runs
                              if run.cell.scenario == "runner" and run.cell.role != "baseline")  # fmt: skip
    assert dots(fewer) == dots(whole) // 2
    assert "only 2 values" in fewer.about
    assert "only" not in whole.about


def test_dots_beyond_the_ends_are_counted() -> None:
    wild = {"uvloop": (Spread(0, (*[0.5] * 400, 900.0)), Spread(1, (0.5,)))}

    (chart,) = values.values(SCENES["runner"], wild, 1000)

    assert "1 of 402 dots lie beyond an end and stand at it: from 0.500 to 900." in chart.about


def test_the_stage_that_makes_the_difference_is_named() -> None:
    (chart,) = stages.stages(SCENES["runner"])

    titles = {line.title.split(" ")[0]: line.title for line in lines_of(chart)}
    assert "most of the difference in" in titles["uvloop"]
    assert "-" in titles["uvloop"].rpartition(":")[2]
    assert "+" in titles["talyn"].rpartition(":")[2]
    assert "difference" not in titles["asyncio"] + titles["control"]
    assert {row[0] for row in chart.table.rows} == {
        line.subject.loop or line.title.split()[0] for line in lines_of(chart)
    }


def test_thinned_ratios_keep_their_ends_and_their_middle() -> None:
    spread = Spread(0, tuple(float(number) for number in range(1, 102)))

    assert spread.thinned(5) == (1, 26, 51, 76, 101)
    assert spread.thinned(1) == (1,)
    assert spread.thinned(101) == spread.ratios
    assert together((spread, spread)).ratios == spread.ratios * 2


def test_known_loops_look_different_and_always_the_same() -> None:
    looks = {look_of(loop.name) for loop in LOOPS}

    assert len(looks) == len(LOOPS)
    assert look_of("mine:new_loop") == look_of("mine:new_loop")
    assert look_of("mine:new_loop") not in looks
    assert all(0 <= look_of(f"loop{number}").shape < len(SHAPES) for number in range(99))


@given(NUMBERS, NUMBERS, st.booleans(), st.sampled_from([1.0, 1e-6, 1e-9]))
def test_any_axis_has_numbers_that_can_be_read(one: float, other: float, logarithmic: bool, size: float) -> None:  # noqa: FBT001  (hypothesis gives it)
    low, high = scales.around([one, other], logarithmic=logarithmic)
    axis = Axis("x", low, high, logarithmic, size)

    shown = scales.ticks(axis)

    positions = [scales.percent(axis, number) for number, _ in shown]
    assert shown
    assert positions == sorted(positions)
    assert all(scales.LEFT <= position <= scales.RIGHT for position in positions)
    assert all(later - earlier >= scales.GAP for earlier, later in pairwise(positions))


@pytest.mark.parametrize(("low", "high", "texts"), [
    (0.94, 1.06, ["0.94", "0.96", "0.98", "1", "1.02", "1.04", "1.06"]),
    (0.4, 2.2, ["0.4", "0.5", "0.6", "0.8", "1", "1.2", "1.5", "2"]),
    (0.01, 1000, ["0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30", "100", "300", "1000"]),
])  # fmt: skip
def test_ratios_stand_where_readers_expect_them(low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in scales.ticks(Axis("x", low, high, logarithmic=True))] == texts


def test_seconds_are_shown_in_their_unit() -> None:
    assert [text for _, text in scales.ticks(Axis("x", 0, 5e-5, size=1e-6))] == [
        "0",
        "5",
        "10",
        "15",
        "20",
        "25",
        "30",
        "35",
        "40",
        "45",
        "50",
    ]


def test_an_axis_without_numbers_is_one() -> None:
    assert scales.around([]) == scales.around([1.0])
    assert scales.around([math.nan, math.inf], logarithmic=False) == (0, 1.05)
    assert scales.around([0.0], logarithmic=False) == (0, 1)
    assert scales.percent(Axis("x", 1, 1), 1) == 50


def test_where_a_ratio_reaches() -> None:
    assert extent(None) is None
    assert extent(Estimate(2, None, None)) == (2, 2)
    assert extent(Estimate(2, 1, 3)) == (1, 3)


def test_labels_stand_where_there_is_more_room() -> None:
    lines = tuple(Line((Point(at),), label="here", beside=(at, at)) for at in (1.0, 9.0))

    drawn = drawing.svg(Picture(Axis("x", 0, 10), lines), "about")

    assert re.findall('text-anchor="([a-z]+)"', drawn) == ["start", "end"]


def test_texts_in_a_drawing_are_texts() -> None:
    span = Span(1, 9, "bar", "s0", says=pages.TAG, text=pages.TAG)
    hostile = Line(
        (span, Point(2, says=pages.TAG)), Subject(pages.TAG, '"', "'"), pages.TAG, pages.TAG, pages.TAG, (1, 2)
    )

    drawn = drawing.svg(Picture(Axis(pages.TAG, 0, 10), (hostile,)), f'"{pages.TAG}', alone=True)

    assert not [one.tag for one in ET.fromstring(drawn).iter() if one.tag.endswith("img")]  # noqa: S314  (ours)


def test_a_narrow_bar_has_no_text() -> None:
    spans = (Span(0, 1, "bar", text="thin"), Span(1, 9, "bar", text="wide"))

    drawn = drawing.svg(Picture(Axis("x", 0, 10), (Line(spans),)), "")

    assert "wide" in drawn
    assert "thin" not in drawn


class Reading:
    """What is no mark."""

    says = ""


def test_what_is_no_mark_is_refused() -> None:
    with pytest.raises(TypeError, match="can't be a Reading"):
        drawing.svg(Picture(Axis("x", 0, 1), (Line((Reading(),)),)), "")  # type: ignore[arg-type]  # on purpose
