"""What became of checks: one record for each check on each loop."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

How: TypeAlias = Literal["kept", "broken", "hung", "died", "not applicable"]


class Finding(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one check on one loop; `kept` is None where there is no such promise to keep.

    `version` is the loop's, `python` the interpreter's. `reason` is empty only where the promise is kept.
    """

    loop: str
    version: str | None
    python: str
    check: str
    area: str
    kept: bool | None
    how: How
    reason: str = ""


def kept_of_tried(findings: Sequence[Finding]) -> str:
    """41/44; – where nothing was tried."""
    tried = Counter(finding.kept for finding in findings if finding.kept is not None)
    return f"{tried[True]}/{tried.total()}" if tried else "–"
