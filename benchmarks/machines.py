"""How often the intervals over machines hold the truth, by simulation: `tox -e machines`; some minutes.

Machines are invented whose true log ratios are normal around a known mean, with a known standard deviation, tau. Each
has one run of 9 rounds; a round's error is Student's with 4 degrees of freedom, scaled to a standard deviation of 2 %:
now and then a round is disturbed. The interval of the average machine should hold the mean in 95 % of trials, that of
the next machine one more machine's true ratio.
"""

import argparse
import math
from collections.abc import Iterator

import numpy as np
from tabulate import tabulate

from bench.statistics import pooling

MEAN, OF_A_ROUND, ROUNDS, FREEDOM = math.log(2.5), 0.02, 9, 4
MACHINES = (3, 4, 5, 8, 12, 20, 30)
TAUS = (0.0, 0.005, 0.02, 0.1, 0.3)


def trials(machines: int, tau: float, number: int, seed: int = 19) -> Iterator[tuple[bool, bool, float]]:
    """Of each trial: whether the average is held, whether the next machine is, and tau as estimated."""
    chance = np.random.default_rng([seed, machines, round(1000 * tau)])
    scale = OF_A_ROUND / math.sqrt(FREEDOM / (FREEDOM - 2))
    for _ in range(number):
        truths = MEAN + tau * chance.standard_normal(machines + 1)
        rounds = truths[:-1, None] + scale * chance.standard_t(FREEDOM, (machines, ROUNDS))
        effects = [effect for logs in rounds if (effect := pooling.effect_of(logs))]
        found = pooling.pooled(effects, 0.95)
        if found is None:
            raise SystemExit(pooling.MISSING)
        ends = [(one.low or 0.0, one.high or 0.0) for one in (found.ratio, found.next_machine)]
        yield (ends[0][0] <= math.exp(MEAN) <= ends[0][1], ends[1][0] <= math.exp(truths[-1]) <= ends[1][1], found.tau)


def main() -> None:
    """Print a row for each number of machines and each tau."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=2000, metavar="N", help="trials of each row (default: 2000)")
    number = parser.parse_args().trials
    rows = []
    for machines in MACHINES:
        for tau in TAUS:
            held, following, taus = (np.array(each) for each in zip(*trials(machines, tau, number), strict=True))
            rows.append((machines, tau, f"{held.mean():.1%}", f"{following.mean():.1%}", f"{np.median(taus):.3f}"))
    print(tabulate(rows, ("machines", "tau", "average held", "next held", "median tau found"), "github"))


if __name__ == "__main__":
    main()
