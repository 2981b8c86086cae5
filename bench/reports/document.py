"""A report as records: a document of blocks, and tables of entries. Only a renderer turns them into characters.

Entries hold values, not texts, so that each format can show them in its own way. A new kind of block, such as a chart,
is one record here and one case in each renderer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from bench.reports.pictures import Picture, Plane

if TYPE_CHECKING:  # scipy comes with it, and `doctor` and `lifecycle` do not need it
    from bench.statistics.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number is shown in: 1 µs is 1e-6 of the base unit, which is the second."""

    symbol: str
    size: float = 1.0


SECOND, MILLISECOND, MICROSECOND, NANOSECOND = Unit("s"), Unit("ms", 1e-3), Unit("µs", 1e-6), Unit("ns", 1e-9)
BYTE, KIB = Unit("B"), Unit("KiB", 1024)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the base unit. Its own unit is shown beside it; without one, the unit of its column holds."""

    value: float
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval; its unit is that of a `Number`."""

    estimate: "Estimate"
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many; averages have up to two decimals."""

    value: float
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of all, and the confidence interval of their share: 0.05 is 5 %."""

    count: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Percent:
    """A part of a whole: 0.02 is 2 %. With `+` it always has a sign and two decimals."""

    part: float
    sign: Literal["", "+", "±"] = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """faster, slower, same, inconclusive; or what the baseline and the control are there for."""

    word: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A ratio in two decimals, and the verdict on it."""

    ratio: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Words:
    """Several words or names of equal rank."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """What each interpreter answers, where they don't agree."""

    answers: tuple[bool | str | None, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A ratio as a drawing of characters, whose spaces count, and the verdict on it."""

    text: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """An entry with a mark behind it, which a note explains."""

    entry: "Entry"
    mark: str


# None is a missing value; the reason stands in a note. "" is nothing to say. An int is exact, a bool is yes or no.
Entry: TypeAlias = (
    str | bool | int | Number | Interval | Count | Share | Percent | Verdict | Judged | Bar | Marked | Words | Differing
) | None  # fmt: skip
Row: TypeAlias = tuple[Entry, ...]


Narrow: TypeAlias = Literal["part", "wrap", "below", "drop", "spare"]


@dataclass(frozen=True, slots=True)
class Column:
    """What the entries below a name are.

    `unit`: of all entries that have none themselves. `mark`: refers to a note, as † does. `if_narrow`: what happens
    where the table has no room for the column. Its group goes to the next table (`part`); its texts are wrapped
    (`wrap`); its texts stand below the table (`below`); or its group is left out, because it stands elsewhere (`drop`).
    A `spare` column is shown only where there is room for all others. `shares_unit`: its head shows the unit only where
    no head before it does. `bar`: its entries are ratios, and a terminal may draw bars of them.
    """

    name: str
    unit: Unit | None = None
    side: Literal["left", "right"] = "right"
    mark: str = ""
    shares_unit: bool = False
    if_narrow: Narrow = "part"
    bar: bool = False


LOOP, SCENARIO = Column("loop", side="left"), Column("scenario", side="left")  # keys of many tables


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of entries, one for each column: first the keys, then the groups.

    Where a table must be parted, each part repeats the keys, and the columns of a group stay together.
    """

    keys: tuple[Column, ...]
    groups: tuple[tuple[Column, ...], ...]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them, in the order of the entries of a row."""
        return (*self.keys, *(column for group in self.groups for column in group))


@dataclass(frozen=True, slots=True)
class Heading:
    """A title: of the document (level 1), of a section (2) or of a part of one (3).

    `key`: the name of its section, in links and in views. `reading`: how to read the section; only a page says it.
    """

    text: str
    level: int = 2
    key: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong to the report itself. A no-break space keeps words on one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must know to read a table; a no-break space as in a paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning: what it means (the title), what happened (the cause), and what to do (the remedy, if there is one)."""

    title: str
    cause: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command to copy: on a line of its own, never wrapped, directly below the block that it belongs to."""

    purpose: str
    command: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Texts that each begin on a line of their own; a no-break space as in a paragraph."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, what it shows in a sentence, and the table of its numbers: a page has all three.

    `file`: what the picture is called beside the page, for formats that can only name it. Others leave it out.
    """

    name: str
    title: str
    about: str
    picture: Picture | Plane
    table: Table
    file: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What readers with one purpose want to see: the keys of sections."""

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Names of other files, each with its path beside this one."""

    items: tuple[tuple[str, str], ...]


Prose: TypeAlias = Heading | Paragraph | Note | Caution | Command | Listing
Block: TypeAlias = Prose | Links | Table | Chart


@dataclass(frozen=True, slots=True)
class Document:
    """A report. Only pages have its title and its details, which say how it was measured.

    `conclusion`: a sentence to quote. A page begins with it; a terminal ends with it, directly above the prompt.
    `origin`: on what it was measured, and `views`, both for a page that people open in a browser.
    """

    title: Heading | None = None
    conclusion: Paragraph | None = None
    summary: tuple[Block, ...] = ()
    body: tuple[Block, ...] = ()
    details: tuple[Block, ...] = ()
    origin: str = ""
    views: tuple[View, ...] = ()

    def page(self) -> Iterator[Block]:
        """All blocks as they follow each other on a page; also to put them into another document, as its section."""
        yield from filter(None, (self.title, self.conclusion))
        yield from (*self.summary, *self.body, *self.details)

    def screen(self) -> Iterator[Block]:
        """The blocks as they follow each other on a terminal."""
        yield from (*self.body, *self.summary)
        yield from filter(None, (self.conclusion,))
