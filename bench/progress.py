"""Says how far a run is: a bar in a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import nullcontext
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bench.plan import Round

PLAIN_EVERY_S = 10.0
COLUMNS = ("{task.description:<32}", "{task.completed:.0f}/{task.total:.0f} rounds")


def tracked(
    rounds: Sequence[Round], stream: TextIO | None, clock: Callable[[], float] = time.monotonic
) -> Generator[Round]:
    """Give one round after another, and say on `stream`, if any, which is in hand and how long the rest takes."""
    console = Console(file=stream, quiet=stream is None, highlight=False, soft_wrap=True)
    columns = (TextColumn(COLUMNS[0]), BarColumn(None), TextColumn(COLUMNS[1]), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, speed_estimate_period=300, refresh_per_second=2)
    task = bar.add_task("", total=len(rounds))
    began = spoke = clock()
    with bar if console.is_terminal else nullcontext():
        for done, turn in enumerate(rounds):
            what, now = f"{turn.group.scenario.name}, round {turn.index + 1}", clock()
            bar.update(task, completed=done, description=what)
            if not console.is_terminal and (not done or now - spoke >= PLAIN_EVERY_S):
                left = f", about {(now - began) / done * (len(rounds) - done):.0f} s left" if done else ""
                console.print(f"{done}/{len(rounds)} rounds: {what}{left}")
                spoke = now
            yield turn
