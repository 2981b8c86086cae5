"""Measures the rounds of a run that are still to be measured, with progress, and with patience for Ctrl-C."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator

from bench.cli import progress
from bench.cli.terminal import patience
from bench.measurement import campaign, precision
from bench.measurement.meter import Meter
from bench.measurement.surroundings import watched
from bench.plan.rounds import Round
from bench.statistics import widths
from bench.store.folder import RunFolder
from bench.store.outcomes import Kept, Outcome, Resumed

PROMISE = "interrupted: finishing the current round; a second Ctrl-C stops at once"


def measure(folder: RunFolder, kept: Kept, resumed: Resumed | None, *, quiet: bool) -> None:
    """Measure what is missing; each outcome is on disk before the next is measured.

    What was forced is noted before the first of them, so only if something is measured. Raises KeyboardInterrupt on
    Ctrl-C.
    """
    rounds = precision.Rounds(kept.about, widths.widest, kept.outcomes)
    track = progress.Track(
        rounds, len(rounds.planned), "rounds", str, lambda: rounds.seconds_left, lambda: rounds.planned_seconds_left
    )
    meter = Meter(kept.about.plan, kept.outcomes)
    with (
        patience(PROMISE) as interrupted,
        contextlib.closing(progress.tracked(track, None if quiet else sys.stderr)) as tracked,
    ):
        append = _noting(resumed, folder.append)
        campaign.measure(watched(_until(interrupted, tracked), append), meter, append, rounds.tell)


def _noting(resumed: Resumed | None, append: Callable[[Outcome], object]) -> Callable[[Outcome], None]:
    """The same `append`, with `resumed` before the first outcome."""
    due = [resumed] if resumed else []

    def noted(outcome: Outcome) -> None:
        while due:
            append(due.pop())
        append(outcome)

    return noted


def _until(interrupted: Callable[[], bool], rounds: Iterable[Round]) -> Iterator[Round]:
    """The same rounds; raises KeyboardInterrupt after the round in which the first Ctrl-C came."""
    for round_ in rounds:
        yield round_
        if interrupted():
            raise KeyboardInterrupt
