"""Estimates and verdicts to entries of tables, of all that is divided by a baseline; and how sure they are."""

from collections.abc import Iterable

from bench.plan.cells import CONTROL
from bench.reports.document import Entry, Interval, Unit, Verdict
from bench.reports.numbers import percent
from bench.statistics.estimates import CONFIDENCE, Estimate, confidence


def estimated(estimate: Estimate | None, unit: Unit | None = None) -> Entry:
    """An estimate with its interval, if there is one."""
    return Interval(estimate, unit) if estimate else None


def to_baseline(role: str, ratio: Estimate | None) -> Entry:
    """A ratio to the baseline; the baseline's own is exactly 1."""
    return 1 if role == "baseline" else estimated(ratio)


def judged(role: str, verdict: str | None) -> Entry:
    """The verdict on a loop; of the baseline and the control, what they are there for."""
    word = {"baseline": "baseline", CONTROL: "noise floor"}.get(role, verdict)
    return Verdict(word) if word else None


def sure(compared: Iterable[int], together: str = "for all loops of a scenario together") -> str:
    """How sure the intervals of tables are that compare these numbers of loops: `together`, and each alone."""
    levels = dict.fromkeys(f"{100 * confidence(number):.3g}" for number in sorted({*compared}))
    if not levels or [*levels] == [f"{100 * CONFIDENCE:.3g}"]:
        return percent(CONFIDENCE)
    return f"{percent(CONFIDENCE)} {together}: {' to '.join(dict.fromkeys((min(levels), max(levels))))} % each"
