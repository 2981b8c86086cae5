"""The closing sentence of a report, to quote: it has the ratios with their intervals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from bench.plan.cells import CONTROL, Cell
from bench.reports.numbers import interval
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Estimate
from bench.store.outcomes import TOTAL, Kept

MOST = 230  # characters: three lines of a terminal with 80 columns

Result: TypeAlias = tuple[str, Estimate, str | None]  # a scenario, the ratio of a loop in it, and the verdict


def closing_sentence(kept: Kept, comparisons: Sequence[Comparison]) -> str:
    """How each loop compares over all scenarios, and how far from 1 the control is; three lines of 80 at most."""
    facts, baseline = kept.facts, kept.about.plan.baseline
    results, controls = totals((row.cell, row.ratio, row.verdict) for row in comparisons if row.stage == TOTAL)
    if not results:
        return "Nothing was measured that could be compared."
    noun = "scenario" if len(kept.about.plan.workloads) == 1 else "case"
    control = f"; {baseline} against itself came out at {ends(controls)}" if controls else ""
    against = f"Against {baseline} on {interpreter(facts)}"
    if len(results) == 1:
        [(loop, rows)] = results.items()
        version = facts.get(f"loop {loop}", "unknown")
        return f"{against}, a lifecycle takes {_of_one(rows, f'{loop} {version}', noun)}{control}."
    shorter = (f"{against}, {_of_many(results, most)}{control}." for most in range(len(results), -1, -1))
    return next((sentence for sentence in shorter if len(sentence) <= MOST), f"{against}{control}.")


def _of_one(rows: Sequence[Result], loop: str, noun: str) -> str:
    """The least and the greatest ratio, and how often which verdict; a row is a `noun`."""
    ordered = sorted((ratio for _, ratio, _ in rows), key=lambda ratio: ratio.value)
    ratios = " to ".join(dict.fromkeys(map(interval, (ordered[0], ordered[-1]))))
    verdicts = Counter(verdict for *_, verdict in rows).most_common()
    counted = " and ".join(f"{verdict} in {number}" for verdict, number in verdicts)
    return f"{ratios} times as long with {loop}: {counted} of {len(rows)} {noun}{'s' * (len(rows) > 1)}"


def _of_many(results: Mapping[str, Sequence[Result]], most: int) -> str:
    """The loops that are faster in every scenario, slower in every one, or neither; of each up to this many names."""
    kinds: dict[str, list[str]] = {"always faster": [], "always slower": [], "neither": []}
    for loop, rows in results.items():
        verdicts = {verdict for *_, verdict in rows}
        kinds[f"always {verdicts.pop()}" if verdicts in ({"faster"}, {"slower"}) else "neither"].append(loop)
    return "; ".join(f"{kind}: {_listed(loops, most)}" for kind, loops in kinds.items() if loops)


def _listed(names: Sequence[str], most: int) -> str:
    """Up to this many names, and how many more."""
    more = len(names) - most
    return ", ".join([*names[:most], *([f"{more} more"] if more > 0 else [])])


def totals(
    rows: Iterable[tuple[Cell, Estimate | None, str | None]],
) -> tuple[Mapping[str, list[Result]], list[Estimate]]:
    """The results of each loop, and those of the controls, of all cells that have an estimate."""
    results: dict[str, list[Result]] = {}
    controls = []
    for cell, estimate, verdict in rows:
        if estimate and cell.role == "loop":
            results.setdefault(cell.label, []).append((cell.group, estimate, verdict))
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
