"""Tries checks, each in a fresh process, two at a time. A process that hangs or dies is a finding like any other.

A check that has not answered soon probably hangs. It gets all of its time, but the next one starts beside it,
so that a loop which hangs in many checks does not take the sum of their times.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from bench.contract.findings import Finding, How
from bench.contract.promises import Check
from bench.errors import NotMeasuredError
from bench.measurement.processes import EndedError, HungError, Process, SuspendedError, death
from bench.measurement.suspension import TRIES
from bench.subjects.loops import Loop
from bench.texts import publishable

AT_ONCE = 2
MOST_AT_ONCE = 16  # with those that probably hang
PROMPT_S = 0.3  # of a check that does not hang: most take some milliseconds
TIMEOUT_S = 5.0  # of one check, from its turn on
START_S = 60.0  # until a process is ready for its turn
LOOK_S = 0.01
STEP_S = 0.1  # most that counts of the time between two looks: a longer one was not spent waiting


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What a process answers."""

    how: How
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is tried: a check on a loop."""

    loop: Loop
    check: str
    area: str

    def finding(self, how: How, reason: str) -> Finding:
        """What became of it; the reason is made fit to be published."""
        kept = None if how == "not applicable" else how == "kept"
        version, python = self.loop.version, sys.version.split()[0]
        return Finding(self.loop.name, version, python, self.check, self.area, kept, how, publishable(reason))


@dataclass(frozen=True, slots=True)
class Batch:
    """Questions for one process of `program`, which answers them in their order, one in each turn.

    `words` are its arguments before the names of the checks. Where a process ends early, a new one gets the rest. With
    `exits`, the end of the interpreter is a part of what is tried.
    """

    questions: tuple[Question, ...]
    timeout_s: float
    program: str = "bench.contract.attempt"
    words: tuple[str, ...] = ()
    exits: bool = False


def batch(loop: Loop, check: Check, timeout_s: float = TIMEOUT_S) -> Batch:
    """One of our own checks on a loop: a process for it alone."""
    return Batch((Question(loop, check.name, check.area),), timeout_s, exits=check.exits)


def findings(batches: Sequence[Batch]) -> Iterator[Finding]:
    """What became of each check, as soon as it is known.

    Raises NotMeasuredError if the harness was suspended again and again.
    """
    waiting = deque(batches)
    with ExitStack() as ends:
        running: list[_Attempt] = []
        while waiting or running:
            while waiting and len(running) < MOST_AT_ONCE and sum(one.prompt for one in running) < AT_ONCE:
                running.append(_Attempt(waiting.popleft()))
                ends.callback(running[-1].end)
            for attempt in tuple(running):
                if finding := attempt.look(LOOK_S / len(running)):
                    yield finding
                if not attempt.left:
                    running.remove(attempt)
                    attempt.end()


class _Attempt:
    """A batch and the process that tries it; where that ended, or the harness was suspended, the next process."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.left = deque(batch.questions)
        self._suspended = 0
        self._begin()

    def _begin(self) -> None:
        """Start a process for what is left."""
        loop = self.left[0].loop
        common = ("--loop", loop.name, "--parent", str(os.getpid()))
        words = (*self._batch.words, *common, *(question.check for question in self.left))
        self._process = Process(self._batch.program, words)
        self._await_ready()

    def _await_ready(self) -> None:
        self._ready = False
        self._await(START_S)

    def _await(self, limit_s: float) -> None:
        self._waited_s, self._looked, self._limit_s = 0.0, time.monotonic(), limit_s

    def end(self) -> None:
        """Kill what is left of its process."""
        self._process.kill()

    @property
    def prompt(self) -> bool:
        """Whether its check may still answer soon."""
        return not self._ready or self._waited_s < PROMPT_S

    def look(self, wait_s: float) -> Finding | None:
        """What became of the next check; None if that is not known within `wait_s`."""
        question = self.left[0]
        try:
            line = self._answer(wait_s)
            finding = self._finding(question, line) if line else None
        except SuspendedError as error:
            self._suspended += 1
            if self._suspended == TRIES:
                raise NotMeasuredError(f"{question.check} could not be tried: {error}") from None
            self.end()
            self._begin()
            return None
        except EndedError as error:
            how: How = "hung" if isinstance(error, HungError) else "died"
            finding = question.finding(
                how, f"no answer within {self._limit_s:g} s: killed" if how == "hung" else str(error)
            )
            self._go_on(ended=True)
        else:
            if finding:
                self._go_on(ended=False)
        return finding

    def _go_on(self, *, ended: bool) -> None:
        """Turn to the next question, with a new process if the current one has ended."""
        self.left.popleft()
        self._suspended = 0
        if ended:
            self.end()
        if self.left and ended:
            self._begin()
        elif self.left:
            self._await_ready()
        elif not ended:
            self._process.status()  # it ends by itself now

    def _answer(self, wait_s: float) -> bytes | None:
        """Its answer, after a short wait; raises HungError once its time is over.

        While the harness ends other processes, or is suspended, no time passes for this one.
        """
        try:
            line = self._process.answer(wait_s)
        except HungError:
            now = time.monotonic()
            self._waited_s += min(STEP_S, now - self._looked)
            self._looked = now
            if self._waited_s > self._limit_s:
                raise
            return None
        if self._ready:
            return line
        self._process.tell(b"\n")
        self._await(self._batch.timeout_s)
        self._ready = True
        return None

    def _finding(self, question: Question, line: bytes) -> Finding:
        """What its answer says; raises SuspendedError if the end of the interpreter could not be waited for."""
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except (ValueError, RecursionError):
            return question.finding("broken", "wrote something into the harness's pipe that is not an answer")
        if self._batch.exits and answer.how == "kept":
            try:
                _, status = self._process.end(self._batch.timeout_s)
            except SuspendedError:
                raise
            except EndedError as error:
                return question.finding("hung", str(error))
            if status:
                return question.finding("died", death(status))
        return question.finding(answer.how, answer.reason)
