"""Which round comes next, with a made-up measurer: only widths and time decide."""

import math
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from advised import measured, planned
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import about, run

from bench.measurement import campaign
from bench.measurement.precision import Held, Rounds
from bench.plan.cells import Cell
from bench.plan.rounds import Round
from bench.statistics import widths
from bench.store.outcomes import About, Done, Dropped, Failure, Kept, Outcome

SCENARIOS = ("manual", "warm", "runner")


@dataclass
class Fake:
    """Measures nothing: rounds take `round_s`, and each cell's ratio spreads by what `spread` says of it."""

    rounds: Rounds
    spread: Callable[[Cell], float]
    round_s: float = 1.0
    factor: float = 1.0

    def __post_init__(self) -> None:
        self.given: list[Round] = []
        self.outcomes: list[Outcome] = []

    def outcome(self, cell: Cell, index: int) -> Outcome:
        """Values of one cell: all are drawn from the cell and the round."""
        drawn = np.random.default_rng([index, *map(ord, cell.scenario + cell.label)]).normal(0, self.spread(cell))
        effect = self.factor if cell.role == "loop" else 1
        return run(cell, index, [1e-5 * effect * math.exp(0 if cell.role == "baseline" else drawn)])

    def measure(self, turn: Round) -> Generator[Outcome]:
        """Invent the outcomes of one round."""
        assert len(self.given) < 500, "does not stop"
        self.given.append(turn)
        for cell in turn.group.cells:
            yield self.outcome(cell, turn.index)
        yield Done(turn.group.scenario.name, turn.index, self.round_s)

    def measure_all(self) -> list[Round]:
        """Take rounds until there are no more."""
        campaign.measure(self.rounds, self, self.outcomes.append, self.rounds.tell)
        return self.given

    def counts(self) -> dict[str, int]:
        """Rounds of each scenario."""
        return Counter(turn.group.scenario.name for turn in self.given)


def asked(rounds: int, precision: float | None = 0.02, max_time_s: float | None = 200.0, seed: int = 1) -> About:
    found = about(SCENARIOS, ["asyncio", "uvloop"], rounds)
    sampling = replace(found.plan.sampling, precision=precision, max_time_s=max_time_s)
    return replace(found, plan=replace(found.plan, sampling=sampling, seed=seed))


def rounds_of(about: About, earlier: Sequence[Outcome] = ()) -> Rounds:
    """The rounds of a run, which ask the real statistics how wide the intervals are."""
    return Rounds(about, widths.widest, earlier)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 10), st.floats(1e-4, 0.5), st.floats(0.01, 40), st.floats(0.1, 5), st.integers(0, 99))
def test_never_fewer_than_the_minimum_and_never_past_the_time(
    rounds: int, spread: float, max_time_s: float, round_s: float, seed: int
) -> None:
    fake = Fake(rounds_of(asked(rounds, 0.02, max_time_s, seed)), lambda _: spread, round_s)

    fake.measure_all()

    least = rounds * len(SCENARIOS)
    assert min(fake.counts().values()) >= rounds
    assert len(fake.given) == least or len(fake.given) * round_s <= max_time_s * (1 + 1e-9)
    assert len({(turn.group.scenario.name, turn.index) for turn in fake.given}) == len(fake.given)


@pytest.mark.parametrize("precision", [None, 0.5])
def test_a_dropped_round_is_measured_once_more_under_another_number(precision: float | None) -> None:
    rounds = rounds_of(asked(3, precision))
    given: list[Round] = []
    for turn in rounds:
        given.append(turn)
        name, dropped = turn.group.scenario.name, len(given) in {2, 5}
        rounds.tell(Dropped(name, turn.index, "suspended") if dropped else Done(name, turn.index, 1.0))

    again = Counter(turn.group.scenario.name for turn in given[9:])

    assert again == Counter(given[number].group.scenario.name for number in (1, 4))
    assert len({(turn.group.scenario.name, turn.index) for turn in given}) == len(given) == 11


def test_the_time_left_is_what_the_rounds_of_each_scenario_took() -> None:
    rounds = rounds_of(asked(3, None, None))
    seconds = dict(zip(SCENARIOS, (1.0, 16.0, 4.0), strict=True))

    left = [rounds.planned_seconds_left]
    for turn in rounds:
        name = turn.group.scenario.name
        rounds.tell(Done(name, turn.index, seconds[name]))
        left.append(rounds.planned_seconds_left)

    assert left[0] == 0
    assert left[3:] == [left[3] - sum(seconds[turn.group.scenario.name] for turn in rounds.planned[3:done])
                        for done in range(3, 10)]  # fmt: skip
    assert (left[3], left[-1]) == (2 * sum(seconds.values()), 0)


def test_a_clock_that_always_jumps_does_not_go_on_for_ever() -> None:
    rounds = rounds_of(asked(2))
    given = []
    for turn in rounds:
        given.append(turn)
        rounds.tell(Dropped(turn.group.scenario.name, turn.index, "suspended"))

    assert len(given) == 2 * 2 * len(SCENARIOS)


@settings(max_examples=3, deadline=None)
@given(st.floats(0.2, 5))
def test_what_the_intervals_show_moves_nothing(factor: float) -> None:
    fakes = [Fake(rounds_of(asked(6, 0.02, 28)), lambda _: 0.04, factor=one) for one in (1.0, factor)]

    schedules = [fake.measure_all() for fake in fakes]

    assert schedules[0] == schedules[1]


def test_more_rounds_go_where_the_intervals_are_too_wide() -> None:
    fake = Fake(rounds_of(asked(6)), lambda cell: 0.03 if cell.scenario == "runner" else 0.001)

    fake.measure_all()

    counts = fake.counts()
    assert counts["manual"] == counts["warm"] == 6
    assert counts["runner"] > 9
    assert len(fake.given) < 200
    assert not fake.rounds.wide()


def test_it_ends_with_the_first_width_that_is_narrow_enough() -> None:
    wide = Fake(rounds_of(asked(6, precision=0.04)), lambda _: 0.05)
    narrow = Fake(rounds_of(asked(6, precision=0.02)), lambda _: 0.05)

    assert len(wide.measure_all()) < len(narrow.measure_all())


@pytest.mark.parametrize("role", ["control", "loop"])
def test_the_control_counts_like_any_loop(role: str) -> None:
    fake = Fake(rounds_of(asked(6)), lambda cell: 0.05 if cell.role == role else 0.0001)

    assert len(fake.measure_all()) > 18


def test_without_a_precision_there_are_exactly_the_planned_rounds() -> None:
    rounds = rounds_of(asked(6, None, None))
    fake = Fake(rounds, lambda _: 0.5)

    assert fake.measure_all() == list(rounds.planned)
    assert fake.counts() == dict.fromkeys(SCENARIOS, 6)
    assert rounds.seconds_left == math.inf


def test_too_few_rounds_for_an_interval_are_too_wide() -> None:
    fake = Fake(rounds_of(asked(2, precision=1.0)), lambda _: 0.0001)

    fake.measure_all()

    assert set(fake.counts().values()) == {6}


def test_a_round_that_does_not_fit_into_the_time_is_not_begun() -> None:
    fake = Fake(rounds_of(asked(6, max_time_s=19.4)), lambda _: 0.5)

    assert len(fake.measure_all()) == 19


def test_a_resumed_run_has_the_rest_of_its_time_and_numbers_that_are_free() -> None:
    first = Fake(rounds_of(asked(6, max_time_s=40)), lambda _: 0.5)
    first.measure_all()
    torn = [*first.outcomes[: 4 * 25], *first.outcomes[4 * 25 : 4 * 25 + 2]]

    again = Fake(rounds_of(asked(6, max_time_s=40), torn), lambda _: 0.5)
    again.measure_all()

    assert len(first.given) == 40
    assert len(again.given) == 15
    taken = {(turn.group.scenario.name, turn.index) for turn in first.given[:26]}
    assert not taken & {(turn.group.scenario.name, turn.index) for turn in again.given}


class Failing(Fake):
    """The loop never delivers."""

    def outcome(self, cell: Cell, index: int) -> Outcome:
        """A failure, where it is the loop."""
        return Failure(cell, index, "died") if cell.role == "loop" else super().outcome(cell, index)


def test_an_abandoned_cell_asks_for_no_more_rounds() -> None:
    fake = Failing(rounds_of(asked(6)), lambda _: 0.0001)

    fake.measure_all()

    assert fake.counts() == dict.fromkeys(SCENARIOS, 6)
    assert not fake.rounds.wide()


class Collapsing(Fake):
    """The loop delivers widely spread values twice, then fails for good."""

    def outcome(self, cell: Cell, index: int) -> Outcome:
        """A failure, where it is the loop, from the third round on."""
        return Failure(cell, index, "died") if cell.role == "loop" and index > 1 else super().outcome(cell, index)


def test_a_cell_that_is_abandoned_later_asks_for_no_more_rounds_either() -> None:
    fake = Collapsing(rounds_of(asked(6)), lambda cell: 0.5 if cell.role == "loop" else 0.0001)

    fake.measure_all()

    assert fake.counts() == dict.fromkeys(SCENARIOS, 6)


def test_where_time_is_a_limit_no_planned_round_is_begun_that_does_not_fit() -> None:
    fake = Fake(Rounds(asked(9, max_time_s=25.0), widths.widest, (), Held(3.5)), lambda _: 0.5)

    fake.measure_all()

    assert len(fake.given) == 21  # 3.5 s are gone, and 21 of 27 rounds take the rest
    assert fake.rounds.rounds_of_all == 7
    assert fake.rounds.seconds_left == 0.5


def test_a_dropped_round_is_not_measured_again_where_no_time_is_left() -> None:
    rounds = Rounds(asked(1, max_time_s=3.0), widths.widest, (), Held(0.5))
    given = []
    for turn in rounds:
        given.append(turn)
        name = turn.group.scenario.name
        rounds.tell(Dropped(name, turn.index, "suspended") if len(given) == 2 else Done(name, turn.index, 1.0))

    assert len(given) == 3
    assert rounds.rounds_of_all == 0
    late = Rounds(asked(2, max_time_s=3.0), widths.widest, (Done("manual", 0, 2.0),), Held(1.5))
    assert list(late) == []
    assert late.rounds_of_all == 0


def test_the_rounds_that_an_interval_needs_are_measured_where_the_limit_is_only_a_pace() -> None:
    fake = Fake(Rounds(asked(9, max_time_s=10.0), widths.widest, (), Held(3.5, least_rounds=6)), lambda _: 0.5)

    fake.measure_all()

    assert fake.counts() == dict.fromkeys(SCENARIOS, 6)


@pytest.mark.parametrize(("held", "left_s"), [(None, 15.0), (Held(0.0), 7.0), (Held(0.0, 5), 9.0), (Held(9.0), 0.0)])
def test_the_time_left_counts_only_rounds_that_will_be_measured(held: Held | None, left_s: float) -> None:
    earlier = [Done(name, index, 1.0) for name in SCENARIOS for index in range(2)]
    rounds = Rounds(asked(7, max_time_s=13.0), widths.widest, earlier, held)

    assert rounds.planned_seconds_left == left_s


def test_rounds_with_few_and_with_many_operations_are_planned_counted_and_done_once() -> None:
    ahead = planned(["asyncio", "uvloop"], ["runner", "bridge"], rounds=3)
    rounds = Rounds(ahead, lambda _: 0.0)
    kept = measured(rounds=3, scenarios=["runner", "bridge"])
    first = tuple(one for one in kept.outcomes if getattr(one, "round", 0) == 0)

    given = [str(turn) for turn in rounds]
    for outcome in first:
        rounds.tell(outcome)

    assert sorted({*given}) == [
        f"{name}/turns=100, round {number}" for name in ("bridge", "runner") for number in (1, 2, 3)
    ]
    assert rounds.rounds_of_all == 1
    assert rounds.planned_left == {"runner/turns=100": 2, "bridge/turns=100": 2}
    assert kept.complete
    assert kept.rounds_of_all == 3
    assert not replace(kept, outcomes=first).complete


def test_precision_is_asked_of_all_sizes_that_share_rounds() -> None:
    asked: list[set[str]] = []

    def half_width(kept: Kept) -> float:
        asked.append({run.cell.workload for run in kept.runs})
        return 1.0

    kept = measured(rounds=3, scenarios=["runner"])
    about_ = kept.about
    sampling = replace(about_.plan.sampling, precision=0.02, max_time_s=100.0)
    rounds = Rounds(replace(about_, plan=replace(about_.plan, sampling=sampling)), half_width, kept.outcomes)

    assert [group.name for group in rounds.wide()] == ["runner/turns=100"]
    assert asked == [{"turns=1", "turns=100"}]
