"""Trials of the harness: which are made, made-up ones, and short real ones."""

from collections.abc import Generator, Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest
from invented import run

from bench.errors import BenchError, NotMeasuredError
from bench.measurement.delivery import Delivery
from bench.plan import sampling
from bench.plan.cells import Plan
from bench.plan.rounds import Round
from bench.selfcheck import comparing, trials
from bench.selfcheck.known import loop_name, waiting_loop_name
from bench.selfcheck.trials import Design, Step, Trials
from bench.store.outcomes import Done, Failure, Outcome

DESIGN = Design("manual", (0.01, 0.02, 0.05), trial_s=10, max_time_s=300, seed=1)
LITTLE = Design("manual", (0.1,), trial_s=0.1, max_time_s=60, seed=1)


@pytest.fixture
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sweeps, little of pyperf, and known work that no busy machine hides: ten times a lifecycle."""
    monkeypatch.setattr(trials, "CALIBRATING_TURNS", 120_000)
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(sweeps=3, value_s=0.0005, warmups=1))
    monkeypatch.setattr(trials, "PYPERF_OPTIONS", ("-p", "2", "-n", "2", "-l", "3"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """A clock that only moves when a test moves it."""
    now = [1000.0]
    with monkeypatch.context() as patched:
        patched.setattr("time.monotonic", lambda: now[0])
        yield now


def made(design: Design, clock: list[float], step_s: float = 10.0) -> list[Step]:
    """The steps of a design, if each takes `step_s`."""
    steps = []
    for step in Trials(design):
        steps.append(step)
        clock[0] += step_s
    return steps


def test_the_first_step_calibrates_and_then_all_effects_take_turns(clock: list[float]) -> None:
    steps = made(DESIGN, clock)

    assert steps[0] == Step(0, 0.0)
    assert [step.number for step in steps] == list(range(30))
    for cycle in range(9):
        assert {step.effect for step in steps[1 + 3 * cycle : 4 + 3 * cycle]} == set(DESIGN.effects)


def test_their_order_comes_from_the_seed(clock: list[float]) -> None:
    once, again, other = (made(replace(DESIGN, seed=seed), clock) for seed in (3, 3, 4))

    assert once == again != other


def test_no_step_is_begun_that_would_not_end_in_time(clock: list[float]) -> None:
    assert len(made(replace(DESIGN, max_time_s=49), clock)) == 4
    assert len(made(replace(DESIGN, trials=2), clock)) == 3


def test_a_loop_with_itself_needs_no_calibration(clock: list[float]) -> None:
    steps = made(replace(DESIGN, effects=(), trials=3), clock)

    assert steps == [Step(1, 0.0), Step(2, 0.0), Step(3, 0.0)]


@pytest.mark.parametrize(("step", "said"), [
    (Step(0, 0), "calibrating the known work"), (Step(1, 0), "trial 1: a loop with itself"),
    (Step(12, 0.005), "trial 12: 0.5 % slower"), (Step(3, 2, 4), "trial 3: 200 % slower, beside 4 busy"),
])  # fmt: skip
def test_a_step_says_which_trial_it_is(step: Step, said: str) -> None:
    assert str(step) == said


def test_too_little_time_is_refused_with_what_is_enough() -> None:
    with pytest.raises(BenchError, match=r"29 s are too short: a trial takes about 10 s\ngive --max-time 30s or more"):
        Trials(replace(DESIGN, max_time_s=29))
    with pytest.raises(BenchError, match=r"about 80 s\ngive --max-time 170s or more$"):
        Trials(replace(DESIGN, effects=(), max_time_s=100, against_pyperf=True))


class MadeUp:
    """Measures nothing: loops other than the baseline and its control take `ratio` times as long."""

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio

    def measure(self, turn: Round) -> Generator[Outcome]:
        """One value of each cell."""
        for cell in turn.group.cells:
            yield run(cell, turn.index, [1e-4 * (self.ratio if cell.role == "loop" else 1)])
        yield Done(turn.group.scenario.name, turn.index, 1.0)


class Broken:
    """Measures nothing, since every loop fails."""

    def measure(self, turn: Round) -> Generator[Outcome]:
        """A failure of each cell."""
        for cell in turn.group.cells:
            yield Failure(cell, turn.index, "it broke", "")
        yield Done(turn.group.scenario.name, turn.index, 1.0)


def test_a_trial_has_the_ratios_that_were_measured_and_the_truth_that_was_calibrated() -> None:
    check = Trials(LITTLE, lambda plan: MadeUp(1.1 if plan.loops[1] == loop_name(1000) else 2.2))

    assert check.make(Step(0, 0.0)) == ()
    itself, slower = check.make(Step(1, 0.1))

    assert check.turn_share == pytest.approx(1.2 / 12_000)
    assert (itself.ratio.value, itself.truth, itself.different) == (1.0, 1.0, False)
    assert slower.ratio.value == pytest.approx(1.1)
    assert slower.truth == pytest.approx(1.1)
    assert (slower.different, slower.called) == (True, True)


def test_a_large_effect_is_a_wait_whose_truth_is_built_in() -> None:
    plans: list[Plan] = []

    def measurer(plan: Plan) -> MadeUp:
        plans.append(plan)
        return MadeUp(3.1)

    check = Trials(LITTLE, measurer)
    check.make(Step(0, 0.0))
    _, slower = check.make(Step(1, 2.0))

    assert check.lifecycle_s == pytest.approx(1e-4)
    assert plans[1].loops == (waiting_loop_name(0), waiting_loop_name(200_000))
    assert slower.truth == pytest.approx(3)
    assert slower.ratio.value == pytest.approx(3.1)


def test_with_a_load_each_effect_is_tried_alone_and_beside_it(clock: list[float]) -> None:
    steps = made(replace(DESIGN, load=4), clock)[1:]

    assert {(step.effect, step.beside) for step in steps[:6]} == {
        (effect, beside) for effect in DESIGN.effects for beside in (0, 4)
    }


def test_a_trial_says_beside_what_it_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "beside", lambda _: nullcontext())

    found = Trials(replace(LITTLE, effects=()), lambda _: MadeUp(1)).make(Step(1, 0.0, 4))

    assert [trial.beside for trial in found] == [4]


def test_where_nothing_could_be_measured_nothing_is_calibrated() -> None:
    with pytest.raises(NotMeasuredError, match="the known work had no effect: nothing was measured"):
        Trials(LITTLE, lambda _: Broken()).make(Step(0, 0.0))


@pytest.mark.usefixtures("_little")
def test_a_trial_compares_the_loop_with_itself_and_with_the_known_work() -> None:
    check = Trials(LITTLE)

    assert check.make(Step(0, 0.0)) == ()
    itself, slower = check.make(Step(1, 0.1))

    assert check.turn_share > 0
    assert (itself.way, itself.effect, itself.truth) == ("lock-step", 0.0, 1.0)
    assert (slower.way, slower.effect) == ("lock-step", 0.1)
    assert slower.truth == pytest.approx(1.1, abs=check.turn_share)  # whole turns: the nearest to the effect
    for trial in (itself, slower):
        assert trial.ratio.low is not None
        assert trial.ratio.low <= trial.ratio.value
        assert trial.seconds > 0  # it starts processes, which takes longer than the clock's tick on any machine


@pytest.mark.usefixtures("_little")
def test_beside_pyperf_the_same_cells_are_measured_its_way_first_and_then_ours() -> None:
    check = Trials(replace(LITTLE, max_time_s=600, against_pyperf=True))
    check.turn_share = 1e-4

    found = check.make(Step(1, 0.1))

    assert [(trial.way, trial.effect) for trial in found] == [
        ("pyperf", 0.0), ("pyperf", 0.1), ("lock-step", 0.0), ("lock-step", 0.1),
    ]  # fmt: skip
    assert found[1].truth == found[3].truth == 1.1


@pytest.mark.usefixtures("_little", "_bad_loops")
def test_a_loop_that_can_not_be_measured_ends_it_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "BASELINE", "raising:in_factory")

    with pytest.raises(
        NotMeasuredError, match=r"a trial in manual measured nothing to compare: RuntimeError: no …/loop.so"
    ):
        Trials(replace(LITTLE, effects=())).make(Step(1, 0.0))


def test_where_pyperf_fails_its_own_message_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "PYPERF_OPTIONS", ("--nonsense",))

    with pytest.raises(NotMeasuredError, match=r"no values: exited with status 2\n.*: error: unrecognized") as said:
        Trials(replace(LITTLE, effects=(), max_time_s=600, against_pyperf=True)).make(Step(1, 0.0))
    assert said.value.exit_code == 3


@pytest.mark.parametrize(("delivery", "said"), [
    (Delivery(), "it delivered too few"), (Delivery({"total": (1.0,)}), "it delivered too few"),
    (Delivery(error="ImportError: x"), "ImportError: x"),
])  # fmt: skip
def test_pyperf_must_give_two_values_at_least(delivery: Delivery, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        trials.total_values(delivery)


def test_work_without_an_effect_can_not_be_calibrated() -> None:
    with pytest.raises(NotMeasuredError, match=r"the known work had no effect: the ratio came out at 0\.990"):
        Trials(LITTLE, lambda _: MadeUp(0.99)).make(Step(0, 0.0))
