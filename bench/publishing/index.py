"""The index of all published runs: README.md for a repository, index.html for a browser."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bench import texts
from bench.errors import INSTALLED, BenchError
from bench.plan.cells import Cell, Role, Thread
from bench.reports import charts, page
from bench.reports.answer import overview
from bench.reports.document import Block, Chart, Document, Heading, Links, Note, Paragraph
from bench.reports.rendering import PAGE, render
from bench.reports.sentence import closing_sentence, interpreter
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Estimate
from bench.store import files
from bench.store.folder import ABOUT, RunFolder
from bench.store.outcomes import TOTAL, About, Kept
from bench.subjects.workloads import SLEEP

MARK = f"<!-- made by: {INSTALLED} publish -->"
README, HTML, ROWS = "README.md", "index.html", "comparisons.json"
ABOUT_FILES = (
    "Each folder is one run. report.html and report.md are to read; table.csv and comparisons.json are for programs. "
    "suites has a pyperf suite for each loop and one for the control. run.json has the plan, the seed, the versions "
    f"and the machine; journal.jsonl has every value, and `{INSTALLED} report FOLDER` makes all the other files "
    "from it."
)


@dataclass(frozen=True, slots=True)
class Published:
    """One published run, as the index needs it."""

    name: str
    about: About
    rows: tuple[Comparison, ...]

    @property
    def where(self) -> str:
        """Interpreter and machine: numbers of different ones are not compared."""
        facts = self.about.facts
        return f"{interpreter(facts)} on {facts.get('cpu', 'an unknown processor')}, {facts.get('cpus', '?')} CPUs"


class _Row(msgspec.Struct, frozen=True):
    """One comparison as comparisons.json has it."""

    scenario: str
    loop: str
    python: str
    stage: str
    role: Role
    baseline: str
    thread: Thread = "main"
    rounds: int = 0
    seconds: Estimate | None = None
    ratio: Estimate | None = None
    verdict: str | None = None
    workload: str = SLEEP
    interpreter: str = ""

    def comparison(self) -> Comparison:
        cell = Cell(self.scenario, self.loop, self.role, self.thread, self.workload, self.interpreter)
        return Comparison(
            cell, self.stage, self.python, self.baseline, 1, self.rounds, self.seconds, self.ratio, self.verdict
        )


def published(about: About, name: str, rows: str | bytes) -> Published:
    """A run of which these are the comparisons; raises ValueError for a text that is something else."""
    return Published(name, about, tuple(row.comparison() for row in msgspec.json.decode(rows, type=tuple[_Row, ...])))


def found(to: Path, but: Sequence[str] = ()) -> tuple[tuple[Published, ...], tuple[str, ...]]:
    """The runs that are published there, less those of some names; and why folders that look like runs are left out."""
    runs, left_out = list[Published](), list[str]()
    for file in sorted(to.glob(f"*/{ABOUT}")):
        folder = file.parent
        if folder.name not in but:
            try:
                runs.append(published(RunFolder(folder).about(), folder.name, files.read(folder / ROWS)))
            except (BenchError, OSError, ValueError) as error:
                left_out.append(f"{folder.name} is left out of the index: {texts.said(error)}")
    return tuple(runs), tuple(left_out)


def index(runs: Sequence[Published], others: Mapping[str, str]) -> Mapping[str, str]:
    """The two files; `others`: the title of each folder that is not a run, but has a page."""
    document = _document(sorted(runs, key=lambda run: (run.about.started, run.name), reverse=True), others)
    return {README: f"{MARK}\n\n{render(document, PAGE)}", HTML: page.text(document)}


def others(to: Path) -> Mapping[str, str]:
    """The title of each folder there that has a README.md, by its name."""
    titles = {}
    for file in sorted(to.glob(f"*/{README}")):
        text = files.read(file).decode(errors="replace")
        titles[file.parent.name] = texts.line(text.partition("\n")[0].lstrip("# "))
    return titles


def check_ours(to: Path) -> None:
    """Raise BenchError where an index stands that somebody wrote by hand."""
    for name, mark in ((README, MARK), (HTML, 'content="evloop-bench"')):
        file = to / name
        if file.exists() and mark not in file.read_text("utf-8", errors="replace")[:2000]:
            raise BenchError(f"{file} was not made by publish\nmove it away, or replace it: --force")


def _document(runs: Sequence[Published], others: Mapping[str, str]) -> Document:
    body: list[Block] = []
    for where in dict.fromkeys(run.where for run in runs):
        body.append(Heading(where))
        body += (block for run in runs if run.where == where for block in _run(run))
    if others:
        body += (Heading("More"), Links(tuple((title, f"{name}/{README}") for name, title in others.items())))
    body += (Heading("What the files are"), Paragraph(ABOUT_FILES))
    return Document(title=Heading("Published results", 1), body=tuple(body))


def _run(run: Published) -> Iterator[Block]:
    kept = Kept(run.about, ())
    yield Heading(run.name, 3)
    yield Paragraph(closing_sentence(kept, run.rows))
    yield Links((
        (f"{run.name}: report with every chart", f"{run.name}/report.html"),
        (f"{run.name}: report as Markdown", f"{run.name}/report.md"),
    ))  # fmt: skip
    for chart in charts.overview(run.rows):
        yield _beside(chart, run.name)
    yield from overview(kept, [row for row in run.rows if row.stage == TOTAL])
    yield Note(f"Measured {run.about.started}, seed {run.about.plan.seed}, method {run.about.method}.")


def _beside(chart: Chart, name: str) -> Chart:
    """The chart of a run, in a page one folder up."""
    return replace(
        chart,
        name=f"{name}-{chart.name}".replace(".", "-"),
        title=f"{name}: all scenarios",
        file=f"{name}/{chart.file}",
    )
