"""When a report is not to be trusted, and how it says so. Nothing else writes these warnings."""

from collections.abc import Iterable, Iterator, Sequence

from bench.errors import PROGRAM
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


def of_run(totals: Iterable[Comparison]) -> Iterator[Caution]:
    """The baseline differs from itself."""
    for row in totals:
        if comparisons.distrusted(row):
            yield _itself(f"{row.baseline} against itself came out at {interval(row.ratio)}")


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
        yield Command("see what disturbs this one", f"{PROGRAM} doctor")


def _itself(cause: str) -> Caution:
    remedy = "measure again, on a quieter machine or with more rounds"
    return Caution(NOT_TRUSTED, f"{cause}, more than {percent(THRESHOLD)} from 1", remedy)
