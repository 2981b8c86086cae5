"""The closing sentence of a report, to quote: it has the ratios with their intervals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from bench.plan.cells import CONTROL, Cell
from bench.reports.numbers import interval
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Estimate
from bench.store.outcomes import TOTAL, Kept

Result: TypeAlias = tuple[str, Estimate, str | None]  # a scenario, the ratio of a loop in it, and the verdict


def closing_sentence(kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """How each loop compares over all scenarios, and how far from 1 the control is."""
    facts, baseline = kept.facts, kept.about.plan.baseline
    results, controls = totals((row.cell, row.ratio, row.verdict) for row in comparisons if row.stage == TOTAL)
    if not results:
        return "Nothing was measured that could be compared."
    loops = {f"{loop} {facts.get(f'loop {loop}', 'unknown')}": rows for loop, rows in results.items()}
    control = [f"{baseline} against itself came out at {ends(controls)}"] if controls else []
    return f"Against {baseline} on {interpreter(facts)}, a lifecycle takes {'; '.join([*each(loops), *control])}."


def totals(
    rows: Iterable[tuple[Cell, Estimate | None, str | None]],
) -> tuple[Mapping[str, list[Result]], list[Estimate]]:
    """The results of each loop, and those of the controls, of all cells that have an estimate."""
    results: dict[str, list[Result]] = {}
    controls = []
    for cell, estimate, verdict in rows:
        if estimate and cell.role == "loop":
            results.setdefault(cell.loop, []).append((cell.group, estimate, verdict))
        elif estimate and cell.role == CONTROL:
            controls.append(estimate)
    return results, controls


def each(loops: Mapping[str, Iterable[Result]]) -> Iterable[str]:
    """Of each loop the least and the greatest ratio, and how often which verdict."""
    for loop, results in loops.items():
        ordered = sorted(results, key=lambda result: result[1].value)
        ratios = (f"{interval(ratio)} times as long in {scenario}" for scenario, ratio, _ in (ordered[0], ordered[-1]))
        verdicts = Counter(verdict for *_, verdict in ordered).most_common()
        counted = ", ".join(f"{verdict} in {number} of {len(ordered)}" for verdict, number in verdicts)
        yield f"{' to '.join(dict.fromkeys(ratios))} with {loop} ({counted})"


def interpreter(facts: Mapping[str, str]) -> str:
    """CPython 3.14.0."""
    return f"{facts.get('implementation')} {facts.get('python')}"


def ends(ratios: Iterable[Estimate]) -> str:
    """The least and the greatest, as one number where they read the same."""
    values = [ratio.value for ratio in ratios]
    return " to ".join(dict.fromkeys(f"{value:.3f}" for value in (min(values), max(values))))
