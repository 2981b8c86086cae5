"""Planes: loops between two axes, what pays for how much work, and speed beside promises kept."""

import math
import re
import xml.etree.ElementTree as ET

import advised
import pages
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.contract.findings import Finding
from bench.reports import drawing, planes, png, scales
from bench.reports.besides import Besides
from bench.reports.charted import charted
from bench.reports.document import Chart, Document
from bench.reports.page import text as page_of
from bench.reports.paying import Paying, of_run, paying
from bench.reports.pictures import Axis, Guide, Plane, Reach, Spot, Subject
from bench.reports.promised import promised
from bench.reports.scenes import Scene, scenes
from bench.reports.tables import document
from bench.statistics.break_even import UNKNOWN, BreakEven
from bench.statistics.comparisons import compare
from bench.statistics.estimates import Estimate

KEPT = pages.kept(rounds=9, sweeps=4)
SCENE: Scene = next(scene for scene in scenes(compare(KEPT)) if scene.scenario == "runner")
X, Y = Axis("x", 0, 10, one=2.0), Axis("y", 0, 10, one=3.0)
NUMBERS = st.sampled_from([0.0, -1e-6, 1e-6, 1e-9, -1e-3, 5.0, math.inf]) | st.floats(-10, 10)


def spot(x: float, y: float, label: str = "loop") -> Spot:
    return Spot(Reach(x, x - 1, x + 1), Reach(y), Subject(label), label, f"{label} is here", "c1")


def estimate(value: float, half: float = 1e-6) -> Estimate:
    return Estimate(value, value - half, value + half)


ROWS = (
    Paying("uvloop", estimate(90e-6), estimate(0.9e-6, 1e-7), BreakEven("after", 100, 80, 130)),
    Paying("rloop", estimate(-5e-6), estimate(0.2e-6, 1e-7), BreakEven("always")),
    Paying("talyn", estimate(120e-6), estimate(-0.3e-6, 1e-7), BreakEven("never")),
)


def test_a_spot_stands_where_its_numbers_are_with_intervals_and_name() -> None:
    drawn = drawing.svg(Plane(X, Y, (spot(5, 10, "uvloop"),)), "about")

    assert '<svg x="50.0%" class="spot">' in drawn
    assert f"translate(0 {float(planes.TOP)})" in drawn
    assert re.findall(r'class="interval c1" x1="([\d.]+)%" x2="([\d.]+)%"', drawn) == [("40.4", "59.6")]
    assert ">uvloop</text>" in drawn
    assert "uvloop is here" in drawn


def test_it_is_higher_the_greater_it_is_and_an_interval_may_stand_upright() -> None:
    upright = Spot(Reach(5), Reach(5, 0, 10), Subject("a"), "a")

    drawn = drawing.svg(Plane(X, Y, (upright,)), "about")

    bottom, top = planes.TOP + planes.HEIGHT, planes.TOP
    assert f'y1="{float(bottom)}" y2="{float(top)}"' in drawn


def test_guides_and_the_baseline_are_lines_with_their_texts() -> None:
    drawn = drawing.svg(Plane(X, Y, (), (Guide((0, 0), (10, 10), "100 operations"),)), "about")

    assert drawn.count('class="guide"') == 1
    assert drawn.count('class="one"') == 2
    assert "100 operations" in drawn
    assert 'class="one"' not in drawing.svg(Plane(Axis("x", 0, 1), Axis("y", 0, 1), ()), "about")


def test_names_do_not_cover_each_other_and_stay_inside() -> None:
    close = [spot(9.9, 5 + place / 100, f"loop-number-{place}") for place in range(12)]

    drawn = drawing.svg(Plane(X, Y, tuple(close)), "about")

    heights = [float(y) for y in re.findall(r'class="label" x="[\d.]+%" y="([\d.]+)"', drawn)]
    assert 3 <= len(heights) < len(close), "what finds no place is named by its tooltip and in the table"
    assert min(abs(one - other) for one in heights for other in heights if one != other) >= planes.LINE - 1
    assert 'text-anchor="start" dx' not in drawn, "there is no room to the right"


def test_texts_in_a_plane_are_texts() -> None:
    hostile = spot(5, 5, pages.TAG)

    drawn = drawing.svg(Plane(Axis(pages.TAG, 0, 1), Axis(pages.TAG, 0, 1), (hostile,),
                              (Guide((0, 0), (1, 1), pages.TAG),)), pages.TAG, alone=True)  # fmt: skip

    assert not [one.tag for one in ET.fromstring(drawn).iter() if one.tag.endswith("img")]  # noqa: S314  (ours)


def test_what_a_loop_costs_and_saves_has_a_chart_with_lines_of_equal_break_even() -> None:
    chart = paying(ROWS, "asyncio", "runner")

    assert isinstance(chart.picture, Plane)
    assert [guide.text for guide in chart.picture.guides] == ["10 operations", "100 operations", "1,000 operations"]
    for guide in chart.picture.guides:
        number = int(guide.text.split()[0].replace(",", ""))
        assert guide.end[0] == pytest.approx(number * guide.end[1])
    assert [row[-1] for row in chart.table.rows] == [
        "has paid for its start after 100 (80–130) operations",
        "is ahead from the first on",
        "never pays for its start",
    ]


def test_a_run_with_few_and_many_operations_has_such_a_chart_for_each_of_its_groups() -> None:
    kept = advised.measured(scenarios=["runner"])

    ((group, chart),) = of_run(kept).items()

    assert isinstance(chart.picture, Plane)
    (one,) = chart.picture.spots
    assert one.label == "uvloop"
    assert one.x.at / one.y.at == pytest.approx(40, rel=0.1)
    comparisons = compare(kept)
    shown = charted(document(kept, comparisons), kept, comparisons)
    assert [block.name for block in shown.page() if block == chart] == [f"paying-{group}"]
    assert f"paying-{group.replace('/', '-').replace('=', '-')}.png" in dict(png.pictures(Document(body=(chart,))))
    assert of_run(KEPT) == {}


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=4))
def test_any_costs_can_be_drawn(numbers: list[tuple[float, float, float]]) -> None:
    rows = [
        Paying(f"loop{place}", Estimate(start, start, high), Estimate(saving, None, None), UNKNOWN)
        for place, (start, saving, high) in enumerate(numbers)
        if math.isfinite(start) and math.isfinite(saving)
    ]

    for chart in [paying(rows, "asyncio", "runner")] if rows else ():
        drawn = drawing.svg(chart.picture, chart.about, alone=True)
        assert not re.search(r"nan|inf", re.sub(r"<style>.*?</style>|<title>.*?</title>", "", drawn, flags=re.DOTALL))
        page_of(Document(body=(chart,)))


@given(st.lists(NUMBERS, max_size=4))
def test_an_axis_of_any_numbers_has_0_and_numbers_that_can_be_read(numbers: list[float]) -> None:
    axis = Axis("x", *scales.evenly(numbers))

    assert axis.low < 0 < axis.high
    assert len(scales.ticks(axis)) >= 2


def test_speed_stands_beside_the_promises_that_a_loop_keeps() -> None:
    (chart,) = promised(SCENE, {"asyncio": "44/44", "uvloop": "41/44", "talyn": "–"})

    assert isinstance(chart.picture, Plane)
    assert [(one.label, round(one.y.at, 2), round(one.x.at, 1)) for one in chart.picture.spots] == [
        ("asyncio", 1, 1), ("uvloop", 0.93, 0.5),
    ]  # fmt: skip
    assert [row[3] for row in chart.table.rows] == ["44/44", "41/44"]
    assert "floor" in {band.look for band in chart.picture.bands}


@pytest.mark.parametrize("promises", [{}, {"asyncio": "44/44"}, {"uvloop": "0/0"}, {"nobody": "1/2"}])
def test_without_a_checked_loop_there_is_no_such_chart(promises: dict[str, str]) -> None:
    assert promised(SCENE, promises) == ()


def test_loops_in_a_plane_can_be_hidden() -> None:
    (chart,) = promised(SCENE, {"asyncio": "44/44", "uvloop": "41/44"})

    page = page_of(Document(body=(chart,)))

    assert '<li data-loop="uvloop">' in page
    assert page.count('<g class="loop" data-loop="uvloop" data-scenario="runner" data-verdict="faster">') == 2
    assert '<li data-loop="asyncio">' not in page


def test_the_page_of_checked_loops_has_that_chart_in_one_scenario() -> None:
    checks = tuple(
        Finding(loop, "1", "3.14.0", "tcp", "network", kept=True, how="kept") for loop in ("asyncio", "uvloop")
    )
    comparisons = compare(KEPT)

    def names(besides: Besides | None) -> list[str]:
        shown = charted(document(KEPT, comparisons, besides), KEPT, comparisons, besides)
        return [block.name for block in shown.page() if isinstance(block, Chart) and "promises" in block.name]

    assert names(Besides(checks=checks)) == ["promises-run_forever"]
    assert names(Besides()) == names(None) == []
