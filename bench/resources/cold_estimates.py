"""Estimates from cold starts. Programs are compared within each sweep, as cells are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.resources.readings import ColdCell, ColdRole, ColdStart
from bench.statistics import estimates
from bench.statistics.estimates import Estimate, paired_estimate

NANOSECOND = 1e-9


@dataclass(frozen=True, slots=True)
class Startup:
    """One program's cold start in seconds; None is what it does not have. `ratio` is to the baseline's `first`.

    `first` and `exit` count from just before the process is started: to the first line of `get_data`, and to its end.
    `over_bare` and `over_asyncio` are `exit` minus that of `python -c pass` and of `import asyncio` in the same sweep.
    `imports` is the import of the loop's package after that of asyncio. `missing` says why there is no interval, or
    what failed.
    """

    program: str
    role: ColdRole
    rounds: int
    first: Estimate | None
    exit: Estimate | None
    over_bare: Estimate | None
    over_asyncio: Estimate | None
    imports: Estimate | None
    ratio: Estimate | None
    missing: str | None


def startups(cells: Sequence[ColdCell]) -> tuple[Startup, ...]:
    """Estimate each program's cold start, at the confidence that a table of this many loops needs."""
    compared = sum(cell.role == "loop" for cell in cells)
    by_role = {cell.role: cell for cell in cells}
    return tuple(_startup(cell, by_role, compared) for cell in cells)


def _startup(cell: ColdCell, by_role: dict[ColdRole, ColdCell], compared: int) -> Startup:
    level, needed = estimates.confidence(compared), estimates.minimum_rounds(compared)

    def against(role: ColdRole, read: Callable[[ColdStart], int], *, ratio: bool = False) -> Estimate | None:
        other = by_role.get(role)
        return None if other is None or other is cell else _paired(cell, other, read, level, ratio=ratio)

    is_loop = cell.role not in {"bare", "asyncio"}
    rounds = sum(start is not None for start in cell.starts)
    too_few = f"{rounds} rounds, an interval needs {needed}" if 0 < rounds < needed else None
    return Startup(
        program=cell.label,
        role=cell.role,
        rounds=rounds,
        first=_alone(cell, lambda start: start.first, level) if is_loop else None,
        exit=_alone(cell, lambda start: start.ended, level),
        over_bare=against("bare", lambda start: start.ended),
        over_asyncio=against("asyncio", lambda start: start.ended) if is_loop else None,
        imports=_alone(cell, lambda start: start.loop - start.asyncio, level) if is_loop else None,
        ratio=against("baseline", lambda start: start.first, ratio=True) if is_loop else None,
        missing="; ".join(filter(None, [cell.missing, too_few])) or None,
    )


def _alone(cell: ColdCell, read: Callable[[ColdStart], int], level: float) -> Estimate | None:
    seconds = [read(start) * NANOSECOND for start in cell.starts if start]
    return paired_estimate(seconds, [0.0] * len(seconds), level) if seconds else None


def _paired(
    cell: ColdCell, other: ColdCell, read: Callable[[ColdStart], int], level: float, *, ratio: bool
) -> Estimate | None:
    pairs = [(read(start), read(its)) for start, its in zip(cell.starts, other.starts, strict=False) if start and its]
    these = [nanoseconds * NANOSECOND for nanoseconds, _ in pairs]
    those = [nanoseconds * NANOSECOND for _, nanoseconds in pairs]
    return paired_estimate(these, those, level, ratio=ratio) if pairs else None
