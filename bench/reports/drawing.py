"""Pictures to SVG. Positions are per cent of the width, so that one drawing fits every page; colours are classes.

A drawing inside a page has the page's colours. One that stands alone, as a file, brings its own, light and dark.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from html import escape
from itertools import groupby, pairwise

from bench.reports import planes, scales
from bench.reports.assets import CHART_CSS
from bench.reports.markup import SHAPES, of_subject, says, tag, words
from bench.reports.pictures import Axis, Cloud, Line, Mark, Picture, Plane, Point, Span
from bench.reports.prose import UNBROKEN
from bench.reports.prose import line as cleaned

TOP = 42  # pixels of the axis
TITLE = 20  # pixels of a line's title
ROW = 20  # pixels of marks
MOST_OF_CLOUD, MOST_OF_ROUND = 96, 7  # pixels that the rounds of a loop have together, and each
ALONE = 760  # pixels
STEPS = 2000  # of the position of a dot
ENOUGH = 11.0  # per cent of the width that a bar with a text in it has


def svg(picture: Picture | Plane, about: str, *, alone: bool = False) -> str:
    """The drawing; `about` says what it shows to those who can't see it."""
    height, inside = planes.drawn(picture) if isinstance(picture, Plane) else _drawn(picture, ALONE if alone else None)
    size = {"width": ALONE if alone else "100%", "height": height, "data-top": TOP}
    size |= {"role": "img", "aria-label": cleaned(about)}
    if alone:
        inside = [
            tag("style", {}, CHART_CSS),
            tag("rect", {"class": "paper", "width": "100%", "height": "100%"}),
            *inside,
        ]
        size["xmlns"] = "http://www.w3.org/2000/svg"
    kind = "picture plane" if isinstance(picture, Plane) else "picture"
    return tag("svg", {"class": kind, **size}, "".join(inside))


def shape(paint: str, number: int) -> str:
    """One mark as legends show it."""
    path = tag("path", {"class": f"point {paint}", "d": SHAPES[number], "transform": "translate(8 8)"})
    return tag("svg", {"class": "key", "width": 16, "height": 16, "aria-hidden": "true"}, path)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where marks stand: below which axis, how many pixels from the top, and how many each round has.

    `width`: pixels of the drawing, if they are known.
    """

    axis: Axis
    top: int
    of_round: float
    width: int | None

    def at(self, value: float) -> str:
        """The position of a value."""
        return f"{scales.percent(self.axis, value)}%"


def _drawn(picture: Picture, width: int | None) -> tuple[int, list[str]]:
    """The height, and the elements."""
    heights = [_height(line) for line in picture.lines]
    inside = [*(_band(picture.axis, band) for band in picture.bands), *_axis(picture.axis), *_one(picture.axis)]
    top = TOP
    for line, its_height in zip(picture.lines, heights, strict=True):
        size = {"y": top, "width": "100%", "height": its_height, "data-height": its_height}
        inside.append(
            tag("svg", {"class": "line", **of_subject(line.subject), **size}, _line(picture.axis, line, width))
        )
        top += its_height
    return top + 4, inside


def _axis(axis: Axis) -> Iterator[str]:
    yield tag("text", {"class": "axis", "x": f"{scales.LEFT}%", "y": 12}, words(axis.title))
    for number, text in scales.ticks(axis):
        at = f"{scales.percent(axis, number)}%"
        yield tag("line", {"class": "grid", "x1": at, "x2": at, "y1": TOP - 6, "y2": "100%"})
        yield tag("text", {"class": "tick", "x": at, "y": TOP - 11}, escape(text))


def _one(axis: Axis) -> Iterator[str]:
    """Where the baseline is: behind names, which it would cross out."""
    if axis.one is not None:
        at = f"{scales.percent(axis, axis.one)}%"
        yield tag("line", {"class": "one", "x1": at, "x2": at, "y1": TOP - 6, "y2": "100%"})


def _band(axis: Axis, band: Span) -> str:
    x, width = _extent(axis, band)
    size = {"x": f"{x}%", "width": f"{width}%", "y": TOP, "height": "100%"}
    return tag("rect", {"class": band.look, **size}, says(band.says))


def _line(axis: Axis, line: Line, width: int | None) -> str:
    """A line is a drawing of its own, which moves up where the lines above it are hidden."""
    top = TITLE if line.title else 0
    title = tag("text", {"class": "title", "x": "2%", "y": 14}, words(line.title)) if line.title else ""
    place = _Place(axis, top, _of_round(_rounds(line)), width)
    return title + "".join(_marks(line, place)) + _label(axis, line, top)


def _marks(line: Line, place: _Place) -> Iterator[str]:
    """Marks that say the same say it once, together."""
    for text, marks in groupby(line.marks, lambda mark: mark.says):
        drawn = "".join(_mark(mark, place) for mark in marks)
        yield tag("g", {}, says(text) + drawn) if text else drawn


def _height(line: Line) -> int:
    rounds = _rounds(line)
    return (TITLE if line.title else 0) + (ROW if line.marks else 0) + round(rounds * _of_round(rounds))


def _rounds(line: Line) -> int:
    return max((mark.row + 1 for mark in line.marks if isinstance(mark, Cloud)), default=0)


def _of_round(rounds: int) -> float:
    """Pixels that each of these rounds has."""
    return min(MOST_OF_ROUND, MOST_OF_CLOUD / max(1, rounds))


def _label(axis: Axis, line: Line, top: int) -> str:
    """Beside its position, on the side that has more room."""
    if not line.label or line.beside is None:
        return ""
    low, high = (scales.percent(axis, end) for end in line.beside)
    at, side = (f"{high}%", {"text-anchor": "start", "dx": 9})
    if low > 100 - high:
        at, side = (f"{low}%", {"text-anchor": "end", "dx": -9})
    more = tag("tspan", {"class": "more"}, UNBROKEN + words(line.more)) if line.more else ""
    return tag("text", {"class": "label", "x": at, "y": top + 14, **side}, words(line.label) + more)


@singledispatch
def _mark(mark: Mark, _place: _Place) -> str:
    raise TypeError(f"a mark can't be a {type(mark).__name__}")


@_mark.register
def _(mark: Span, place: _Place) -> str:
    x, width = _extent(place.axis, mark)
    if mark.look == "interval":
        ends = {"x1": f"{x}%", "x2": f"{round(x + width, 2)}%", "y1": place.top + 10, "y2": place.top + 10}
        return tag("line", {"class": f"interval {mark.paint}", **ends})
    tall = {"y": place.top, "height": ROW if mark.look == "floor" else ROW - 4}
    size = {"x": f"{x}%", "width": f"{width}%", **tall}
    text = ""
    if mark.text and width > ENOUGH:
        middle = {"class": f"inside {mark.paint}", "x": f"{round(x + width / 2, 2)}%", "y": place.top + 12}
        text = tag("text", middle, words(mark.text))
    return tag("rect", {"class": f"{mark.look} {mark.paint}", **size}) + text


@_mark.register
def _(mark: Point, place: _Place) -> str:
    path = {"class": f"point {mark.paint}", "d": SHAPES[mark.shape], "transform": f"translate(0 {place.top + 10})"}
    return tag("svg", {"x": place.at(mark.at), "class": "spot"}, tag("path", path))


@_mark.register
def _(mark: Cloud, place: _Place) -> str:
    y = round(place.top + ROW + (mark.row + 0.5) * place.of_round, 1)
    half = max(2.0, place.of_round / 2)
    ends = {
        "x1": place.at(mark.median),
        "x2": place.at(mark.median),
        "y1": round(y - half, 1),
        "y2": round(y + half, 1),
    }
    return _dots(mark, place, y) + tag("line", {"class": f"median {mark.paint}", **ends})


def _dots(mark: Cloud, place: _Place, y: float) -> str:
    """Dots are strokes without length, all of a round in one path: it stays small with many thousands of them.

    Where the width is not known, the path is stretched to it, but its stroke is not; not every program can do that.
    """
    steps = sorted({round(scales.percent(place.axis, value) * STEPS / 100) for value in mark.values})
    if place.width:
        dots = "".join(f"M{step * place.width / STEPS:.2f} {y}h.01" for step in steps)
        return tag("path", {"class": f"cloud {mark.paint}", "d": dots})
    dots = "".join(f"m{step - before} 0h0" for before, step in pairwise([0, *steps]))
    box = {"y": y, "width": "100%", "height": 1, "viewBox": f"0 0 {STEPS} 1", "preserveAspectRatio": "none"}
    cloud = tag("path", {"class": f"cloud {mark.paint}", "d": dots})
    return tag("svg", {**box, "class": "spot"}, cloud)


def _extent(axis: Axis, span: Span) -> tuple[float, float]:
    """Where it begins and how wide it is, in per cent."""
    low, high = scales.percent(axis, span.low), scales.percent(axis, span.high)
    return low, round(max(0.0, high - low), 2)
