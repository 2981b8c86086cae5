"""The closing sentence: what a person can quote, with its intervals."""

from collections import Counter
from collections.abc import Sequence

from bench.analysis import Comparison
from bench.plan import CONTROL
from bench.reports.numbers import interval
from bench.runs import TOTAL
from bench.store import Kept


def closing_sentence(kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """What was found of each loop over all scenarios, and how far from 1 the control was."""
    facts, baseline = kept.about.facts, kept.about.plan.baseline
    rows = [row for row in comparisons if row.stage == TOTAL and row.ratio]
    said = []
    for loop in dict.fromkeys(row.loop for row in rows if row.role == "loop"):
        ordered = sorted((row for row in rows if row.loop == loop), key=_ratio)
        ratios = (f"{interval(row.ratio)} times as long in {row.scenario}" for row in (ordered[0], ordered[-1]))
        verdicts = Counter(row.verdict for row in ordered).most_common()
        counted = ", ".join(f"{verdict} in {number} of {len(ordered)}" for verdict, number in verdicts)
        said.append(f"{' to '.join(dict.fromkeys(ratios))} with {loop} {facts.get(f'loop {loop}')} ({counted})")
    if not said:
        return "Nothing was measured that could be compared."
    controls = [_ratio(row) for row in rows if row.role == CONTROL]
    if controls:
        ends = dict.fromkeys(f"{ratio:.3f}" for ratio in (min(controls), max(controls)))
        said.append(f"{baseline} against itself came out at {' to '.join(ends)}")
    where = f"{facts.get('implementation')} {facts.get('python')}"
    return f"Against {baseline} on {where}, a lifecycle takes {'; '.join(said)}."


def _ratio(row: Comparison) -> float:
    return row.ratio.value if row.ratio else 1
