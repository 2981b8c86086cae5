"""Says how far a run is: a bar in a terminal, a plain line now and then elsewhere.

`cli` gives it the stream; nothing else is written to.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bench.plan import Round

PLAIN_EVERY_S = 10.0


class Bar:
    """A context manager that is told of each round before it is measured."""

    def __init__(self, stream: TextIO, rounds: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`rounds`: how many will come."""
        self._console = Console(file=stream)
        self._bar = Progress(
            TextColumn("{task.description:<32}"),
            BarColumn(None),
            TextColumn("{task.completed:.0f}/{task.total:.0f} rounds"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=self._console,
            transient=True,
            speed_estimate_period=300,
        )
        self._task = self._bar.add_task("", total=rounds)
        self._rounds, self._begun = rounds, -1
        self._clock = clock
        self._start = self._spoke = clock()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, turn: Round) -> None:
        """A round begins: the one before is over."""
        self._begun += 1
        what = f"{turn.group.scenario.name}, round {turn.index + 1}"
        self._bar.update(self._task, completed=self._begun, description=what)
        now = self._clock()
        if not self._console.is_terminal and (self._begun == 0 or now - self._spoke >= PLAIN_EVERY_S):
            self._spoke = now
            left = (now - self._start) / self._begun * (self._rounds - self._begun) if self._begun else 0
            about = f", about {left:.0f} s left" if self._begun else ""
            self._console.print(f"{self._begun}/{self._rounds} rounds: {what}{about}", highlight=False, soft_wrap=True)
