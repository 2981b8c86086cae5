"""What became of checks: one record for each check on each loop."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from bench.subjects.loops import NAME
from bench.texts import Line

CHECKS, CONFORMANCE = "checks.json", "conformance.json"  # in a run folder

LoopName: TypeAlias = Annotated[str, Meta(pattern=rf"\A{NAME.pattern}\Z")]
CheckName: TypeAlias = Annotated[str, Meta(pattern=r"\A[\w.]{1,200}\Z")]
How: TypeAlias = Literal["kept", "broken", "hung", "died", "not applicable"]


class Finding(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one check on one loop; `kept` is None where there is no such promise to keep.

    `version` is the loop's, `python` the interpreter's. `reason` is empty only where the promise is kept.
    """

    loop: LoopName
    version: Line | None
    python: Line
    check: CheckName
    area: Line
    kept: bool | None
    how: How
    reason: Line = ""


def kept_of_tried(findings: Sequence[Finding]) -> str:
    """41/44; – where nothing was tried."""
    tried = Counter(finding.kept for finding in findings if finding.kept is not None)
    return f"{tried[True]}/{tried.total()}" if tried else "–"


def promised(findings: Sequence[Finding]) -> Mapping[str, str]:
    """How many promises each loop keeps, by its name."""
    names = dict.fromkeys(finding.loop for finding in findings)
    return {name: kept_of_tried([finding for finding in findings if finding.loop == name]) for name in names}
