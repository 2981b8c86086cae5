"""Why something is missing, or not wholly there: a note for each reason, and the command that reproduces it."""

from collections.abc import Iterable, Iterator

from bench.plan.cells import Cell
from bench.reports.document import Block, Command, Note
from bench.statistics.changes import Change
from bench.statistics.comparisons import ALONE, Comparison


def label(row: Comparison | Change) -> str:
    """What its cell is called inside its group."""
    return Cell(row.scenario, row.loop, row.role).label


def scenario_of(row: Comparison | Change) -> str:
    """The name of its scenario."""
    return row.scenario


def missing(rows: Iterable[tuple[Comparison | Change, bool]]) -> Iterator[Block]:
    """The reasons of rows, and whether each row stands in the table; those with the same reason share a note."""
    reasons: dict[str, list[str]] = {}
    for row, there in rows:
        if row.reason:
            reasons.setdefault(f"{'' if there else 'not in the table: '}{row.reason}", []).append(label(row))
    for reason, labels in reasons.items():
        text, _, command = reason.partition(ALONE)
        yield Note(f"{', '.join(labels)}: {text}")
        if command:
            yield Command("reproduce with", command)
