"""How much to measure: rounds, sweeps, length of a value; and the three paces that users choose from. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

MOST_ROUNDS, MOST_SWEEPS, MOST_ITERATIONS = 10_000, 10_000, 2**31 - 1  # far beyond what anybody measures
MOST_S = 1e6
MINIMUM_SWEEPS = 3


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much to measure: rounds of fresh processes, sweeps in a round, seconds in a value.

    Without a `precision` there are exactly `rounds` rounds. With one there are at least that many, and then more where
    intervals are wider than the precision to either side (0.02: ± 2 %), until `max_time_s` is used up.
    """

    rounds: Annotated[int, Meta(ge=1, le=MOST_ROUNDS)] = 17
    sweeps: Annotated[int, Meta(ge=1, le=MOST_SWEEPS)] = 42
    value_s: Annotated[float, Meta(ge=1e-6, le=60)] = 0.003
    in_a_turn: Annotated[int, Meta(ge=1, le=1000)] = 1
    warmups: Annotated[int, Meta(ge=1, le=1000)] = 5
    rehearsed: Annotated[int, Meta(ge=1, le=10_000)] = 1
    rehearsal_s: Annotated[float, Meta(ge=0, le=1)] = 0.0
    round_s: Annotated[float, Meta(gt=0, le=MOST_S)] = 6.0
    precision: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_time_s: Annotated[float, Meta(gt=0, lt=1e13)] | None = None

    def iterations(self, lifecycle_s: float) -> int:
        """Lifecycles in one value, so that it lasts about `value_s`."""
        return max(1, round(min(MOST_ITERATIONS, self.value_s / lifecycle_s)))

    def turn_s(self, lifecycle_s: float) -> float:
        """Seconds of a turn: the lifecycles that run untimed before its values, and those of the values."""
        return lifecycle_s * (self.rehearsed + self.in_a_turn * self.iterations(lifecycle_s))

    def sweeps_for(self, lifecycles_s: Iterable[float]) -> int:
        """Sweeps in a round of cells with these lifecycles: fewer where they are long, so that it ends in `round_s`."""
        sweep_s = sum(map(self.turn_s, lifecycles_s))
        return max(MINIMUM_SWEEPS, min(self.sweeps, int(self.round_s / sweep_s) if sweep_s else self.sweeps))


DEFAULT = Sampling(rounds=9, precision=0.02, max_time_s=120)
FAST = Sampling(rounds=6, sweeps=24)
RIGOROUS = Sampling(rounds=17, sweeps=60, precision=0.01, max_time_s=600)
