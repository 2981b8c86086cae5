"""The closing sentence: what a person can quote, with its intervals."""

from collections import Counter
from collections.abc import Sequence

from bench.analysis import Comparison, Estimate
from bench.plan import CONTROL
from bench.runs import TOTAL
from bench.store import Kept

WORDS = {"faster": "faster", "slower": "slower", "same": "the same", "inconclusive": "not decided"}


def closing_sentence(kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """What was found of each loop over all scenarios, and how far from 1 the control was."""
    facts, baseline = kept.about.facts, kept.about.plan.baseline
    rows = [(row, row.ratio) for row in comparisons if row.stage == TOTAL and row.ratio]
    said = []
    for loop in dict.fromkeys(row.loop for row, _ in rows if row.role == "loop"):
        ordered = sorted((pair for pair in rows if pair[0].loop == loop), key=lambda pair: pair[1].value)
        verdicts = Counter(row.verdict for row, _ in ordered).most_common()
        counted = ", ".join(f"{WORDS[str(verdict)]} in {number}" for verdict, number in verdicts)
        ends = dict.fromkeys(f"{_interval(ratio)} in {row.scenario}" for row, ratio in (ordered[0], ordered[-1]))
        said.append(f"{loop} {facts.get(f'loop {loop}')} is {counted} of {len(ordered)}: {' to '.join(ends)}")
    controls = [ratio.value for row, ratio in rows if row.role == CONTROL]
    if controls:
        said.append(f"{baseline} against itself: {min(controls):.3f} to {max(controls):.3f}")
    if not said:
        return "Nothing was measured that could be compared."
    where = f"{facts.get('implementation')} {facts.get('python')}"
    return f"Time of a lifecycle on {where}, as a multiple of {baseline}'s, by scenario: {'; '.join(said)}."


def _interval(ratio: Estimate) -> str:
    if ratio.low is None or ratio.high is None:
        return f"{ratio.value:.3g}"
    return f"{ratio.value:.3g} ({ratio.low:.3g}–{ratio.high:.3g})"
