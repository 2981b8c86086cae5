"""How much to measure: rounds, sweeps, length of a value; and the three paces that users choose from. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

# Far beyond what anybody measures.
MOST_ROUNDS, MOST_SWEEPS, MOST_IN_A_TURN, MOST_ITERATIONS = 10_000, 10_000, 100, 2**31 - 1
MOST_S = 1e6
MINIMUM_SWEEPS = 3
MOST_REHEARSAL_S = 0.03  # beyond this, no further lifecycle is rehearsed


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much to measure: rounds of fresh processes, sweeps in a round, seconds in a value.

    `max_time_s` limits the plan: it is cut until it fits (`bench.plan.budget`). Without a `precision` there are exactly
    `rounds` rounds. With one there are at least that many, and then more where intervals are wider than the precision
    to either side (0.02: ± 2 %), until `max_time_s` is used up. In a sweep each worker has one turn: `rehearsed`
    lifecycles untimed, then `in_a_turn` values. `warmups` are the values of a round by which a worker is calibrated.
    """

    rounds: Annotated[int, Meta(ge=1, le=MOST_ROUNDS)] = 17
    sweeps: Annotated[int, Meta(ge=1, le=MOST_SWEEPS)] = 12
    value_s: Annotated[float, Meta(ge=1e-6, le=60)] = 0.003
    in_a_turn: Annotated[int, Meta(ge=1, le=MOST_IN_A_TURN)] = 7
    warmups: Annotated[int, Meta(ge=1, le=1000)] = 3
    rehearsed: Annotated[int, Meta(ge=1, le=10_000)] = 100
    round_s: Annotated[float, Meta(gt=0, le=MOST_S)] = 6.0
    precision: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_time_s: Annotated[float, Meta(gt=0, lt=1e13)] | None = None

    def iterations(self, lifecycle_s: float) -> int:
        """Lifecycles in one value, so that it lasts about `value_s`."""
        return max(1, round(min(MOST_ITERATIONS, self.value_s / lifecycle_s)))

    def values_in_a_turn(self, lifecycles_s: Collection[float]) -> int:
        """How many values each cell of a round gives in a turn: fewer where one lifecycle lasts longer than a value."""
        longest_s = max((self.value_seconds(lifecycle_s) for lifecycle_s in lifecycles_s), default=self.value_s)
        return max(1, min(self.in_a_turn, round(self.in_a_turn * self.value_s / longest_s)))

    def value_seconds(self, lifecycle_s: float) -> float:
        """Seconds of one value."""
        return lifecycle_s * self.iterations(lifecycle_s)

    def rehearsal_s(self, lifecycle_s: float, delay_s: float) -> float:
        """Seconds of what runs untimed in a turn; nothing where the lifecycle sleeps for longer than that may take."""
        return (
            0 if delay_s > MOST_REHEARSAL_S else max(lifecycle_s, min(MOST_REHEARSAL_S, lifecycle_s * self.rehearsed))
        )

    def sweep_s(self, lifecycles_s: Collection[float], delay_s: float) -> float:
        """Seconds of one sweep over cells with these lifecycles: what runs untimed in each turn, and the values."""
        untimed_s = sum(self.rehearsal_s(lifecycle_s, delay_s) for lifecycle_s in lifecycles_s)
        return untimed_s + self.values_in_a_turn(lifecycles_s) * sum(map(self.value_seconds, lifecycles_s))

    def calibration_s(self, lifecycles_s: Collection[float], delay_s: float) -> float:
        """Seconds in which a round finds out how many iterations its values need; a long lifecycle shows it at once."""
        if delay_s > MOST_REHEARSAL_S:
            return sum(lifecycles_s)
        return sum(self.rehearsal_s(one, delay_s) + self.warmups * self.value_seconds(one) for one in lifecycles_s)

    def sweeps_for(self, lifecycles_s: Collection[float], delay_s: float) -> int:
        """Sweeps in a round of cells with these lifecycles: fewer where they are long, so that it ends in `round_s`."""
        sweep_s = self.sweep_s(lifecycles_s, delay_s)
        fitting = int(self.round_s / sweep_s) if sweep_s else self.sweeps
        return max(min(MINIMUM_SWEEPS, self.sweeps), min(self.sweeps, fitting))


DEFAULT = Sampling(rounds=9, precision=0.02, max_time_s=120)
FAST = Sampling(rounds=6, sweeps=6, in_a_turn=4, max_time_s=60)
RIGOROUS = Sampling(rounds=17, sweeps=18, precision=0.01, max_time_s=600)
