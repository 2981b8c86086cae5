"""The hosts of a fleet as a document, and as JSON: none is left out, whatever is wrong with it."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from bench.fleet.orders import HOW, Described, Host
from bench.reports.document import Caution, Column, Document, Entry, Heading, Note, Paragraph, Table, Words
from bench.reports.records import indented

HOST = Column("host", side="left")

Answered: TypeAlias = tuple[Host, Described | str]  # what the host says of itself, or why it says nothing


def document(rows: Sequence[Answered]) -> Document:
    """A row for each host, and below it what disturbs there."""
    if not rows:
        return Document(conclusion=Paragraph(f"No worker has come to this scheduler yet: {HOW}."))
    able = sum(is_able(*row) for row in rows)
    return Document(
        title=Heading("Hosts", 1),
        conclusion=Paragraph(f"{able} of {len(rows)} hosts may measure."),
        summary=(*_cautions(rows), *_disturbances(rows)),
        body=(_table(rows),),
    )


def is_able(host: Host, answer: Described | str) -> bool:
    """Whether the host answers and has a worker that may measure."""
    return host.measuring > 0 and not isinstance(answer, str)


def as_json(rows: Sequence[Answered]) -> str:
    """A list of objects; `said` is why a host does not answer."""
    return indented([
        {"host": host.name, "workers": host.workers, "measuring": host.measuring, "able": is_able(host, answer),
         "described": None if isinstance(answer, str) else answer, "said": answer if isinstance(answer, str) else ""}
        for host, answer in rows
    ])  # fmt: skip


def _table(rows: Sequence[Answered]) -> Table:
    texts = [Column(name, side="left", if_narrow="wrap") for name in ("python", "processor", "loops")]
    entries = tuple((host.name, host.workers, *_says(answer)) for host, answer in rows)
    return Table((HOST,), ((Column("workers"),), *((text,) for text in texts)), entries)


def _says(answer: Described | str) -> tuple[Entry, Entry, Entry]:
    if isinstance(answer, str):
        return (None, None, None)
    facts = answer.facts
    return (
        f"{facts.get('implementation')} {facts.get('python')}",
        f"{facts.get('cpu')}, {facts.get('cpus')} × {facts.get('architecture')}",
        Words(answer.loops),
    )


def _cautions(rows: Sequence[Answered]) -> Iterator[Caution]:
    for host, answer in rows:
        if isinstance(answer, str):
            yield Caution("NOT MEASURED", f"{host.name}: {answer}")
        if not host.measuring:
            yield Caution("NOT MEASURED", f"{host.name} has no worker that may measure", HOW)


def _disturbances(rows: Sequence[Answered]) -> Iterator[Note]:
    for host, answer in rows:
        if not isinstance(answer, str) and answer.disturbances:
            yield Note(f"{host.name} is disturbed: {'; '.join(answer.disturbances)}")
