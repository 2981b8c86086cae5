"""What loops keep of asyncio's promises, as a document: how much by area, then what is not kept; and JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.contract.conformance import WHITE_BOX
from bench.contract.findings import Finding, kept_of_tried
from bench.errors import AS_MODULE
from bench.reports.document import LOOP, Block, Column, Command, Document, Heading, Note, Paragraph, Row, Table, Words
from bench.reports.prose import unbroken
from bench.reports.records import indented


@dataclass(frozen=True, slots=True)
class Kind:
    """What is reported: the promises that our checks try, or CPython's own tests. `options` are those of `check`.

    `key`: of its section in a page.
    """

    heading: str
    broken: str
    sentence: str
    key: str
    options: str = ""


OWN = Kind("What loops keep of asyncio's promises", "What is not kept", "Promises of asyncio kept", "checks")
CPYTHON = Kind(
    "What loops pass of CPython's own tests for event loops", "What does not pass", "CPython's tests passed",
    "conformance", "--conformance ",
)  # fmt: skip
LEGEND = "kept/tried; what does not apply is not counted."
READING = (
    "First table: how much each loop keeps, in all and by area. Second table: a row for each thing that is not kept, "
    "with the loops to which that happened in the same way. Broken: the loop did something else. Hung: it had to be "
    "ended. Died: its process crashed. Whether that matters depends on what your program uses."
)


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects, one for each check on each loop."""
    return indented(findings)


def document(findings: Sequence[Finding], kind: Kind = OWN) -> Document:
    """How much each loop keeps, what it does not keep, and a sentence to quote."""
    broken = [finding for finding in findings if finding.kept is False]
    return Document(
        conclusion=Paragraph(f"{kind.sentence} on Python {findings[0].python}: {', '.join(_parts(findings))}."),
        body=(
            Heading(f"{kind.heading}, on Python {findings[0].python}"),
            _counts(findings),
            Note(LEGEND),
            *_details(broken, kind),
            *_not_applicable(findings),
        ),
    )


def section(findings: Sequence[Finding], kind: Kind = OWN) -> Iterator[Block]:
    """The same as a section of a page, where tables are sorted and filtered; nothing of no findings."""
    if findings:
        yield Heading(f"{kind.heading}, on Python {findings[0].python}", 2, kind.key, READING)
        yield _counts(findings)
        yield Note(LEGEND)
        yield from _broken([finding for finding in findings if finding.kept is False], kind)
        yield from _not_applicable(findings)


def listed(checks: Mapping[str, tuple[str, str]]) -> Document:
    """All checks: the area of each, and what it tries."""
    columns = (Column("area", side="left"),), (Column("promise", side="left", if_narrow="wrap"),)
    rows = tuple((name, *described) for name, described in checks.items())
    return Document(body=(Table((Column("check", side="left"),), columns, rows),))


def _counts(findings: Sequence[Finding]) -> Table:
    """A row for each loop, with a column for each area."""
    areas = tuple(dict.fromkeys(finding.area for finding in findings))
    columns = tuple((Column(name),) for name in ("kept", *areas))
    return Table((LOOP,), columns, tuple(_count(loop, areas) for loop in _by_loop(findings)))


def _count(findings: Sequence[Finding], areas: Sequence[str]) -> Row:
    parts = ([finding for finding in findings if finding.area == area] for area in areas)
    return (findings[0].loop, kept_of_tried(findings), *map(kept_of_tried, parts))


def _by_loop(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    for name in dict.fromkeys(finding.loop for finding in findings):
        yield [finding for finding in findings if finding.loop == name]


def _details(broken: Sequence[Finding], kind: Kind) -> Iterator[Block]:
    """A row for each promise that is not kept; loops that break it in the same way share one."""
    if broken:
        yield Heading(kind.broken, 3)
        rows = tuple(
            (first.check, f"{', '.join(loops)}: {first.how}: {first.reason}") for first, loops in _alike(broken)
        )
        columns = ((Column("what happened", side="left", if_narrow="wrap"),),)
        yield Table((Column("check", side="left"),), columns, rows)
        yield _alone(broken[0], kind)


def _broken(broken: Sequence[Finding], kind: Kind) -> Iterator[Block]:
    """The same, each fact in a column of its own."""
    if broken:
        yield Heading(kind.broken, 3)
        names = ("area", "loops", "how", "what happened")
        columns = (tuple(Column(name, side="left") for name in names),)
        rows = tuple(
            (first.check, first.area, Words(tuple(loops)), first.how, first.reason) for first, loops in _alike(broken)
        )
        yield Table((Column("check", side="left"),), columns, rows)
        yield _alone(broken[0], kind)


def _alike(broken: Sequence[Finding]) -> Iterator[tuple[Finding, list[str]]]:
    """The first finding of each thing that happened, and the loops to which it happened."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in sorted(broken, key=lambda finding: _place(finding, broken)):
        alike.setdefault((finding.check, finding.how, finding.reason), []).append(finding)
    return ((findings[0], [finding.loop for finding in findings]) for findings in alike.values())


def _alone(first: Finding, kind: Kind) -> Command:
    return Command("see one alone", f"{AS_MODULE} check {kind.options}--loop {first.loop} --check {first.check}")


def _place(finding: Finding, broken: Sequence[Finding]) -> int:
    """Where its check comes first."""
    return next(place for place, other in enumerate(broken) if other.check == finding.check)


def _not_applicable(findings: Sequence[Finding]) -> Iterator[Block]:
    """Why checks do not apply, each reason once."""
    checks: dict[str, dict[str, None]] = {}
    white_box = {finding.check for finding in findings if finding.check in WHITE_BOX}
    for finding in findings:
        if finding.kept is None and finding.check not in white_box:
            checks.setdefault(finding.reason, {})[finding.check] = None
    yield from (Note(f"Not applicable: {', '.join(names)}: {reason}") for reason, names in checks.items())
    if white_box:
        command = f"{AS_MODULE} check --conformance --list"
        yield Note(
            f"{len(white_box)} tests look inside a loop, and are not tried. {unbroken(command)} has the reasons."
        )


def _parts(findings: Sequence[Finding]) -> Iterator[str]:
    """Each loop with its version and how much it keeps."""
    for loop in _by_loop(findings):
        yield unbroken(" ".join(filter(None, [loop[0].loop, loop[0].version, kept_of_tried(loop)])))
