"""Loops whose intervals overlap share a place."""

from hypothesis import given
from hypothesis import strategies as st

from bench.statistics.estimates import Estimate
from bench.statistics.places import BASELINE, places

ENDS = st.tuples(st.floats(0.1, 10), st.floats(0.1, 10)).map(sorted)
RATIOS = st.dictionaries(st.text("abc", min_size=1), ENDS.map(lambda ends: Estimate(sum(ends) / 2, *ends)), min_size=1)


@given(RATIOS)
def test_a_loop_has_place_1_unless_another_is_faster_for_sure(ratios: dict[str, Estimate]) -> None:
    found = places(ratios)

    for name, ratio in ratios.items():
        faster = [other for other in ratios.values() if (other.high or 0) < (ratio.low or 0)]
        assert found[name] == 1 + len(faster)
    assert 1 in found.values()


def test_a_loop_without_an_interval_has_no_place() -> None:
    assert places({"asyncio": BASELINE, "zloop": Estimate(0.5, None, None)}) == {"asyncio": 1}


def test_a_loop_that_is_called_the_same_shares_the_place_of_the_baseline() -> None:
    same, faster = Estimate(1.0, 0.995, 1.005), Estimate(0.97, 0.95, 0.98)

    assert places({"asyncio": BASELINE, "same": same}) == {"asyncio": 1, "same": 1}
    assert places({"asyncio": BASELINE, "faster": faster}) == {"asyncio": 2, "faster": 1}
