"""What a run means in the user's units, and what it does not say."""

from collections.abc import Sequence

from bench.plan.cells import Group
from bench.reports.numbers import rough
from bench.reports.prose import unbroken
from bench.statistics.comparisons import Comparison
from bench.store.outcomes import Kept
from bench.subjects.workloads import SLEEP

TESTS = 2000
LIMITS = "It does not say how fast a server is: the start and the close of loops were measured, not throughput."
WORK = "A lifecycle holds its workload: the stage work is the workload alone, and the rest is start and close."


def meaning(kept: Kept, totals: Sequence[Comparison]) -> str:
    """What the loops cost in one scenario, in seconds of a test suite and of a server; and the limits of that."""
    group, opens = example(kept, totals)
    name, limits = group.name, WORK if {*kept.about.plan.workloads} - {SLEEP} else LIMITS
    rows = [row for row in totals if row.cell.group == name]
    base = next((row.seconds.value for row in rows if row.cell.role == "baseline" and row.seconds), 0.0)
    decided = sorted((row for row in rows if row.verdict in {"faster", "slower"} and row.ratio), key=_ratio)
    decided = [row for row in decided if row.cell.role == "loop"]
    baseline = kept.about.plan.baseline
    if not base or not any(row.cell.role == "loop" for row in rows):
        return limits
    if not decided:
        return f"In {name}, no loop can be told apart from {baseline}. {limits}"
    ends = list(dict.fromkeys([decided[-1], decided[0]]))
    what = "a lifecycle" if opens else "a start and stop"
    costs = [f"{row.cell.label} {_difference(row, base)}" for row in ends]
    costs[0] = f"{costs[0]} than {baseline}"
    if group.workload != SLEEP:
        return f"In {name}, {what} costs {', '.join(costs)}. {limits}"
    many = [_difference(row, base * TESTS) for row in ends]
    tests = f"{TESTS:,} tests with a loop each" if opens else f"{TESTS:,} calls"
    server = "; a server starts one loop in its life" if opens else ""
    return f"In {name}, {what} costs {', '.join(costs)}: {', '.join(many)} in {tests}{server}. {limits}"


def example(kept: Kept, totals: Sequence[Comparison]) -> tuple[Group, bool]:
    """The group to speak of, and whether it creates and closes its loop: the first that does, if one does."""
    measured = {row.cell.group for row in totals}
    groups = [group for group in kept.about.groups if group.name in measured]
    whole = [group for group in groups if group.scenario.given != "open_loop"]
    return (whole or groups)[0], bool(whole)


def _ratio(row: Comparison) -> float:
    return row.ratio.value if row.ratio else 1.0


def _difference(row: Comparison, base: float) -> str:
    """How much more or less than the baseline's seconds, by the paired ratio."""
    difference = base * (_ratio(row) - 1)
    return f"{unbroken(rough(abs(difference)))} {'more' if difference > 0 else 'less'}"
