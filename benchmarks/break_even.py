"""How often the set of a break-even holds the true number of operations, by simulation; some minutes.

python benchmarks/break_even.py

Each case is thousands of invented runs. What a round adds to a start, it may take from an operation, as where one
lifecycle is measured and divided. The noise of some rounds is heavy-tailed, as on a busy machine.
"""

import math
import sys

import numpy as np

from bench.statistics.break_even import break_even, by_means, by_signs
from bench.statistics.estimates import Array

RUNS, LEVEL = 2000, 0.95
CASES = (  # rounds, true saving where a start costs 10, whether the noise is heavy-tailed
    (9, 1.0, False), (17, 1.0, False), (9, 0.05, False), (17, 0.05, False), (9, 0.0, False), (17, 0.0, False),
    (9, 1.0, True), (17, 0.05, True), (17, 0.0, True),
)  # fmt: skip
START, NOISE, SHARED = 10.0, 0.1, -0.5


def invented(rng: np.random.Generator, rounds: int, saving: float, *, heavy: bool) -> tuple[Array, Array]:
    """Start excess and saving of each round."""
    noise = rng.standard_t(2, (2, rounds)) if heavy else rng.standard_normal((2, rounds))
    return START + 10 * NOISE * noise[0], saving + NOISE * (SHARED * noise[0] + noise[1])


def main() -> None:
    """Print a row for each case."""
    print("| rounds | saving | noise | holds the truth: signs | means | both | infinite |", "|---" * 7 + "|", sep="\n")
    for rounds, saving, heavy in CASES:
        rng, truth = np.random.default_rng(17), START / saving if saving else math.inf
        sets = []
        for _ in range(RUNS):
            both = invented(rng, rounds, saving, heavy=heavy)
            sets.append([found(*both, LEVEL) for found in (by_signs, by_means, break_even)])
        held = [f"{np.mean([one.allows(truth) for one in column]):.1%}" for column in zip(*sets, strict=True)]
        infinite = np.mean([signs.allows(math.inf) for signs, *_ in sets])
        kind = "heavy" if heavy else "normal"
        print("|", " | ".join([str(rounds), f"{saving:g}", kind, *held, f"{infinite:.0%}"]), "|")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
