"""Pictures as records: lines of marks along one axis, or spots in a plane. `drawing` makes SVG of them.

Every picture reads from left to right, so that it fits a phone as well as a page: positions are parts of the width.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Paint: TypeAlias = str  # the class that gives a mark its colour: c0 to c7 for loops, s0 to s3 for stages, plain


@dataclass(frozen=True, slots=True)
class Axis:
    """What the position means. `size`: of the unit that it is shown in; `one`: where the baseline is, if anywhere."""

    title: str
    low: float
    high: float
    logarithmic: bool = False
    size: float = 1.0
    one: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From one position to another: a confidence interval, a part of a bar, what is the same, the noise floor."""

    low: float
    high: float
    look: Literal["interval", "bar", "same", "floor"]
    paint: Paint = "plain"
    says: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """An estimate; its shape, from 0, tells loops of one colour apart."""

    at: float
    paint: Paint = "plain"
    shape: int = 0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Cloud:
    """The values of one round, each a dot, and their median; `row` is the place of the round below its line."""

    values: tuple[float, ...]
    median: float
    row: int
    paint: Paint = "plain"
    says: str = ""


Mark: TypeAlias = Span | Point | Cloud


@dataclass(frozen=True, slots=True)
class Subject:
    """What a line is about, so that readers can hide it: empty is what can't be hidden."""

    loop: str = ""
    scenario: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Marks beside each other. `title` stands above them, `label` beside what lies between the ends of `beside`.

    `more` follows the label where there is room for it.
    """

    marks: tuple[Mark, ...] = ()
    subject: Subject = Subject()
    title: str = ""
    label: str = ""
    more: str = ""
    beside: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Lines below one axis; `bands` run through all of them."""

    axis: Axis
    lines: tuple[Line, ...]
    bands: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """A number, and the ends of its interval, if it has one."""

    at: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A loop in a plane, with its intervals in both directions, and its name beside it."""

    x: Reach
    y: Reach
    subject: Subject
    label: str
    says: str = ""
    paint: Paint = "plain"
    shape: int = 0


@dataclass(frozen=True, slots=True)
class Guide:
    """A straight line through a plane, from one point to another, with a text at its end."""

    start: tuple[float, float]
    end: tuple[float, float]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plane:
    """Spots between two axes: `x` runs to the right, `y` upwards. `bands` stand on the x axis."""

    x: Axis
    y: Axis
    spots: tuple[Spot, ...]
    guides: tuple[Guide, ...] = ()
    bands: tuple[Span, ...] = ()
