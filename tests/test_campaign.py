"""The loop that measures, with a made-up measurer: what is told to whom, and when."""

from collections.abc import Generator, Iterator

import pytest
from invented import about

from bench.measurement import campaign
from bench.plan.rounds import Round, schedule
from bench.store.outcomes import Done, Outcome


class MadeUp:
    """Gives two outcomes for each round; remembers which rounds it was given, and which of them ended."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self.ended: list[int] = []

    def measure(self, turn: Round) -> Generator[Outcome]:
        """The same outcome twice: who listens must be told both."""
        self.given.append(turn.index)
        try:
            for _ in range(2):
                yield Done(turn.group.scenario.name, turn.index, 1.0)
        finally:
            self.ended.append(turn.index)


def rounds(number: int) -> list[Round]:
    return list(schedule(about(["manual"], ["asyncio"]).groups, number, 1, {}, {}))


def test_each_listener_is_told_each_outcome_in_turn() -> None:
    told: list[tuple[str, Outcome]] = []

    campaign.measure(
        rounds(2),
        MadeUp(),
        lambda outcome: told.append(("disk", outcome)),
        lambda outcome: told.append(("sum", outcome)),
    )

    assert [(name, outcome.round) for name, outcome in told if isinstance(outcome, Done)] == [
        ("disk", 0), ("sum", 0), ("disk", 0), ("sum", 0), ("disk", 1), ("sum", 1), ("disk", 1), ("sum", 1),
    ]  # fmt: skip


def test_an_outcome_is_told_before_the_next_round_is_chosen() -> None:
    told: list[Outcome] = []
    known_before: list[int] = []

    def chosen() -> Iterator[Round]:
        for turn in rounds(3):
            known_before.append(len(told))
            yield turn

    campaign.measure(chosen(), MadeUp(), told.append)

    assert known_before == [0, 2, 4]


def test_an_outcome_that_can_not_be_kept_ends_its_round_and_all_others() -> None:
    measurer = MadeUp()

    def full(_: Outcome) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        campaign.measure(rounds(3), measurer, full)
    assert measurer.given == measurer.ended == [0]
