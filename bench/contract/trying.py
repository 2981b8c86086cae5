"""Tries checks, each in a fresh process, two at a time. A process that hangs or dies is a finding like any other."""

import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import Struct

from bench.contract.findings import Finding, How
from bench.contract.promises import Check
from bench.errors import NotMeasuredError
from bench.measurement.processes import LATE_S, EndedError, HungError, Process, SuspendedError, death
from bench.measurement.suspension import TRIES
from bench.subjects.loops import Loop
from bench.texts import publishable

AT_ONCE = 2
TIMEOUT_S = 5.0  # of one check, from its turn on: most take some milliseconds
START_S = 60.0  # until a process is ready for its turn
LOOK_S = 0.01


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What a process answers."""

    how: Literal["kept", "broken", "not applicable"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is tried: a check on a loop; `words` are the arguments of `program`."""

    loop: Loop
    check: str
    area: str
    words: tuple[str, ...]
    program: str = "bench.contract.attempt"
    exits: bool = False

    def finding(self, how: How, reason: str) -> Finding:
        """What became of it; the reason is made fit to be published."""
        kept = None if how == "not applicable" else how == "kept"
        version, python = self.loop.version, sys.version.split()[0]
        return Finding(self.loop.name, version, python, self.check, self.area, kept, how, publishable(reason))


def question(loop: Loop, check: Check) -> Question:
    """One of our own checks, to be tried on a loop."""
    words = (check.name, "--loop", loop.name, "--parent", str(os.getpid()))
    return Question(loop, check.name, check.area, words, exits=check.exits)


def findings(questions: Sequence[Question], timeout_s: float = TIMEOUT_S) -> Iterator[Finding]:
    """What became of each, as soon as it is known.

    Raises NotMeasuredError if the harness was suspended again and again.
    """
    waiting = deque(questions)
    with ExitStack() as ends:
        running: list[_Attempt] = []
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(_Attempt(waiting.popleft(), timeout_s))
                ends.callback(running[-1].end)
            for attempt in tuple(running):
                if finding := attempt.look():
                    running.remove(attempt)
                    attempt.end()
                    yield finding


class _Attempt:
    """A question and the process that tries it; where the harness was suspended, the next process."""

    def __init__(self, question: Question, timeout_s: float) -> None:
        self._question, self._timeout_s = question, timeout_s
        self._tries = 0
        self._begin()

    def _begin(self) -> None:
        self._tries += 1
        self._process = Process(self._question.program, self._question.words)
        self._ready, self._since, self._limit_s = False, time.monotonic(), START_S

    def end(self) -> None:
        """Kill what is left of its process."""
        self._process.kill()

    def look(self) -> Finding | None:
        """What became of it; None if that is not known yet."""
        try:
            line = self._answer()
            return self._finding(line) if line else None
        except SuspendedError as error:
            self.end()
            if self._tries == TRIES:
                raise NotMeasuredError(f"{self._question.check} could not be tried: {error}") from None
            self._begin()
            return None
        except HungError:
            return self._question.finding("hung", f"no answer within {self._limit_s:g} s: killed")
        except EndedError as error:
            return self._question.finding("died", str(error))

    def _answer(self) -> bytes | None:
        """Its answer, after a short wait; raises HungError once its time is over."""
        try:
            line = self._process.answer(LOOK_S)
        except HungError:
            late_s = time.monotonic() - self._since - self._limit_s
            if late_s > LATE_S:
                raise SuspendedError(f"no answer {late_s:.3g} s after it was due: the harness was suspended") from None
            if late_s > 0:
                raise
            return None
        if self._ready:
            return line
        self._process.tell(b"\n")
        self._ready, self._since, self._limit_s = True, time.monotonic(), self._timeout_s
        return None

    def _finding(self, line: bytes) -> Finding:
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except (ValueError, RecursionError):
            return self._question.finding("broken", "wrote something into the harness's pipe that is not an answer")
        if self._question.exits and answer.how == "kept":
            try:
                _, status = self._process.end(self._timeout_s)
            except SuspendedError:
                raise
            except EndedError as error:
                return self._question.finding("hung", str(error))
            if status:
                return self._question.finding("died", death(status))
        return self._question.finding(answer.how, answer.reason)
