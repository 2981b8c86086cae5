"""Charts as PNG: drawn without a browser, or an error that says what to install."""

import importlib.util
import re
import struct
from pathlib import Path

import pages
import pytest
from commands import main
from invented import about, run

from bench.errors import BenchError
from bench.reports import drawing, png
from bench.reports.assets import CHART_CSS
from bench.reports.charted import charted
from bench.reports.document import Chart, Document
from bench.reports.pictures import Axis, Cloud, Line, Picture
from bench.reports.tables import document
from bench.statistics.comparisons import compare
from bench.store.folder import RunFolder

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def size(content: bytes) -> tuple[int, ...]:
    """Width and height in pixels."""
    return struct.unpack(">II", content[16:24])


def charts(of: Document) -> list[Chart]:
    return [block for block in of.page() if isinstance(block, Chart)]


def test_every_chart_of_a_run_is_a_picture_for_print() -> None:
    kept = pages.kept(rounds=6, sweeps=4, scenarios=1)
    comparisons = compare(kept)
    shown = charted(document(kept, comparisons), kept, comparisons)

    found = dict(png.pictures(shown))

    assert [*found] == [f"{chart.name}.png" for chart in charts(shown)]
    assert len(found) >= 3
    for chart in charts(shown):
        content = found[f"{chart.name}.png"]
        (height,) = re.findall(
            r'<svg class="picture" width="760" height="(\d+)"', drawing.svg(chart.picture, "", alone=True)
        )
        assert content.startswith(SIGNATURE)
        assert size(content) == (760 * png.SCALE, int(height) * png.SCALE)


def test_the_colours_stand_where_they_are_used() -> None:
    css = png.without_variables(CHART_CSS)

    assert "var(" not in css
    assert "@media" not in css
    assert ".point.c1 { fill: #d1495b; stroke: #ffffff; stroke-width: 1; }" in css
    assert ".bar.s3 { fill: #d6604d;" in css
    assert ".picture .inside.s0 { fill: #ffffff; }" in css
    assert ".grid { stroke: #d8dee4; }" in css
    assert ".inside.c0" not in css, "a loop has no colour for texts on it"


def test_a_drawing_of_known_width_has_its_dots_in_pixels() -> None:
    picture = Picture(Axis("x", 0, 10), (Line((Cloud((0.0, 5.0, 10.0), 5.0, 0, "c1"),)),))

    assert re.findall(r"M([\d.]+) [\d.]+h", drawing.svg(picture, "", alone=True)) == ["15.20", "380.00", "744.80"]
    assert "viewBox" in drawing.svg(picture, "")


def test_the_report_puts_them_into_a_folder_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create(about(["manual"], ["asyncio", "uvloop"]))
    for cell in folder.load().about.cells:
        folder.append(run(cell, 0, [1e-4] * 2))

    main("report", str(folder.path), "--png")

    assert "uvloop" in capsys.readouterr().out
    assert {file.name for file in (folder.path / "charts").iterdir()} == {
        "ratios.png", "values-manual.png", "stages-manual.png",
    }  # fmt: skip


@pytest.mark.parametrize("words", [["report", "nowhere", "--png"], ["run", "--png", "--dry-run"]])
def test_without_the_extra_the_error_names_it_before_anything_is_done(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    assert main(*words) == 2

    assert capsys.readouterr().err == (
        "error: --png needs the extra png\ninstall it: pip install 'evloop-bench[png]'\n"
    )


def test_without_a_font_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "LETTER", png.LETTER.replace("{}", "<!--{}-->"))

    with pytest.raises(BenchError, match="needs a font, and none that it knows is here"):
        png.check()
