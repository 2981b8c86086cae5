"""What a run lacks, each thing once for all scenarios: rows missing or not whole, and intervals that are too wide."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.plan.sampling import Sampling
from bench.reports.document import Block, Command, Note
from bench.reports.numbers import percent
from bench.reports.reasons import REPRODUCE, commands
from bench.statistics.comparisons import Comparison


@dataclass(frozen=True, slots=True)
class _Fault:
    """What went wrong, in which scenarios; the same for all loops that it happened to. Without the rounds."""

    missing: bool
    whats: tuple[str, ...]
    scenarios: tuple[str, ...]


def merged(totals: Sequence[Comparison], scenarios: int) -> Iterator[Block]:
    """A note for each fault with all its loops, and one command; then of which rows the tables say more."""
    faulty = [row for row in totals if row.reasons]
    lacking = [row for row in faulty if not row.seconds or any(reason.kept for reason in row.reasons)]
    for fault, rows in _faults(lacking).items():
        labels = ", ".join(dict.fromkeys(row.cell.label for row in rows))
        everywhere = len(fault.scenarios) == scenarios > 1
        where = "any scenario" if everywhere and fault.missing else ", ".join(fault.scenarios)
        state = "not measured in" if fault.missing else "not whole in"
        yield Note(f"{labels}: {state} {where}: {'; '.join(fault.whats)}")
        for command in commands(reason for row in rows for reason in row.reasons)[:1]:
            yield Command(REPRODUCE, command)
    remarks = [f"{row.cell.label} in {row.cell.group}" for row in faulty if row not in lacking]
    if remarks:
        yield Note(f"The tables of the scenarios have a remark on {', '.join(remarks)}.")


def _faults(rows: Sequence[Comparison]) -> Mapping[_Fault, list[Comparison]]:
    """The rows of each fault: first those of one loop, then the loops that have the same."""
    alike: dict[tuple[str, bool, tuple[str, ...]], list[Comparison]] = {}
    for row in rows:
        whats = tuple(dict.fromkeys(reason.what for reason in row.reasons))
        alike.setdefault((row.cell.label, not row.seconds, whats), []).append(row)
    faults: dict[_Fault, list[Comparison]] = {}
    for (_, missing, whats), theirs in alike.items():
        fault = _Fault(missing, whats, tuple(row.cell.group for row in theirs))
        faults.setdefault(fault, []).extend(theirs)
    return faults


def too_wide(totals: Sequence[Comparison], sampling: Sampling) -> Iterator[Note]:
    """How many intervals are wider than was asked for, and the widest; nothing where nothing was asked for."""
    wide = wide_rows(totals, sampling)
    if wide:
        widest = max(wide, key=half_width)
        yield Note(
            f"Wider than ±{percent(sampling.precision or 0)}: {len(wide)} of "
            f"{sum(row.ratio is not None for row in totals)} intervals; the widest is ±{percent(half_width(widest))}, "
            f"{widest.cell.label} in {widest.cell.group}. More time narrows them: --max-time."
        )


def wide_rows(totals: Sequence[Comparison], sampling: Sampling) -> list[Comparison]:
    """The rows whose interval is wider than was asked for, and that more rounds would narrow."""
    asked = sampling.precision or math.inf
    narrowing = [row for row in totals if row.ratio and all(reason.narrows for reason in row.reasons)]
    return [row for row in narrowing if asked < half_width(row) < math.inf]


def half_width(row: Comparison) -> float:
    """Half the width of the interval of a ratio, as a part of it; infinite without one."""
    return row.ratio.half_width if row.ratio else math.inf
