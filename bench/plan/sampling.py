"""How much to measure: rounds, sweeps, length of a value; and the three paces that users choose from. Pure."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

MOST_ROUNDS, MOST_SWEEPS, MOST_ITERATIONS = 10_000, 10_000, 2**31 - 1  # far beyond what anybody measures
MOST_S = 1e6
MINIMUM_SWEEPS = 3


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much to measure: rounds of fresh processes, sweeps in a round, seconds in a value.

    `max_time_s` limits the plan: it is cut until it fits (`bench.plan.budget`). Without a `precision` there are exactly
    `rounds` rounds. With one there are at least that many, and then more where
    intervals are wider than the precision to either side (0.02: ± 2 %), until `max_time_s` is used up.
    """

    rounds: Annotated[int, Meta(ge=1, le=MOST_ROUNDS)] = 17
    sweeps: Annotated[int, Meta(ge=1, le=MOST_SWEEPS)] = 42
    value_s: Annotated[float, Meta(ge=1e-6, le=60)] = 0.003
    warmups: Annotated[int, Meta(ge=1, le=1000)] = 3
    round_s: Annotated[float, Meta(gt=0, le=MOST_S)] = 6.0
    precision: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_time_s: Annotated[float, Meta(gt=0, lt=1e13)] | None = None

    def iterations(self, lifecycle_s: float) -> int:
        """Lifecycles in one value, so that it lasts about `value_s` on the baseline."""
        return max(1, round(min(MOST_ITERATIONS, self.value_s / lifecycle_s)))

    def sweeps_for(self, lifecycle_s: float, cells: int) -> int:
        """Sweeps in a round: fewer where lifecycles are long, so that it ends in about `round_s`.

        A turn runs the lifecycles of one value and one more, untimed, before.
        """
        turn_s = lifecycle_s * (self.iterations(lifecycle_s) + 1)
        fitting = int(self.round_s / (turn_s * max(1, cells)))
        return max(min(MINIMUM_SWEEPS, self.sweeps), min(self.sweeps, fitting))


DEFAULT = Sampling(rounds=9, precision=0.02, max_time_s=120)
FAST = Sampling(rounds=6, sweeps=24, max_time_s=60)
RIGOROUS = Sampling(rounds=17, sweeps=60, precision=0.01, max_time_s=600)
