"""Advice from invented runs whose truth is known."""

from dataclasses import replace

import msgspec
import pytest
from advised import COLD_MS, TRUTH, US, cold, measured

from bench.advice.advising import advise, verdict, workload_of
from bench.advice.answers import Advice, Case
from bench.advice.asked import PROFILES, Asked
from bench.advice.programs import counted
from bench.statistics.break_even import UNKNOWN
from bench.statistics.estimates import Estimate
from bench.store.outcomes import Failure, Kept, Outcome, Run

FACTORIES = {"asyncio": "asyncio:new_event_loop", "uvloop": "uvloop:new_event_loop"}
PROMISES = {"uvloop": "60/67"}


def advised(asked: Asked, kept: Kept | None = None, **ms: float) -> Advice:
    return advise(kept or measured(), cold({**COLD_MS, **ms}), asked, FACTORIES, PROMISES)


def answer(case: Case, loop: str = "uvloop") -> tuple[float, float]:
    """Milliseconds in all, and more than the baseline."""
    found = next(one for one in case.answers if one.loop == loop)
    return found.total.value * 1000, (found.difference.value if found.difference else 0.0) * 1000


def test_every_profile_is_answered_for_every_loop() -> None:
    found = advised(Asked())

    assert {case.profile for case in found.cases} == set(PROFILES)
    assert all([one.loop for one in case.answers] == ["asyncio", "uvloop"] for case in found.cases)
    assert all(case.noise and case.noise_verdict == "does not matter" for case in found.cases)
    assert found.missing == found.notes == ()


def test_a_script_begins_with_its_interpreter_and_does_its_operations() -> None:
    (case,) = advised(Asked(("script",), operations=1000)).cases

    assert answer(case) == pytest.approx((62 + 5, 2 - 5), rel=0.02)
    uvloop = case.answers[1]
    assert uvloop.part
    assert uvloop.part.value == pytest.approx(-3 / 70, rel=0.05)
    assert (uvloop.verdict, uvloop.promises) == ("saves", "60/67")
    assert uvloop.break_even
    assert uvloop.break_even.value == pytest.approx(2000 / 5, rel=0.05)
    assert (case.noun, case.rounds, case.confidence) == ("operations", 9, 0.95)


def test_a_command_that_does_one_operation_is_not_moved_by_the_number_of_others() -> None:
    (case,) = advised(Asked(("cli",), operations=1000), uvloop=60.1).cases

    assert answer(case) == pytest.approx((60.1, 0.095), rel=0.02)
    assert case.answers[1].verdict == "does not matter"


@pytest.mark.parametrize(("fixtures", "each_us"), [(0, 305), (1, 405), (3, 605)])
def test_tests_have_a_loop_each_and_fixtures_that_cost_what_the_first_one_costs(fixtures: int, each_us: float) -> None:
    runner = measured()
    asked = Asked(("tests",), tests=200, fixtures=fixtures)
    (case,) = advised(asked, _slower_fixtures(runner, 100 * US)).cases

    assert answer(case)[0] == pytest.approx(62 + 200 * each_us / 1000, rel=0.02)
    assert case.noun == "tests"
    assert case.what == f"A suite of 200 tests, each with {counted(fixtures, 'fixture')} and 1 operation of turns,"


def _slower_fixtures(kept: Kept, more_s: float) -> Kept:
    """The same run, in which a lifecycle in `fixture` takes so much longer."""
    outcomes: list[Outcome] = []
    for one in kept.outcomes:
        if isinstance(one, Run) and one.cell.scenario == "fixture":
            one = msgspec.structs.replace(  # noqa: PLW2901  (the same one, slower)
                one, values={stage: tuple(value + more_s for value in values) for stage, values in one.values.items()}
            )
        outcomes.append(one)
    return replace(kept, outcomes=tuple(outcomes))


def test_a_call_from_synchronous_code_pays_its_start_each_time() -> None:
    (case,) = advised(Asked(("bridge",), operations=10, handler_s=2e-3)).cases

    assert answer(case) == pytest.approx((0.35, 0.15), rel=0.02)
    uvloop = case.answers[1]
    assert uvloop.part
    assert uvloop.part.value == pytest.approx(0.15 / 2, rel=0.02)
    assert uvloop.verdict == "costs"


def test_a_service_pays_its_start_once() -> None:
    (case,) = advised(Asked(("service",), operations=4, handler_s=1e-3)).cases

    assert answer(case) == pytest.approx((0.020, -0.020), rel=0.02)
    uvloop = case.answers[1]
    assert uvloop.break_even
    assert uvloop.break_even.value == pytest.approx(2000 / 20, rel=0.05)
    assert case.noun == "requests"


def test_an_invocation_is_cold_first_and_warm_later() -> None:
    first, later = advised(Asked(("lambda",), operations=10)).cases

    assert answer(first) == pytest.approx((62 + 0.05, 2 - 0.05), rel=0.02)
    assert answer(later) == pytest.approx((0.35, 0.15), rel=0.02)
    (warm,) = advise(measured(), (), Asked(("lambda",), operations=10), FACTORIES, PROMISES).cases
    assert warm == later


def test_the_break_evens_are_those_of_lock_step_rounds_alone() -> None:
    found = advised(Asked())

    assert [(one.scenario, one.workload, one.loop) for one in found.break_evens] == [
        (scenario, "turns", "uvloop") for scenario in ("runner", "fixture", "bridge")
    ]
    assert {one.loop for one in found.noise} == {"control"}
    one = found.break_evens[0]
    assert one.break_even.kind == "after"
    assert one.break_even.value == pytest.approx(40, rel=0.05)
    assert one.start_excess.value == pytest.approx(200 * US, rel=0.05)
    assert (one.baseline, one.python, one.operations, one.rounds) == ("asyncio", "3.14.0", 100, 9)


def test_each_workload_has_answers_of_its_own() -> None:
    kept = measured(workloads=["turns=1", "gather=1", "turns=100", "gather=20"])

    found = advised(Asked(("bridge",)), kept)

    assert [(case.workload, case.what) for case in found.cases] == [
        ("turns", "A call with 1 operation of turns"), ("gather", "A call with 1 operation of gather"),
    ]  # fmt: skip


def test_curves_have_the_total_for_each_number_of_operations_and_cross_where_it_has_paid() -> None:
    found = advised(Asked())
    asyncio, uvloop = found.curves[:2]

    assert [point.operations for point in uvloop.points][:4] == [1, 2, 5, 10]
    assert uvloop.points[-1].total.value == pytest.approx(5e5 * 5 * US, rel=0.02)
    assert asyncio.crossing is None
    assert uvloop.crossing == found.break_evens[0].break_even


def test_the_import_of_asyncio_is_told_in_lifecycles() -> None:
    found = advised(Asked(("cli",)))

    assert found.imports
    assert found.imports.value == pytest.approx((30 - 10) / 0.1, rel=0.05)
    assert advise(measured(), (), Asked(("bridge",)), FACTORIES, PROMISES).imports is None


def test_what_was_not_measured_is_not_answered_and_named() -> None:
    found = advise(measured(scenarios=["runner"]), (), Asked(("service", "tests", "bridge")), FACTORIES, PROMISES)

    assert found.cases == ()
    assert [text.partition(":")[0] for text in found.missing] == ["service", "tests", "bridge"]
    assert found.missing[1].endswith("it needs runner, fixture, cold starts): python -m bench advise --profile tests")


def test_a_loop_that_failed_has_no_answer_but_a_note() -> None:
    kept = measured(scenarios=["runner"])
    cells = [cell for cell in kept.about.cells if cell.loop == "uvloop"]
    failures = tuple(Failure(cell, 0, "died of SIGSEGV") for cell in cells)
    alone = tuple(one for one in kept.outcomes if getattr(getattr(one, "cell", None), "loop", "") != "uvloop")

    found = advise(replace(kept, outcomes=(*alone, *failures)), cold(), Asked(("cli",)), FACTORIES, PROMISES)

    assert [one.loop for one in found.cases[0].answers] == ["asyncio"]
    assert found.notes[0] == "uvloop in runner/turns=1: died of SIGSEGV"


def test_too_few_rounds_give_no_verdict() -> None:
    (case,) = advised(Asked(("bridge",)), measured(rounds=3)).cases

    assert case.answers[1].verdict == "unclear"
    assert case.answers[1].break_even == UNKNOWN


@pytest.mark.parametrize(("ends", "expected"), [
    ((-0.05, -0.02), "saves"), ((0.02, 0.05), "costs"), ((-0.009, 0.009), "does not matter"),
    ((-0.02, 0.02), "unclear"), ((-0.02, -0.005), "unclear"),
])  # fmt: skip
def test_a_difference_matters_if_all_of_its_interval_does(ends: tuple[float, float], expected: str) -> None:
    part = Estimate(sum(ends) / 2, *ends)

    assert verdict((part, part)) == expected
    assert verdict((part, Estimate(0, -1, 1))) == "unclear"


@pytest.mark.parametrize(("text", "name"), [
    ("turns=1000", "turns"), ("fetch=20,answer=150", "fetch"), ("fetch=20,answer=65536", "fetch,answer=65536"),
])  # fmt: skip
def test_a_workload_is_called_without_its_number_of_operations(text: str, name: str) -> None:
    assert workload_of(text) == name


def test_advice_is_read_back_as_it_was_written() -> None:
    found = advised(Asked(requests_per_s=100.0))

    assert msgspec.json.decode(msgspec.json.encode(found), type=Advice) == found


def test_the_sign_of_a_difference_is_that_of_the_truth_under_wide_noise() -> None:
    slower = {**TRUTH, "uvloop": (300 * US, 15 * US)}
    faster = {**TRUTH, "uvloop": (50 * US, 5 * US)}

    found = [advised(Asked(), measured(truth, 0.05)).break_evens[0] for truth in (slower, faster)]
    kinds = [one.break_even.kind for one in found]

    assert kinds == ["never", "always"]
