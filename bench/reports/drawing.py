"""Pictures to SVG. Positions are per cent of the width, so that one drawing fits every page; colours are classes.

A drawing inside a page has the page's colours. One that stands alone, as a file, brings its own, light and dark.
"""

from collections.abc import Iterator, Mapping
from functools import singledispatch
from html import escape

from bench.reports import scales
from bench.reports.assets import CHART_CSS
from bench.reports.pictures import Axis, Cloud, Line, Mark, Picture, Point, Span, Subject
from bench.reports.prose import line as cleaned

TOP = 42  # pixels of the axis
TITLE = 20  # pixels of a line's title
ROW = 20  # pixels of marks
MOST_OF_CLOUD, MOST_OF_ROUND = 96, 7  # pixels that the rounds of a loop have together, and each
ALONE = 760  # pixels
STEPS = 2000  # of the position of a dot
ENOUGH = 11.0  # per cent of the width that a bar with a text in it has
SHAPES = (
    "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z",  # a disc
    "M-4.5-4.5H4.5V4.5H-4.5Z",  # a square
    "M0-6L5.5 4.5H-5.5Z",  # a triangle
    "M0-6.5L6 0L0 6.5L-6 0Z",  # a diamond
    "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",  # a cross
    "M0 6L5.5-4.5H-5.5Z",  # a triangle upside down
)


def svg(picture: Picture, about: str, *, alone: bool = False) -> str:
    """The drawing; `about` says what it shows to those who can't see it."""
    heights = [_height(line) for line in picture.lines]
    height = TOP + sum(heights) + 4
    inside = [*(_band(picture.axis, band) for band in picture.bands), *_axis(picture.axis)]
    top = TOP
    for line, its_height in zip(picture.lines, heights, strict=True):
        inside.append(_line(picture.axis, line, top, its_height))
        top += its_height
    inside += _one(picture.axis)
    size = {"width": ALONE if alone else "100%", "height": height, "data-top": TOP}
    size |= {"role": "img", "aria-label": cleaned(about)}
    if alone:
        inside = [
            _tag("style", {}, CHART_CSS),
            _tag("rect", {"class": "paper", "width": "100%", "height": "100%"}),
            *inside,
        ]
        size["xmlns"] = "http://www.w3.org/2000/svg"
    return _tag("svg", {"class": "picture", **size}, "".join(inside))


def shape(paint: str, number: int) -> str:
    """One mark as legends show it."""
    path = _tag("path", {"class": f"point {paint}", "d": SHAPES[number], "transform": "translate(8 8)"})
    return _tag("svg", {"class": "key", "width": 16, "height": 16, "aria-hidden": "true"}, path)


def _axis(axis: Axis) -> Iterator[str]:
    yield _tag("text", {"class": "axis", "x": f"{scales.LEFT}%", "y": 12}, escape(cleaned(axis.title)))
    for number, text in scales.ticks(axis):
        at = f"{scales.percent(axis, number)}%"
        yield _tag("line", {"class": "grid", "x1": at, "x2": at, "y1": TOP - 6, "y2": "100%"})
        yield _tag("text", {"class": "tick", "x": at, "y": TOP - 11}, escape(text))


def _one(axis: Axis) -> Iterator[str]:
    """Where the baseline is, in front of all."""
    if axis.one is not None:
        at = f"{scales.percent(axis, axis.one)}%"
        yield _tag("line", {"class": "one", "x1": at, "x2": at, "y1": TOP - 6, "y2": "100%"})


def _band(axis: Axis, band: Span) -> str:
    x, width = _extent(axis, band)
    size = {"x": f"{x}%", "width": f"{width}%", "y": TOP, "height": "100%"}
    return _tag("rect", {"class": band.look, **size}, _says(band.says))


def _line(axis: Axis, line: Line, top: int, height: int) -> str:
    """A line is a drawing of its own, which moves up where the lines above it are hidden."""
    marks_top = TITLE if line.title else 0
    title = _tag("text", {"class": "title", "x": "2%", "y": 14}, escape(cleaned(line.title))) if line.title else ""
    rounds = max((mark.row + 1 for mark in line.marks if isinstance(mark, Cloud)), default=0)
    marks = "".join(_mark(mark, axis, marks_top, _of_round(rounds)) for mark in line.marks)
    size = {"y": top, "width": "100%", "height": height, "data-height": height}
    return _tag("svg", {"class": "line", **_about(line.subject), **size}, title + marks + _label(axis, line, marks_top))


def _height(line: Line) -> int:
    rounds = max((mark.row + 1 for mark in line.marks if isinstance(mark, Cloud)), default=0)
    return (TITLE if line.title else 0) + (ROW if line.marks else 0) + round(rounds * _of_round(rounds))


def _of_round(rounds: int) -> float:
    """Pixels that each of these rounds has."""
    return min(MOST_OF_ROUND, MOST_OF_CLOUD / max(1, rounds))


def _about(subject: Subject) -> dict[str, object]:
    fields = {"data-loop": subject.loop, "data-scenario": subject.scenario, "data-verdict": subject.verdict}
    return {name: cleaned(text) for name, text in fields.items() if text}


def _label(axis: Axis, line: Line, top: int) -> str:
    """Beside its position, on the side that has more room."""
    if not line.label or line.beside is None:
        return ""
    low, high = (scales.percent(axis, end) for end in line.beside)
    at, side = (f"{high}%", {"text-anchor": "start", "dx": 9})
    if low > 100 - high:
        at, side = (f"{low}%", {"text-anchor": "end", "dx": -9})
    more = _tag("tspan", {"class": "more"}, escape(f" {cleaned(line.more)}")) if line.more else ""
    return _tag("text", {"class": "label", "x": at, "y": top + 14, **side}, escape(cleaned(line.label)) + more)


@singledispatch
def _mark(mark: Mark, _axis: Axis, _top: int, _of_round: float) -> str:
    raise TypeError(f"a mark can't be a {type(mark).__name__}")


@_mark.register
def _(mark: Span, axis: Axis, top: int, _of_round: float) -> str:
    x, width = _extent(axis, mark)
    if mark.look == "interval":
        ends = {"x1": f"{x}%", "x2": f"{round(x + width, 2)}%", "y1": top + 10, "y2": top + 10}
        return _tag("line", {"class": f"interval {mark.paint}", **ends}, _says(mark.says))
    tall = {"y": top, "height": ROW if mark.look == "floor" else ROW - 4}
    size = {"x": f"{x}%", "width": f"{width}%", **tall}
    text = ""
    if mark.text and width > ENOUGH:
        middle = {"class": f"inside {mark.paint}", "x": f"{round(x + width / 2, 2)}%", "y": top + 12}
        text = _tag("text", middle, escape(cleaned(mark.text)))
    return _tag("rect", {"class": f"{mark.look} {mark.paint}", **size}, _says(mark.says)) + text


@_mark.register
def _(mark: Point, axis: Axis, top: int, _of_round: float) -> str:
    path = {"class": f"point {mark.paint}", "d": SHAPES[mark.shape], "transform": f"translate(0 {top + 10})"}
    inside = _tag("path", path, _says(mark.says))
    return _tag("svg", {"x": f"{scales.percent(axis, mark.at)}%", "class": "spot"}, inside)


@_mark.register
def _(mark: Cloud, axis: Axis, top: int, of_round: float) -> str:
    """Dots are strokes without length, all of a round in one path: it stays small with many thousands of them."""
    y = round(top + ROW + (mark.row + 0.5) * of_round, 1)
    steps = sorted({round(scales.percent(axis, value) * STEPS / 100) for value in mark.values})
    dots = f"M{'M'.join(f'{step} 0h0' for step in steps)}"
    cloud = _tag("path", {"class": f"cloud {mark.paint}", "d": dots}, _says(mark.says))
    box = {
        "y": y,
        "width": "100%",
        "height": 1,
        "viewBox": f"0 0 {STEPS} 1",
        "preserveAspectRatio": "none",
        "class": "spot",
    }
    at, half = f"{scales.percent(axis, mark.median)}%", max(2.0, of_round / 2)
    median = {"class": f"median {mark.paint}", "x1": at, "x2": at, "y1": round(y - half, 1), "y2": round(y + half, 1)}
    return _tag("svg", box, cloud) + _tag("line", median)


def _extent(axis: Axis, span: Span) -> tuple[float, float]:
    """Where it begins and how wide it is, in per cent."""
    low, high = scales.percent(axis, span.low), scales.percent(axis, span.high)
    return low, round(max(0.0, high - low), 2)


def _says(text: str) -> str:
    return _tag("title", {}, escape(cleaned(text))) if text else ""


def _tag(name: str, attributes: Mapping[str, object], content: str = "") -> str:
    """One element; its content is markup already, its attributes are texts."""
    written = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"
