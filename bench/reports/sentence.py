"""What was found in words: the closing sentence, which a person can quote, with its intervals."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bench.plan.cells import CONTROL
from bench.reports.layout import NOTHING
from bench.reports.numbers import interval
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Estimate
from bench.store.outcomes import TOTAL, Kept


def closing_sentence(kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """What was found of each loop over all scenarios, and how far from 1 the control was."""
    facts, baseline = kept.about.facts, kept.about.plan.baseline
    rows = [row for row in comparisons if row.stage == TOTAL and row.ratio]
    said = []
    for loop in dict.fromkeys(row.cell.loop for row in rows if row.cell.role == "loop"):
        found = [(row.cell.scenario, row.ratio, row.verdict) for row in rows if row.cell.loop == loop and row.ratio]
        said.append(from_least_to_most(found, f"with {loop} {facts.get(f'loop {loop}', 'unknown')}"))
    if not said:
        return "Nothing was measured that could be compared."
    if controls := [row.ratio.value for row in rows if row.cell.role == CONTROL and row.ratio]:
        said.append(f"{baseline} against itself came out at {ends(controls)}")
    return f"Against {baseline} on {interpreter(facts)}, a lifecycle takes {'; '.join(said)}."


def from_least_to_most(found: Sequence[tuple[str, Estimate, str | None]], whose: str) -> str:
    """Of scenarios, ratios and verdicts: the least and the greatest ratio, and how often which verdict."""
    ordered = sorted(found, key=lambda one: one[1].value)
    ratios = (f"{interval(ratio)} times as long in {scenario}" for scenario, ratio, _ in (ordered[0], ordered[-1]))
    verdicts = Counter(verdict for *_, verdict in ordered).most_common()
    counted = ", ".join(f"{verdict} in {number} of {len(ordered)}" for verdict, number in verdicts)
    return f"{' to '.join(dict.fromkeys(ratios))} {whose} ({counted})"


def judged(role: str, verdict: str | None) -> str:
    """The verdict on a loop; of the baseline and the control, what they are there for."""
    return {"baseline": "baseline", CONTROL: "noise floor"}.get(role, verdict) or NOTHING


def interpreter(facts: Mapping[str, str]) -> str:
    """CPython 3.14.0."""
    return f"{facts.get('implementation')} {facts.get('python')}"


def ends(ratios: Sequence[float]) -> str:
    """The least and the greatest, as one number where they read the same."""
    return " to ".join(dict.fromkeys(f"{ratio:.3f}" for ratio in (min(ratios), max(ratios))))
