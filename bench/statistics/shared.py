"""What two runs share: loops, workloads, and scenarios with the same stages; and a run without the rest. Pure."""

from dataclasses import dataclass, replace

from bench.plan.cells import Cell
from bench.store.outcomes import Calibration, Failure, Kept, Outcome, Resumed, Run


@dataclass(frozen=True, slots=True)
class Shared:
    """Names that both runs have planned."""

    loops: frozenset[str]
    scenarios: frozenset[str]
    workloads: frozenset[str]

    @classmethod
    def of(cls, old: Kept, new: Kept) -> "Shared":
        """The loops and workloads of both plans, and the scenarios that have the same stages in both."""
        loops = frozenset(old.about.plan.loops).intersection(new.about.plan.loops)
        stages = [{scenario.name: scenario.stages for scenario in kept.about.scenarios} for kept in (old, new)]
        scenarios = frozenset(name for name in stages[0] if stages[0][name] == stages[1].get(name))
        return cls(loops, scenarios, frozenset(old.about.plan.workloads).intersection(new.about.plan.workloads))

    def comparable(self, old: Kept, new: Kept) -> bool:
        """Whether there is a scenario and a workload, and a loop beside the baseline unless neither run has one."""
        most = max(len(kept.about.plan.loops) for kept in (old, new))
        return bool(self.scenarios and self.workloads) and len(self.loops) > min(1, most - 1)


def narrowed(kept: Kept, shared: Shared) -> Kept:
    """The run without what it does not share; the same if it shares all."""
    about, plan = kept.about, kept.about.plan
    narrow = replace(
        plan,
        loops=tuple(name for name in plan.loops if name in shared.loops),
        scenarios=tuple(name for name in plan.scenarios if name in shared.scenarios),
        workloads=tuple(name for name in plan.workloads if name in shared.workloads),
    )
    skips = tuple(skip for skip in about.skips if _has(shared, skip.cell))
    scenarios = tuple(scenario for scenario in about.scenarios if scenario.name in shared.scenarios)
    outcomes = tuple(outcome for outcome in kept.outcomes if _is_shared(outcome, shared))
    return replace(kept, about=replace(about, plan=narrow, scenarios=scenarios, skips=skips), outcomes=outcomes)


def _is_shared(outcome: Outcome, shared: Shared) -> bool:
    if isinstance(outcome, Resumed):
        return True
    if isinstance(outcome, Run | Failure):
        return _has(shared, outcome.cell)
    is_shared = outcome.scenario in shared.scenarios
    return is_shared and (isinstance(outcome, Calibration) or outcome.workload in shared.workloads)


def _has(shared: Shared, cell: Cell) -> bool:
    return cell.scenario in shared.scenarios and cell.loop in shared.loops and cell.workload in shared.workloads
