"""How the cost of one operation grows with their number: where a run has a workload in several sizes."""

from collections.abc import Iterator, Mapping, Sequence

from bench.plan.cells import Group
from bench.reports.document import Block, Column, Heading, Note, Table
from bench.reports.numbers import number, unit_for
from bench.reports.ratios import estimated
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import Estimate
from bench.subjects import workloads

Costs = Mapping[int, Mapping[str, Estimate]]  # of one operation, by their number and by the loop's label


def of_run(groups: Sequence[Group], comparisons: Sequence[Comparison]) -> Iterator[Block]:
    """A table for each workload that a scenario has in at least two sizes."""
    families: dict[tuple[str, str], dict[int, Mapping[str, Estimate]]] = {}
    operations: dict[tuple[str, str], str] = {}
    for group in groups:
        workload = workloads.named(group.workload)
        costs = {
            row.cell.label: row.seconds.each(workload.operations)
            for row in comparisons
            if row.cell.group == group.name and row.stage == "work" and row.seconds
        }
        if workload.sizes and costs:
            _, *others = str(workload).split(",")
            family = (group.scenario.name, ",".join((workload.name, *others)))
            families.setdefault(family, {})[workload.operations] = costs
            operations[family] = next(iter(workload.sizes))
    for family, costs_by_number in families.items():
        if len(costs_by_number) > 1:
            yield Heading(f"{'/'.join(family)}: growth", 3)
            yield from _table(operations[family], dict(sorted(costs_by_number.items())))


def _table(operations: str, costs: Costs) -> Iterator[Block]:
    labels = tuple(dict.fromkeys(label for row in costs.values() for label in row))
    unit = unit_for(min(cost.value for row in costs.values() for cost in row.values()))
    rows = tuple((n, *(estimated(row.get(label)) for label in labels)) for n, row in costs.items())
    yield Table((Column(operations),), tuple((Column(label, unit),) for label in labels), rows)
    most = max(costs)
    grown = ", ".join(_grown(label, costs) for label in labels if label in costs[most])
    yield Note(
        f"Time of one of the {operations}: the stage work, divided by their number. One among {most} takes, compared "
        f"with where it takes least: {grown}."
    )


def _grown(label: str, costs: Costs) -> str:
    """How many times as long one takes among the most as where it takes least."""
    known = {number: row[label].value for number, row in costs.items() if label in row}
    least = min(known, key=lambda number: known[number])
    return f"{label} {number(known[max(costs)] / known[least])} times as long (least among {least})"
