"""An invented run with everything that a page must show: ties, failures, a bad control, hostile names."""

import math
import random
from collections.abc import Sequence

from invented import FACTS, SCENARIOS, run

from bench.plan.cells import Plan, Skip
from bench.plan.sampling import Sampling
from bench.reports.besides import Besides
from bench.reports.files import FILES
from bench.statistics.comparisons import compare
from bench.store.outcomes import About, Done, Failure, Kept, Outcome, Run

TAG, SPECIALS = "<img src=x onerror=alert(1)>", r"a|b_c*d* `e` [f](g) $x_1$ \textbf{h} & %"
# Of each loop: its ratio, and how much one round differs from the next.
LOOPS = {"asyncio": (1, 0.002), "uvloop": (0.5, 0.01), "rloop": (0.502, 0.01), "talyn": (1.4, 0.01),
         TAG: (1.004, 0.001), SPECIALS: (0.97, 0.05)}  # fmt: skip
DIED = "died of SIGSEGV <b>in</b> round"
FILE = "report.html"


def kept(names: Sequence[str] = tuple(LOOPS), rounds: int = 11, sweeps: int = 12, scenarios: int = 3) -> Kept:
    """The same run each time. `talyn` dies in some rounds, and in the last scenario in all; `rloop` skips the first."""
    rng = random.Random(1)
    declared = SCENARIOS[-scenarios:]
    sampling = Sampling(rounds=rounds, sweeps=sweeps)
    plan = Plan(tuple(names), tuple(one.name for one in declared), names[0], sampling, seed=18)
    skips = [Skip(cell, "rloop has no <i>run</i>") for cell in plan.cross(declared[0].name) if cell.loop == "rloop"]
    facts = {**FACTS, "kernel": "Linux 6", "loop rloop": "0.1 <b>"}
    about = About(plan, declared, tuple(skips), facts, "2026-11-25", disturbances=("load <5>",))
    outcomes: list[Outcome] = []
    for cell in about.cells:
        ratio, spread = LOOPS.get(cell.loop, (1.1, 0.01))
        drift = 1.05 if cell.role == "control" and cell.scenario == declared[-1].name else 1
        for index in range(rounds):
            of_round = ratio * drift * math.exp(rng.gauss(0, spread))
            values = [5e-5 * of_round * math.exp(rng.gauss(0, 0.02)) for _ in range(sweeps)]
            dies = cell.loop == "talyn" and (cell.scenario == declared[-1].name or index == 3)
            outcome: Run | Failure = Failure(cell, index, DIED) if dies else run(cell, index, values)
            outcomes.append(outcome)
    outcomes += [Done(one.name, index) for one in declared for index in range(rounds)]
    return Kept(about, tuple(outcomes))


def page(of: Kept, besides: Besides | None = None) -> str:
    """Its report.html."""
    return FILES[FILE](of, compare(of), besides)
