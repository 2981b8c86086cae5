"""What disturbs on this machine, as a document; and as JSON."""

from collections import Counter
from collections.abc import Sequence

from bench.machine.conditions import Condition
from bench.reports.document import Column, Document, Paragraph, Table
from bench.reports.records import indented

ORDER = ("warning", "unknown", "ok")


def as_json(conditions: Sequence[Condition]) -> str:
    """A list of objects."""
    return indented(ordered(conditions))


def document(conditions: Sequence[Condition]) -> Document:
    """What was found, beside what to do about it; then how many of each."""
    columns = (
        Column("here", side="left"),
        Column("found", side="left", if_narrow="wrap"),
        Column("remedy", side="left", if_narrow="below"),
    )
    rows = tuple((one.subject, one.state, one.found, one.remedy or "") for one in ordered(conditions))
    states = Counter(one.state for one in conditions)
    counted = f"{states['warning']} of {len(conditions)} disturb; {states['unknown']} can't be determined here"
    return Document(
        body=(Table((Column("subject", side="left"),), (columns[:2], columns[2:]), rows),),
        conclusion=Paragraph(counted),
    )


def ordered(conditions: Sequence[Condition]) -> list[Condition]:
    """What disturbs first, then what can't be determined."""
    return sorted(conditions, key=lambda condition: ORDER.index(condition.state))
