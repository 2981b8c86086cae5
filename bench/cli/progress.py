"""Shows how far a command is: a bar in a terminal, and elsewhere a plain line every ten seconds."""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Generic, TextIO, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

PLAIN_EVERY_S = 10.0
COLUMNS = ("{task.description:<34}", "{task.fields[state]}")

Step = TypeVar("Step")


@dataclass(frozen=True, slots=True)
class Track(Generic[Step]):
    """Steps to do: `certain` of them in any case, and then more as long as there is time.

    `noun` names the steps, `describe` describes one of them. `seconds_left` is the time left for the steps that are not
    certain, `certain_seconds_left` how long those take that are.
    """

    steps: Iterable[Step]
    certain: int
    noun: str
    describe: Callable[[Step], str]
    seconds_left: Callable[[], float]
    certain_seconds_left: Callable[[], float]

    def state(self, done: int) -> str:
        """How many steps are done, and how long the rest takes."""
        if done < self.certain:
            left = f", about {self.certain_seconds_left():.0f} s left" if done else ""
            return f"{done}/{self.certain} {self.noun}{left}"
        counted = f"{done} {self.noun}, " if self.certain else ""
        return f"{counted}at most {max(0, self.seconds_left()):.0f} s left"


def tracked(track: Track[Step], stream: TextIO | None, clock: Callable[[], float] = time.monotonic) -> Generator[Step]:
    """Give one step after another, and show on `stream`, if any, the current step and how far all is."""
    console = Console(file=stream, quiet=stream is None, highlight=False, soft_wrap=True)
    columns = (TextColumn(COLUMNS[0]), BarColumn(None), TextColumn(COLUMNS[1]))
    bar = Progress(*columns, console=console, transient=True, refresh_per_second=2)
    task = bar.add_task("", state="")
    last_line = clock()
    with bar if console.is_terminal else nullcontext():
        for done, step in enumerate(track.steps):
            description, now = track.describe(step), clock()
            state = track.state(done)
            bar.update(task, description=description, state=state, completed=done)
            # Set here, since update() takes None for "leave the old total".
            bar.tasks[0].total = track.certain if done < track.certain else None
            if not console.is_terminal and (not done or now - last_line >= PLAIN_EVERY_S):
                console.print(f"{description}: {state}")
                last_line = now
            yield step
