"""When a report is not to be trusted, and how it says so. Nothing else writes these warnings."""

from collections.abc import Iterable, Iterator, Sequence

from bench.errors import AS_MODULE
from bench.plan.cells import CONTROL
from bench.reports.document import Block, Caution, Command
from bench.reports.numbers import interval, percent
from bench.selfcheck import scores
from bench.selfcheck.scores import Score
from bench.statistics import changes, comparisons
from bench.statistics.changes import Change
from bench.statistics.comparisons import Comparison
from bench.statistics.estimates import THRESHOLD, excludes_1

NOT_TRUSTED = "NOT TO BE TRUSTED"
WIDE = 0.05  # a control that reaches further from 1 vouches for little: on a quiet machine it stays within 1 or 2 %
REMEDY = "measure again, on a quieter machine or with more rounds"


def of_run(totals: Iterable[Comparison]) -> Iterator[Caution]:
    """The baseline differs from itself, or its interval is so wide that it vouches for nothing."""
    controls = [row for row in totals if row.cell.role == CONTROL and row.ratio]
    if differing := [row for row in controls if comparisons.distrusted(row)]:
        causes = [f"came out at {interval(row.ratio)} in {row.cell.group}" for row in differing]
        yield _itself(f"{differing[0].baseline} against itself {', '.join(causes)}")
    if wide := [row for row in controls if row not in differing and _reach(row) > WIDE]:
        widest = max(wide, key=_reach)
        others = f" (and {len(wide) - 1} more too wide)" if len(wide) > 1 else ""
        yield Caution(
            "TOO NOISY",
            f"{widest.baseline} against itself came out at {interval(widest.ratio)} in "
            f"{widest.cell.group}{others}: nothing vouches for differences below {percent(_reach(widest))}",
            REMEDY,
        )


def _reach(control: Comparison) -> float:
    """How far from 1 the interval of a control reaches, 0.34 for 34 % longer or for 1 / 1.34; 0 without an interval."""
    ratio = control.ratio
    return max(ratio.high, 1 / ratio.low) - 1 if ratio and ratio.low and ratio.high else 0.0


def of_pair(totals: Iterable[Change]) -> Iterator[Caution]:
    """The baseline differs from itself in one of the runs, or from one to the other."""
    for row in (row for row in totals if row.cell.role == CONTROL):
        causes = [
            f"came out at {interval(ratio)} in the {side} run"
            for side, ratio in (("old", row.old.ratio), ("new", row.new.ratio))
            if ratio and excludes_1(ratio, THRESHOLD)
        ]
        if changes.distrusted(row):
            causes.append(f"changed by {interval(row.change)}")
        if causes:
            yield _itself(f"{row.cell.group}: {row.baseline} against itself {', and '.join(causes)}")


def of_harness(scored: Sequence[Score]) -> Iterator[Block]:
    """A loop differs from itself more often than chance allows."""
    for score in filter(scores.distrusted, scored):
        yield Caution(
            NOT_TRUSTED,
            f"a loop was reported as different from itself in {score.different} of {score.trials} trials, "
            "more than the 5 % that chance allows",
            "measure on a quieter machine",
        )
        yield Command("see what disturbs this one", f"{AS_MODULE} doctor")


def _itself(cause: str) -> Caution:
    return Caution(NOT_TRUSTED, f"{cause}, more than {percent(THRESHOLD)} from 1", REMEDY)
