"""Planes to SVG elements: loops between two axes. Across, positions are per cent of the width; upwards, pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import product

from bench.reports import scales
from bench.reports.markup import SHAPES, of_subject, says, tag, words
from bench.reports.pictures import Axis, Guide, Plane, Reach, Spot

TOP, HEIGHT, BELOW = 24, 300, 40  # pixels above the plane, of it, and below it
LETTER, ON_A_PHONE = 1.3, 2.0  # per cent of the width that a letter takes
BESIDE, LINE = 2.0, 14  # per cent between a spot and its name, and pixels of a line of text
MOST = 80  # per cent at which a line may end so that its text still stands to the right of it
LOWER = (0, -LINE, LINE, -2 * LINE, 2 * LINE)  # pixels that a name may stand lower than its spot, the best first


def drawn(plane: Plane) -> tuple[int, list[str]]:
    """The height, and the elements."""
    inside = [*_bands(plane), *_across(plane.x), *_upwards(plane.y), *_ones(plane)]
    for guide in plane.guides:
        inside += _guide(plane, guide)
    spots = sorted(plane.spots, key=lambda spot: -spot.y.at)
    taken: list[_Box] = []
    groups = [(spot, _spot(plane, spot)) for spot in spots] + [(spot, _name(plane, spot, taken)) for spot in spots]
    for spot, elements in groups:  # all names in front of all marks
        inside.append(tag("g", {"class": "loop", **of_subject(spot.subject)}, says(spot.says) + "".join(elements)))
    return TOP + HEIGHT + BELOW, inside


@dataclass(frozen=True, slots=True)
class _Box:
    """What a text covers: per cent from the left, pixels from the top."""

    left: float
    right: float
    top: float

    def covers(self, other: "_Box") -> bool:
        """Whether the two texts can't both be read."""
        return self.left < other.right and other.left < self.right and abs(self.top - other.top) < LINE


def _height(axis: Axis, value: float) -> float:
    """Pixels from the top."""
    part = (scales.percent(axis, value) - scales.LEFT) / (scales.RIGHT - scales.LEFT)
    return round(TOP + HEIGHT * (1 - part), 1)


def _bands(plane: Plane) -> Iterator[str]:
    for band in plane.bands:
        low, high = scales.percent(plane.x, band.low), scales.percent(plane.x, band.high)
        size = {"x": f"{low}%", "width": f"{round(high - low, 2)}%", "y": TOP, "height": HEIGHT}
        yield tag("rect", {"class": band.look, **size}, says(band.says))


def _across(axis: Axis) -> Iterator[str]:
    for number, text in scales.ticks(axis):
        at = f"{scales.percent(axis, number)}%"
        yield tag("line", {"class": "grid", "x1": at, "x2": at, "y1": TOP, "y2": TOP + HEIGHT})
        yield tag("text", {"class": "tick", "x": at, "y": TOP + HEIGHT + LINE}, escape(text))
    title = {"class": "axis", "x": f"{scales.RIGHT}%", "y": TOP + HEIGHT + 2 * LINE + 4, "text-anchor": "end"}
    yield tag("text", title, f"{words(axis.title)} →")


def _upwards(axis: Axis) -> Iterator[str]:
    yield tag("text", {"class": "axis", "x": f"{scales.LEFT}%", "y": 12}, f"↑ {words(axis.title)}")
    for number, text in scales.ticks(axis):
        at = _height(axis, number)
        yield tag("line", {"class": "grid", "x1": f"{scales.LEFT}%", "x2": f"{scales.RIGHT}%", "y1": at, "y2": at})
        above = -3 if at > TOP + LINE else LINE - 2  # where the title is, the number stands below its line
        yield tag("text", {"class": "axis label", "x": f"{scales.LEFT}%", "y": at + above}, escape(text))


def _ones(plane: Plane) -> Iterator[str]:
    """Where the baseline is."""
    if plane.x.one is not None:
        at = f"{scales.percent(plane.x, plane.x.one)}%"
        yield tag("line", {"class": "one", "x1": at, "x2": at, "y1": TOP, "y2": TOP + HEIGHT})
    if plane.y.one is not None:
        height = _height(plane.y, plane.y.one)
        ends = {"x1": f"{scales.LEFT}%", "x2": f"{scales.RIGHT}%", "y1": height, "y2": height}
        yield tag("line", {"class": "one", **ends})


def _guide(plane: Plane, guide: Guide) -> Iterator[str]:
    (x1, y1), (x2, y2) = (
        (scales.percent(plane.x, x), _height(plane.y, y)) for x, y in (guide.start, guide.end)
    )  # fmt: skip
    yield tag("line", {"class": "guide", "x1": f"{x1}%", "x2": f"{x2}%", "y1": y1, "y2": y2})
    beside = {"text-anchor": "start", "dx": 6, "y": y2 + LINE} if x2 < MOST else {"text-anchor": "end", "y": y2 - 6}
    yield tag("text", {"class": "axis label", "x": f"{x2}%", **beside}, words(guide.text))


def _spot(plane: Plane, spot: Spot) -> Iterator[str]:
    """The intervals and the mark."""
    x, y = scales.percent(plane.x, spot.x.at), _height(plane.y, spot.y.at)
    for low, high in _ends(spot.x):
        ends = {"x1": f"{scales.percent(plane.x, low)}%", "x2": f"{scales.percent(plane.x, high)}%"}
        yield tag("line", {"class": f"interval {spot.paint}", **ends, "y1": y, "y2": y})
    for low, high in _ends(spot.y):
        ends = {"x1": f"{x}%", "x2": f"{x}%"}
        heights = {"y1": _height(plane.y, low), "y2": _height(plane.y, high)}
        yield tag("line", {"class": f"interval {spot.paint}", **ends, **heights})
    path = {"class": f"point {spot.paint}", "d": SHAPES[spot.shape], "transform": f"translate(0 {y})"}
    yield tag("svg", {"x": f"{x}%", "class": "spot"}, tag("path", path))


def _ends(reach: Reach) -> Iterator[tuple[float, float]]:
    if reach.low is not None and reach.high is not None:
        yield reach.low, reach.high


def _name(plane: Plane, spot: Spot, taken: list[_Box]) -> Iterator[str]:
    """Draw the name beside its spot; nothing where other names take every place."""
    y = _height(plane.y, spot.y.at)
    low, high = (scales.percent(plane.x, spot.x.at if end is None else end) for end in (spot.x.low, spot.x.high))
    ends = {"start": high, "end": low}
    if low > 100 - high:  # the side with more room first
        ends = {"end": low, "start": high}
    for lower, (side, x) in product(LOWER, ends.items()):
        box, room = _box(spot.label, x, y + lower, side), (100 - x if side == "start" else x) - BESIDE
        is_inside = TOP <= box.top <= TOP + HEIGHT and room >= ON_A_PHONE * len(spot.label)
        if is_inside and not any(box.covers(other) for other in taken):
            taken.append(box)
            at = {"x": f"{x}%", "y": y + lower + 4, "text-anchor": side, "dx": 9 if side == "start" else -9}
            yield tag("text", {"class": "label", **at}, words(spot.label))
            return


def _box(label: str, x: float, height: float, side: str) -> _Box:
    width = LETTER * len(label)
    left = x + BESIDE if side == "start" else x - BESIDE - width
    return _Box(left, left + width, height)
