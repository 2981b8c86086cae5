"""Ratios to places: loops whose intervals overlap share one."""

from collections.abc import Mapping

from bench.statistics.estimates import THRESHOLD, Estimate

BASELINE = Estimate(1.0, 1 / (1 + THRESHOLD), 1 + THRESHOLD)  # as wide as what is called the same


def places(ratios: Mapping[str, Estimate]) -> Mapping[str, int]:
    """The place of each loop: 1, and one more for each loop that is faster for sure.

    A loop is faster for sure if its interval lies wholly below the other's. Without an interval there is no place.
    """
    ends = {name: (one.low, one.high) for name, one in ratios.items() if one.low is not None and one.high is not None}
    return {name: 1 + sum(high < low for _, high in ends.values()) for name, (low, _) in ends.items()}
