"""Lines through time as a document: a table and a chart for each machine; and as JSON."""

from collections.abc import Iterator, Mapping, Sequence

from bench.reports.document import (
    LOOP,
    SCENARIO,
    Block,
    Chart,
    Column,
    Document,
    Entry,
    Heading,
    Note,
    Paragraph,
    Row,
    Table,
    Verdict,
)
from bench.reports.numbers import interval
from bench.reports.pictures import Line as Shown
from bench.reports.pictures import Picture, Subject
from bench.reports.ratios import estimated
from bench.reports.records import indented
from bench.reports.scenes import SAME, Scene, bounds, estimate, extent, ratio_axis, shortened
from bench.statistics.history import Line, Moment

LEGEND = (
    "ratio: the loop's seconds divided by the baseline's of the same run, with its confidence interval; below 1 is "
    "faster. since: this ratio divided by that of the run before on the same line, and its verdict, both by the rule "
    "of compare; where the versions of the baseline differ, it can be the baseline that changed. Runs of other "
    "machines, and of other ways to measure, are other lines."
)
IN_HEADING = {"machine", "implementation", "cpu", "cpus"}
CHANGED = ("faster", "slower")
MOST = 30  # runs of a line that are all shown; of more, those that changed, the first and the last
NOTHING = "No run has a ratio that could be followed."


def document(lines: Sequence[Line]) -> Document:
    """A section for each machine and way to measure."""
    sections = [[line for line in lines if line.where == where] for where in _unique(lines)]
    body = tuple(block for number, section in enumerate(sections, 1) for block in _section(number, section))
    return Document(
        title=Heading("Loops through time", 1),
        conclusion=Paragraph(_conclusion(lines)),
        summary=(Note(LEGEND),),
        body=body,
    )


def as_json(lines: Sequence[Line]) -> str:
    """A list of objects, one for each loop in each scenario in each run."""
    return indented([dict(_fields(line, moment)) for line in lines for moment in line.moments])


def _unique(lines: Sequence[Line]) -> list[Mapping[str, str]]:
    return [*{tuple(line.where.items()): line.where for line in lines}.values()]


def _conclusion(lines: Sequence[Line]) -> str:
    """Every change, as a sentence."""
    changed = [
        f"{line.loop} became {_changed(moment)} in {line.scenario} with {moment.run.name}: {interval(change.change)}"
        for line in lines
        for moment in line.moments
        if _changed(moment) and (change := moment.change)
    ]
    if not lines:
        return NOTHING
    return f"{'; '.join(changed)}." if changed else "No change is certain."


def _changed(moment: Moment) -> str:
    """Faster or slower, where that is certain."""
    verdict = moment.change.verdict if moment.change else None
    return verdict if verdict and verdict in CHANGED else ""


def _section(number: int, lines: Sequence[Line]) -> Iterator[Block]:
    where = lines[0].where
    name = f"{where['machine']}: " if "machine" in where else ""
    yield Heading(f"{name}{where['implementation']} on {where['cpu']}, {where['cpus']} CPUs", key=f"machine-{number}")
    rest = (f"{name} {value}" for name, value in where.items() if name not in IN_HEADING)
    yield Note(f"All of it: {', '.join(rest)}.")
    yield _table(lines)
    yield from _left_out(lines)
    yield _chart(number, lines)


def _shown_moments(line: Line) -> Sequence[Moment]:
    """All moments, or those that a reader looks for among many."""
    if len(line.moments) <= MOST:
        return line.moments
    ends = (line.moments[0], line.moments[-1])
    return [moment for moment in line.moments if moment is ends[0] or moment is ends[1] or _changed(moment)]


def _left_out(lines: Sequence[Line]) -> Iterator[Note]:
    left_out = sum(len(line.moments) - len(_shown_moments(line)) for line in lines)
    if left_out:
        yield Note(
            f"Of each line with more than {MOST} runs, the first, the last and those that changed are shown; "
            f"{left_out} more are in the JSON."
        )


def _table(lines: Sequence[Line]) -> Table:
    run = Column("run", side="left")
    columns = ((Column("python"), Column("version"), Column("ratio")), (Column("since"), Column("verdict")))
    rows = tuple(_row(line, moment) for line in lines for moment in _shown_moments(line))
    return Table((SCENARIO, LOOP, run), columns, rows)


def _row(line: Line, moment: Moment) -> Row:
    since = moment.change
    verdict: Entry = Verdict(since.verdict or "") if since else None
    change = estimated(since.change) if since else None
    version = _version(moment, line.loop)
    ratio = estimated(moment.row.ratio)
    return (line.scenario, line.loop, moment.run.name, moment.row.python, version, ratio, change, verdict)


def _version(moment: Moment, loop: str) -> str | None:
    return moment.run.facts.get(f"loop {loop}")


def _chart(number: int, lines: Sequence[Line]) -> Chart:
    """The runs of a line below each other; what changed is said beside it."""
    shown = [one for line in lines for one in _shown(line)]
    axis = ratio_axis(lines[0].where["baseline"], bounds(m.row.ratio for line in lines for m in _shown_moments(line)))
    about = (
        "The ratio of each loop in each scenario, run after run, the oldest first. The band is "
        "what is called the same, the grey blocks are the noise floors of the runs."
    )
    return Chart(f"history-{number}", "Run after run", about, Picture(axis, tuple(shown), (SAME,)), _table(lines))


def _shown(line: Line) -> Iterator[Shown]:
    subject = Subject(line.loop, line.scenario)
    yield Shown(subject=subject, title=f"{line.loop} in {line.scenario}")
    for moment in _shown_moments(line):
        changed = _changed(moment)
        mark = f", {changed} than before" if changed else ""
        ratio, _, rest = interval(moment.row.ratio).partition(" ")
        label, more = f"{shortened(moment.run.name)} {ratio}", f"{rest}{mark}"
        marks = (*Scene(line.scenario, moment.rows).floor, *estimate(moment.row))
        yield Shown(marks, subject, label=label, more=more, beside=extent(moment.row.ratio))


def _fields(line: Line, moment: Moment) -> Iterator[tuple[str, object]]:
    yield from (("scenario", line.scenario), ("loop", line.loop), ("run", moment.run.name))
    yield from (("measured", moment.run.about.started), ("where", line.where))
    yield from (("python", moment.row.python), ("version", _version(moment, line.loop)), ("ratio", moment.row.ratio))
    yield ("since", moment.change.change if moment.change else None)
    yield ("verdict", moment.change.verdict if moment.change else None)
