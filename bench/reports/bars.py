"""Bars of ratios beside their tables, for a terminal: from 1 to the ratio, and the interval as a thin line.

All bars of a table have one scale, on which twice as long is as far from 1 as half as long.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.reports.document import Bar, Block, Column, Document, Entry, Interval, Table, Verdict
from bench.statistics.estimates import Estimate

WIDTH = 10  # characters
FEWEST = 2  # ratios: one alone has nothing to be compared with
FULL, THIN, ONE, NOTHING = "█", "─", "│", " "
HEAD = Column("from 1 │", side="left", if_narrow="spare")


def barred(document: Document) -> Document:
    """The document, with bars in the tables whose columns ask for them."""
    return replace(document, summary=_all(document.summary), body=_all(document.body))


def _all(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(_with_bars(block) if isinstance(block, Table) else block for block in blocks)


def _with_bars(table: Table) -> Table:
    """The table, with bars behind each group whose ratios ask for them, if there is something to compare."""
    end = len(table.columns)
    for place in reversed(range(len(table.groups))):
        begin = end - len(table.groups[place])
        asking = [column for column in range(begin, end) if table.columns[column].bar]
        bars = list(_bars([row[asking[0]] for row in table.rows])) if asking else []
        if bars:
            groups = (*table.groups[: place + 1], (HEAD,), *table.groups[place + 1 :])
            rows = (
                (*row[:end], _coloured(bar, row[begin:end]), *row[end:])
                for row, bar in zip(table.rows, bars, strict=True)
            )
            table = replace(table, groups=groups, rows=tuple(rows))
        end = begin
    return table


def _bars(entries: Sequence[Entry]) -> Iterator[str]:
    """A drawing for each entry; it is empty for an entry that is not a ratio."""
    ratios = [_ratio(entry) for entry in entries]
    ends = [0.0, *(log for ratio in ratios if ratio for log in _logs(ratio))]
    low, high = min(ends), max(ends)
    if low < high and sum(ratio is not None for ratio in ratios) >= FEWEST:
        yield from (_bar(ratio, low, high) if ratio else "" for ratio in ratios)


def _ratio(entry: Entry) -> Estimate | None:
    """The ratio that an entry is, if it has a logarithm."""
    return entry.estimate if isinstance(entry, Interval) and 0 < entry.estimate.value < math.inf else None


def _logs(ratio: Estimate) -> list[float]:
    """The logarithms of a ratio, and of those ends of its interval that have one."""
    numbers = [number for number in (ratio.value, ratio.low, ratio.high) if number]
    return [math.log(number) for number in numbers if math.isfinite(number)]


def _bar(ratio: Estimate, low: float, high: float) -> str:
    """The characters between the ends, which are logarithms."""

    def place(log: float) -> int:
        return min(WIDTH - 1, max(0, math.floor((log - low) / (high - low) * WIDTH)))

    one, *ends = (place(log) for log in (0.0, *_logs(ratio)))
    cells = [NOTHING] * WIDTH
    cells[min(ends) : max(ends) + 1] = [THIN] * (max(ends) - min(ends) + 1)
    first, last = sorted((one, ends[0]))
    cells[first : last + 1] = [FULL] * (last - first + 1)
    cells[one] = ONE
    return "".join(cells).rstrip()


def _coloured(bar: str, row: Sequence[Entry]) -> Bar:
    """The bar in the colour of the verdict beside it."""
    return Bar(bar, next((entry.word for entry in row if isinstance(entry, Verdict)), ""))
