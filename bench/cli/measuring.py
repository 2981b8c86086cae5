"""Measures the rounds of a run that are still to be measured, with progress, and with patience for Ctrl-C."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from bench.cli import planning, progress
from bench.cli.opening import Opened
from bench.cli.terminal import patience
from bench.errors import PROGRAM
from bench.measurement import campaign, precision
from bench.measurement.meter import Meter
from bench.measurement.precision import Held
from bench.measurement.shortening import shortened
from bench.measurement.surroundings import watched
from bench.plan.rounds import Round
from bench.statistics import widths
from bench.store.folder import RunFolder
from bench.store.outcomes import About, Outcome, Resumed

PROMISE = "interrupted: finishing the current round; a second Ctrl-C stops at once"


def measure(opened: Opened, held: Held, *, quiet: bool) -> None:
    """Measure what is missing and fits into the time; each outcome is on disk at once.

    What was forced is noted before the first of them, so only if something is measured. Raises KeyboardInterrupt on
    Ctrl-C.
    """
    folder, kept = opened.folder, opened.kept
    rounds = precision.Rounds(kept.about, widths.widest, kept.outcomes, held)
    pythons = dict(zip(kept.about.plan.told_apart, opened.programs.values(), strict=False))
    meter, append = Meter(kept.about.plan, kept.outcomes, pythons), _noting(opened.resumed, folder.append)
    track = progress.Track(
        shortened(rounds, meter),
        len(rounds.planned),
        "rounds",
        str,
        lambda: rounds.seconds_left,
        lambda: rounds.planned_seconds_left,
    )
    with (
        patience(PROMISE) as interrupted,
        contextlib.closing(progress.tracked(track, None if quiet else sys.stderr)) as tracked,
    ):
        campaign.measure(watched(_until(interrupted, tracked), append), meter, append, rounds.tell)
    _conclude(folder, kept.about, rounds.rounds_of_all)


def _conclude(folder: RunFolder, about: About, done: int) -> None:
    """Keep a plan of fewer rounds where the time was up before all, if they are enough; say so where they are not."""
    asked = about.plan.sampling
    if done >= asked.rounds:
        return
    needed = planning.rounds_needed(about)
    if done >= needed:
        shorter = replace(about.plan, sampling=replace(asked, rounds=done))
        folder.extend(replace(about, plan=shorter))
        print(
            f"the time is up: {done} rounds instead of {asked.rounds}, and every interval needs {needed}",
            file=sys.stderr,
        )
    else:
        limit = f"{2 * (asked.max_time_s or 0):g}s"
        print(
            f"the time is up after {done} rounds, and an interval needs {needed}\n"
            f"go on with: {PROGRAM} --resume {folder.path} --max-time {limit}",
            file=sys.stderr,
        )


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
