"""The one loop that measures: give a round, measure it, tell its outcomes.

`run` and `selfcheck` both go through it. It knows neither the disk nor the screen: the callers listen.
"""

import contextlib
from collections.abc import Callable, Generator, Iterable
from typing import Protocol

from bench.plan.rounds import Round
from bench.store.outcomes import Outcome


class Measurer(Protocol):
    """What measures a round: the meter, or something made up in a test."""

    def measure(self, turn: Round, /) -> Generator[Outcome]:
        """Give each outcome of a round as soon as there is one."""


def measure(rounds: Iterable[Round], measurer: Measurer, *listeners: Callable[[Outcome], object]) -> None:
    """Measure one round after another, and tell each outcome to every listener before the next is measured.

    A listener may decide which round comes next. Whatever ends this early, an error or Ctrl-C, ends the round's
    processes too.
    """
    for round_ in rounds:
        with contextlib.closing(measurer.measure(round_)) as outcomes:
            for outcome in outcomes:
                for listener in listeners:
                    listener(outcome)
