"""Where the workers of a run ran, as its runs recorded it. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bench.plan.cells import AUTO
from bench.store.outcomes import Kept

NAMED = 4  # processors that a sentence names; of more it says how many there were


@dataclass(frozen=True, slots=True)
class Placed:
    """Where workers ran: `rounds` counts the rounds by the processors that all their workers shared.

    Processors are a list such as `1` or `2-3`. Rounds whose workers ran on any processor have an empty one. `spread`
    are the scenarios with several processors where one was asked for: a loop there has threads that work beside it.
    `raised` is whether all workers had a higher priority than usual.
    """

    rounds: Mapping[str, int]
    spread: tuple[str, ...]
    raised: bool

    @property
    def shielded(self) -> bool:
        """Whether no other program could take the processor from a worker, and no loop had a busier one."""
        return self.raised and all(self.rounds)

    def __str__(self) -> str:
        """All of it as one sentence."""
        one = sorted(cpus for cpus in self.rounds if cpus.isdecimal())
        priority = "with raised priority" if self.raised else "without a raised priority, which is not permitted here"
        if not any(self.rounds):
            return f"Workers ran on any processor, {priority}."
        shared = f"one of {len(one)} processors" if len(one) > NAMED else f"one processor ({' or '.join(one)})"
        if not one:
            shared = f"processors {' or '.join(sorted(filter(None, self.rounds)))}"
        spread = f", several in {', '.join(self.spread)} (a loop there has threads of its own)" if self.spread else ""
        return f"All workers of a round shared {shared}{spread}, {priority}."


def placed(kept: Kept) -> Placed | None:
    """Where the workers of a run ran; None where nothing was measured, or by method 1, which placed none."""
    if not kept.runs or kept.about.method == 1:
        return None
    rounds = {(run.cell.group, run.round): str(run.metadata.get("cpu_affinity", "")) for run in kept.runs}
    counted = Counter(rounds.values())
    alone = any(cpus.isdecimal() for cpus in counted)
    spread = {scenario for (scenario, _), cpus in rounds.items() if not cpus.isdecimal()} if alone else set[str]()
    shown = tuple(sorted(spread)) if kept.about.plan.affinity == AUTO else ()
    return Placed(counted, shown, all(run.metadata.get("nice", 0) for run in kept.runs))
