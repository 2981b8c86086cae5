"""Why a comparison is missing, or rests on fewer rounds than planned: records, of which reports make sentences."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bench.errors import PROGRAM
from bench.plan.cells import Cell
from bench.store.outcomes import TOTAL, Kept
from bench.subjects.workloads import SLEEP


@dataclass(frozen=True, slots=True)
class Reason:
    """What happened, in which rounds (from 0), how many rounds were kept of how many planned, and a command to see it.

    `rounds`, `kept` and `command` are empty where it is not about single rounds. More rounds narrow the interval of
    its row unless `narrows` is false.
    """

    what: str
    rounds: tuple[int, ...] = ()
    kept: tuple[int, int] | None = None
    command: str | None = None
    narrows: bool = True


def failures(kept: Kept) -> Mapping[Cell, tuple[Reason, ...]]:
    """What went wrong with cells, one reason for each thing that went wrong; no cell in which nothing did."""
    rounds: dict[Cell, dict[str, list[int]]] = {}
    faults = [(failure.cell, failure.round, failure.reason) for failure in kept.failures]
    faults += [(run.cell, run.round, run.ending) for run in kept.runs if run.ending]
    for cell, index, what in faults:
        rounds.setdefault(cell, {}).setdefault(what, []).append(index)
    delivered, planned = Counter(run.cell for run in kept.runs), kept.about.plan.sampling.rounds
    return {
        cell: tuple(
            Reason(what, tuple(indices), (delivered[cell], planned), _command(kept, cell))
            for what, indices in by_fault.items()
        )
        for cell, by_fault in rounds.items()
    }


def _command(kept: Kept, cell: Cell) -> str:
    """Runs what a worker of this cell runs, without the measuring; as many lifecycles, where that is known.

    On another interpreter it takes the harness to run it, in one round.
    """
    words = [f"python -m scenarios.{cell.scenario} --loop {cell.loop}"]
    if cell.interpreter:
        words = [f"{PROGRAM} --python {cell.interpreter} --loop {cell.loop} --scenario {cell.scenario}"]
    words += [f"--thread {cell.thread}"] if cell.thread != "main" else []
    words += [f"--delay {kept.about.plan.delay_s:g}"] if kept.about.plan.delay_s else []
    words += [f"--workload {cell.workload}"] if cell.workload != SLEEP else []
    if cell.interpreter:
        return " ".join([*words, "--rounds 1 --without-intervals"])
    runs = [run for run in kept.runs if run.cell.group == cell.group]
    rehearsed = kept.about.plan.sampling.rehearsed
    times = [len(run.values[TOTAL]) * (run.iterations + rehearsed) for run in runs if run.iterations]
    words += [f"--times {max(times)}"] if times else []
    return " ".join(words)
