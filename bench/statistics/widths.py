"""How wide the intervals of one group still are: what `measurement.precision` asks before it measures more rounds."""

from collections import Counter
from dataclasses import replace

import msgspec

from bench.measurement.meter import STRIKES
from bench.statistics.comparisons import compare
from bench.store.outcomes import TOTAL, Kept, Run


def widest(kept: Kept) -> float:
    """Half the width of the widest interval among the totals, 0.02 for ± 2 %; 0 without any interval to judge.

    Abandoned cells are ignored: they get no more rounds, so their intervals stay as wide as they are.
    """
    strikes = Counter(failure.cell for failure in kept.failures)
    totals = tuple(_total(run) for run in kept.runs if strikes[run.cell] < STRIKES)
    rows = compare(replace(kept, outcomes=totals))
    return max((row.ratio.half_width for row in rows if row.ratio), default=0.0)


def _total(run: Run) -> Run:
    """A run without its stages: nobody asked how wide their intervals are."""
    return msgspec.structs.replace(run, values={TOTAL: run.values[TOTAL]})
