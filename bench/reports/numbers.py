"""Numbers as people read them."""

import math

from bench.reports.layout import NOTHING
from bench.statistics.estimates import Estimate

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def unit_for(least: float) -> tuple[float, str]:
    """The unit that suits this many seconds, and its symbol."""
    return next((unit for unit in UNITS if least >= unit[0]), UNITS[-1])


def interval(estimate: Estimate | None, unit: float = 1) -> str:
    """An estimate with its interval, in this unit; a dash for what there is not."""
    if estimate is None:
        return NOTHING
    value = number(estimate.value / unit)
    if estimate.low is None or estimate.high is None:
        return f"{value} ({NOTHING})"
    return f"{value} ({number(estimate.low / unit)}–{number(estimate.high / unit)})"


def of_baseline(role: str, ratio: Estimate | None) -> str:
    """A ratio to the baseline with its interval; the baseline's own is no estimate."""
    return "1" if role == "baseline" else interval(ratio)


def percent(part: float) -> str:
    """A part as a percentage, with two significant digits."""
    return f"{100 * part:.2g} %" if part < 0.995 else f"{100 * part:.0f} %"  # noqa: PLR2004  (two digits end there)


def number(value: float) -> str:
    """Three significant digits, but thousandths near 1, where ratios lie."""
    if math.isinf(value):
        return "∞"
    if 0.9 <= value < 1.1:  # noqa: PLR2004  (said above)
        return f"{value:.3f}"
    digits = next((digits for digits, least in ((0, 100), (1, 10), (2, 1)) if abs(value) >= least), 3)
    return f"{value:.{digits}f}"
