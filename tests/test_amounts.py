"""How many operations the longer lifecycles have."""

import pytest
from advised import US, measured
from hypothesis import given
from hypothesis import strategies as st

from bench.advice import amounts
from bench.errors import BenchError
from bench.statistics.operations import costs


@given(st.floats(0, 1e5))
def test_a_number_is_round_and_not_smaller(number: float) -> None:
    found = amounts.rounded(number)

    assert found >= number
    assert str(found).rstrip("0") in {"1", "2", "5"}
    assert 5 <= found <= max(5, 2.5 * number)


def test_there_is_a_greatest_number() -> None:
    assert amounts.rounded(1e9) == 100_000


@pytest.mark.parametrize(("text", "pair"), [
    ("turns", ("turns=1", "turns=500")),
    ("fetch", ("fetch=1,answer=150", "fetch=5,answer=150")),
    ("fetch,answer=5000", ("fetch=1,answer=5000", "fetch=5,answer=5000")),
    ("timers", ("timers=2", "timers=500")),
    ("subprocess", ("subprocess=1", "subprocess=5")),
])  # fmt: skip
def test_a_calibration_tries_one_operation_and_many(text: str, pair: tuple[str, str]) -> None:
    assert amounts.tried([text]) == pair


def test_a_workload_without_a_number_of_operations_is_refused_with_others() -> None:
    with pytest.raises(
        BenchError, match=r"sleep: advice needs a workload with a number of operations\nsuch as .*turns"
    ):
        amounts.tried(["sleep"])


def test_operations_are_most_of_every_loops_lifecycle_in_every_scenario() -> None:
    truth = {"asyncio": (100 * US, 2 * US), "uvloop": (300 * US, 1 * US)}

    found = amounts.calibrated(["turns"], costs(measured(truth, workloads=["turns=1", "turns=500"])))

    assert found == ("turns=1", "turns=1000")


def test_where_a_calibration_says_nothing_the_guess_stays() -> None:
    assert amounts.calibrated(["turns", "gather"], ()) == ("turns=1", "turns=500", "gather=1", "gather=200")
    downwards = {"asyncio": (100 * US, -US / 10), "uvloop": (300 * US, -US / 10)}
    found = costs(measured(downwards, noise=0, workloads=["turns=1", "turns=500"]))
    assert amounts.calibrated(["turns"], found) == ("turns=1", "turns=500")
