"""The closing sentence: what a person can quote, with its intervals."""

from collections import Counter
from collections.abc import Sequence

from bench.analysis import Comparison, Estimate
from bench.plan import CONTROL
from bench.runs import TOTAL
from bench.store import Kept


def closing_sentence(kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """What was found of each loop over all scenarios, and how far from 1 the control was."""
    facts, baseline = kept.about.facts, kept.about.plan.baseline
    rows = [(row, row.ratio) for row in comparisons if row.stage == TOTAL and row.ratio]
    said = []
    for loop in dict.fromkeys(row.loop for row, _ in rows if row.role == "loop"):
        of_loop = [(row, ratio) for row, ratio in rows if row.loop == loop]
        said.append(f"{loop} {facts.get(f'loop {loop}', '')} {_found(of_loop, baseline)}")
    controls = [ratio.value for row, ratio in rows if row.role == CONTROL]
    if controls:
        said.append(f"{baseline} against itself: {min(controls):.3f} to {max(controls):.3f}")
    if not said:
        return "Nothing was measured that could be compared."
    return f"On {facts.get('implementation')} {facts.get('python')}, {'; '.join(said)}."


def _found(rows: Sequence[tuple[Comparison, Estimate]], baseline: str) -> str:
    rows = sorted(rows, key=lambda pair: pair[1].value)
    verdicts = Counter(row.verdict for row, _ in rows)
    counted = ", ".join(f"{verdict} than {baseline} in {number}" for verdict, number in verdicts.most_common())
    for verdict in ("same", "inconclusive"):
        counted = counted.replace(f"{verdict} than {baseline}", "the same" if verdict == "same" else verdict)
    ends = [f"{_times(ratio)} in {row.scenario}" for row, ratio in dict.fromkeys((rows[0], rows[-1]))]
    scenarios = "scenario" if len(rows) == 1 else "scenarios"
    return f"is {counted} of {len(rows)} {scenarios}, a lifecycle taking {' to '.join(ends)}"


def _times(ratio: Estimate) -> str:
    if ratio.low is None or ratio.high is None:
        return f"{ratio.value:.3g} times as long"
    return f"{ratio.value:.3g} ({ratio.low:.3g}–{ratio.high:.3g}) times as long"
