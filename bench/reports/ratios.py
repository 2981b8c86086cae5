"""Estimates and verdicts to entries of tables, of all that is divided by a baseline."""

from bench.plan.cells import CONTROL
from bench.reports.document import Entry, Interval, Unit, Verdict
from bench.statistics.estimates import Estimate


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
