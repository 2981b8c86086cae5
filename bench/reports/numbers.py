"""Numbers as people read them."""

import math
from typing import TYPE_CHECKING

from bench.reports.document import MICROSECOND, MILLISECOND, NANOSECOND, SECOND, Unit

if TYPE_CHECKING:
    from bench.statistics.estimates import Estimate

NOTHING = "–"
UNITS = (SECOND, MILLISECOND, MICROSECOND, NANOSECOND)


def unit_for(least_s: float) -> Unit:
    """The unit that suits this many seconds."""
    return next((unit for unit in UNITS if least_s >= unit.size), UNITS[-1])


def interval(estimate: "Estimate | None", size: float = 1) -> str:
    """An estimate with its interval, divided by the size of a unit; a dash for what is missing."""
    if estimate is None:
        return NOTHING
    value = number(estimate.value / size)
    if estimate.low is None or estimate.high is None:
        return f"{value} ({NOTHING})"
    low, high = number(estimate.low / size), number(estimate.high / size)
    return f"{value} ({low} to {high})" if "-" in low + high else f"{value} ({low}–{high})"


def percent(part: float) -> str:
    """A part as a percentage, with two significant digits."""
    return f"{100 * part:.2g} %" if part < 0.995 else f"{100 * part:.0f} %"  # noqa: PLR2004  (two digits end there)


def count(value: float) -> str:
    """A count as it is, an average with up to two decimals."""
    return f"{round(value, 2) + 0:.2f}".rstrip("0").rstrip(".")  # + 0 makes 0 of -0


def hundredths(value: float) -> str:
    """Two decimals where ratios lie: columns of them line up."""
    return f"{value:.2f}" if value < 10 else number(value)  # noqa: PLR2004  (there they are four characters)


def rough(seconds: float) -> str:
    """Seconds in two significant digits with their unit, for sentences."""
    unit = SECOND if seconds >= 0.1 else unit_for(seconds)  # noqa: PLR2004  (0.27 s says more than 270 ms)
    return f"{float(f'{seconds / unit.size:.2g}'):g} {unit.symbol}"


def number(value: float) -> str:
    """Three significant digits, but thousandths near 1, where ratios lie."""
    if math.isinf(value):
        return "∞"
    if 0.9 <= value < 1.1:  # noqa: PLR2004  (see above)
        return f"{value:.3f}"
    digits = next((digits for digits, least in ((0, 100), (1, 10), (2, 1)) if abs(value) >= least), 3)
    return f"{value:.{digits}f}"
