"""The same comparison again and again: made-up runs, and one real one."""

from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

import pytest
from invented import run

from bench.errors import BenchError, NotMeasuredError
from bench.plan import sampling
from bench.plan.cells import Plan
from bench.plan.rounds import Round
from bench.reports import repeats as report
from bench.reports.rendering import render
from bench.selfcheck import comparing
from bench.selfcheck.repeats import Design, Repeats, Repetition, repeated
from bench.statistics.estimates import Estimate
from bench.store.outcomes import Done, Failure, Outcome

DESIGN = Design(("asyncio", "uvloop"), "manual", 5, run_s=1, max_time_s=60, seed=1)


class MadeUp:
    """Measures nothing: loops take `ratio` times as long as the baseline and its control."""

    def __init__(self, ratio: float) -> None:
        self.ratio = ratio

    def measure(self, turn: Round) -> Generator[Outcome]:
        """One value of each cell, or none where the ratio is 0."""
        for cell in turn.group.cells:
            if self.ratio:
                yield run(cell, turn.index, [1e-4 * (self.ratio if cell.role == "loop" else 1)])
            else:
                yield Failure(cell, turn.index, "it broke", "")
        yield Done(turn.group.scenario.name, turn.index, 1.0)


def made(design: Design = DESIGN, ratio: float = 2.0) -> Repeats:
    return Repeats(design, lambda _: MadeUp(ratio), lambda _: None)


def of(value: float, number: int = 1) -> Repetition:
    return Repetition(number, "uvloop", Estimate(value, value - 0.1, value + 0.1), 0.0, 0)


def test_runs_begin_at_equal_distances_and_the_last_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, waits = [100.0], list[float]()
    with monkeypatch.context() as patched:
        patched.setattr("time.monotonic", lambda: now[0])
        for _ in Repeats(replace(DESIGN, number=5, run_s=20, max_time_s=100), wait=waits.append):
            now[0] += 20

    assert waits == [0, 0, 0, 0, 0]


def test_a_run_has_a_ratio_for_each_loop_and_for_the_control() -> None:
    control, uvloop = made().make(3)

    assert (control.number, control.label, control.ratio.value) == (3, "control", 1)
    assert (uvloop.label, uvloop.beside) == ("uvloop", 0)
    assert uvloop.ratio.value == pytest.approx(2)


def test_every_run_has_a_seed_of_its_own_and_can_be_made_again() -> None:
    seeds: list[int] = []

    def measurer(plan: Plan) -> MadeUp:
        seeds.append(plan.seed)
        return MadeUp(2)

    for _ in range(2):
        for number in (1, 2):
            Repeats(DESIGN, measurer).make(number)

    assert seeds[:2] == seeds[2:]
    assert len(set(seeds)) == 2


def test_every_second_run_is_beside_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers: list[int] = []

    def beside(number: int) -> AbstractContextManager[None]:
        numbers.append(number)
        return nullcontext()

    monkeypatch.setattr(comparing, "beside", beside)
    runs = made(replace(DESIGN, load=3))

    assert [runs.make(number)[0].beside for number in (1, 2, 3)] == numbers == [3, 0, 3]


def test_an_interval_is_held_against_the_median_of_the_other_runs() -> None:
    (found,) = repeated([of(2.0), of(2.05), of(2.3)])

    assert (found.runs, found.held, found.ratio) == (3, 1, 2.05)
    assert (found.lowest, found.highest) == (2.0, 2.3)
    assert found.spread == pytest.approx(0.0737, abs=0.001)
    assert found.half_width == pytest.approx(0.1 / 2.05)
    assert repeated([of(2.0)]) == ()


def test_too_few_runs_and_too_little_time_are_refused() -> None:
    with pytest.raises(BenchError, match="2 runs show no spread\ngive --repeat 3 or more"):
        Repeats(replace(DESIGN, number=2))
    with pytest.raises(BenchError, match="do not fit into 60 s\ngive --max-time 100s or more, or a shorter"):
        Repeats(replace(DESIGN, run_s=20))


def test_a_loop_that_can_not_be_measured_ends_it_with_the_reason() -> None:
    with pytest.raises(NotMeasuredError, match="a run in manual measured nothing to compare: it broke"):
        made(ratio=0).make(1)


def test_the_sentence_says_how_far_ratios_moved_and_what_intervals_promised() -> None:
    runs = [of(value, number) for number, value in enumerate((2.0, 2.05, 2.3), 1)]
    document = report.document(report.repeats("2026-11-25", {}, replace(DESIGN, load=2), runs))

    text = render(document, "simple", 200)
    assert (
        "In 3 runs of 1 s over 1 min, every second one beside 2 busy processes, in manual: uvloop came out at 2 to 2.3 "
        "(spread 7.5 %), and a run's interval held the others' median in 1 of 3."
    ) in text
    assert "Fewer than two runs were made" in report.sentence(report.repeats("", {}, DESIGN, runs[:1]))


def test_a_real_run_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(sweeps=3, value_s=0.0005, in_a_turn=1, rehearsed=1))
    real = Repeats(replace(DESIGN, loops=("asyncio",), run_s=0.1))

    (control,) = real.make(2)

    assert control.ratio.low is not None
    assert 0 < real.seconds_left < 60
