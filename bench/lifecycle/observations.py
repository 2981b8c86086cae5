"""Asks probes which call creates a loop, starts it, closes it: a fresh process for each row, every answer checked.

`probe/calls.py` has the calls. `probe/witness.py` explains the columns, and when one is None.
"""

import dataclasses
import os
import time
from collections import deque
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from bench import texts
from bench.errors import BenchError, NotMeasuredError
from bench.lifecycle import probe
from bench.lifecycle.probe.calls import ROWS
from bench.lifecycle.probe.witness import COLUMNS
from bench.measurement.processes import LATE_S, EndedError, Process, SuspendedError
from bench.measurement.suspension import ask_again
from bench.subjects.loops import LOOPS, Loop
from bench.texts import MAXIMUM_TEXT, Line, publishable

PROBE = Path(probe.__file__).parent
TIMEOUT_S = 10.0
NOT_OBSERVED = "NotObserved"
COMMON_CALLS = ("run", "install", "new_event_loop", "Loop")  # tried in each loop's package: not all have them

Text: TypeAlias = Annotated[str, Meta(max_length=4 * MAXIMUM_TEXT)]


class Observation(Struct, frozen=True, forbid_unknown_fields=True):
    """What one call did on one interpreter; `raises` and `warns` are "category: message".

    Where the process hung or died, `raises` begins with NOT_OBSERVED and all other columns are None.
    """

    call: str
    situation: str | None
    python: str
    creates: bool | None = None
    makes_current: bool | None = None
    starts: bool | None = None
    stops: bool | None = None
    cancels: bool | None = None
    finalizes_asyncgens: bool | None = None
    shuts_executor: bool | None = None
    closes: bool | None = None
    leaves_none_current: bool | None = None
    sigint_handler: bool | None = None
    warns: Text | None = None
    raises: Text | None = None
    loop_class: Text | None = None

    @property
    def observed(self) -> bool:
        """Whether the probe answered."""
        return not (self.raises or "").startswith(NOT_OBSERVED)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that runs probes, as it describes itself; `packages` are those of loops that it can import."""

    implementation: Line
    python: Line
    packages: tuple[Line, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the table to ask for; `words` are the probe's arguments; `maybe`: the call may not exist."""

    interpreter: Interpreter
    call: str
    situation: str | None
    words: tuple[str, ...]
    maybe: bool = False


def interpreter(path: str) -> Interpreter:
    """Ask a Python for its version and the loops' packages that it has; raises BenchError if it does not answer."""
    try:
        return dataclasses.replace(ask_again(lambda: _described(path)), path=path)
    except SuspendedError as error:
        raise NotMeasuredError(f"{path} was not asked: {error}") from None


def _described(path: str) -> Interpreter:
    names = [loop.imported for loop in LOOPS if loop.distribution]
    process = Process(PROBE, ["facts", *(f"--package={name}" for name in names)], path)
    try:
        description = msgspec.json.decode(process.answer(TIMEOUT_S), type=Interpreter)
        process.status()
    except SuspendedError:
        raise
    except (EndedError, ValueError, RecursionError) as error:
        reasons = "; ".join(filter(None, [texts.said(error), texts.line(process.last_line())]))
        raise BenchError(f"{path} does not run the probe: {reasons}\nname a Python that is 3.11 or newer") from None
    finally:
        process.kill()
    return description


def questions(python: Interpreter, factories: Sequence[Loop], owners: Sequence[Loop]) -> Iterator[Question]:
    """All rows for one interpreter.

    Rows that need a factory come once for each loop of `factories`; the own calls of `owners` come last.
    """
    for name, row in ROWS.items():
        if row.given is None:
            yield Question(python, row.call, row.situation, (name,))
        elif row.given == "factory":
            for loop in factories:
                situation = row.situation if len(factories) == 1 else loop.name
                yield Question(python, row.call, situation, (name, *_given(loop.factory), *_selector(loop)))
    for loop in owners:
        yield from _own_questions(python, loop)


def collect(questions: Sequence[Question], timeout_s: float = TIMEOUT_S) -> Generator[tuple[Interpreter, Observation]]:
    """Ask all questions and yield the answers in their order; at a time one more process runs than there are CPUs."""
    waiting, running = deque(questions), deque[_Probe]()
    try:
        while waiting or running:
            while waiting and len(running) <= (os.cpu_count() or 1):
                running.append(_Probe(waiting.popleft(), timeout_s))
            first = running[0]
            if observation := first.observation():
                yield first.question.interpreter, observation
            running.popleft().process.kill()
    finally:
        for probe in running:
            probe.process.kill()


class _Probe:
    """A question and the process that answers it."""

    def __init__(self, question: Question, timeout_s: float) -> None:
        self.question, self._timeout_s = question, timeout_s
        self._start()

    def observation(self) -> Observation | None:
        """Wait for the answer; None if there is no such call."""
        question = self.question
        place = {"call": question.call, "situation": question.situation, "python": question.interpreter.python}
        try:
            answer = msgspec.json.decode(ask_again(self._answer), type=dict[str, object] | None)
            return None if answer is None and question.maybe else _checked(answer, place)
        except EndedError as error:
            reason = str(error)
        except (ValueError, RecursionError):
            reason = "wrote something into the harness's pipe that is not an answer"
        return _checked({**dict.fromkeys(COLUMNS), "raises": f"{NOT_OBSERVED}: {reason}"}, place)

    def _start(self) -> None:
        self._since = time.monotonic()
        self.process = Process(PROBE, self.question.words, self.question.interpreter.path)

    def _answer(self) -> bytes:
        """The line that the probe writes; where the harness was suspended, the next try has a new process."""
        try:
            answer = self.process.answer(self._timeout_s, self._since)
            self.process.status()
        except EndedError as error:
            suspended = error if isinstance(error, SuspendedError) else self._suspended()
            if not suspended:
                raise
            self.process.kill()
            self._start()
            raise suspended from None
        return answer

    def _suspended(self) -> SuspendedError | None:
        """What to raise if the harness was suspended earlier, while it waited for the answer to another question."""
        late_s = time.monotonic() - self._since - self._timeout_s
        if late_s <= LATE_S:
            return None
        return SuspendedError(f"no answer {late_s:.3g} s after it was due: the harness was suspended")


def _checked(answer: dict[str, object] | None, place: dict[str, str | None]) -> Observation:
    """Check an answer's columns and types, and remove from its texts what may not be published."""
    if answer is None or answer.keys() != set(COLUMNS):
        raise ValueError("its columns are not those of a row")
    observation = msgspec.convert({**answer, **place}, Observation)
    texts_of = {name: getattr(observation, name) for name in ("warns", "raises", "loop_class")}
    return msgspec.structs.replace(observation, **{name: publishable(text) for name, text in texts_of.items() if text})


def _own_questions(python: Interpreter, loop: Loop) -> Iterator[Question]:
    """Calls of a loop's own package, registered ones first; none for asyncio, whose calls are rows already."""
    if loop.package == "asyncio":
        return
    module = loop.factory.partition(":")[0]
    registered = [loop.own_run, loop.factory]
    guessed = [f"{module}:{name}" for name in COMMON_CALLS] if loop.distribution else []
    for place in dict.fromkeys(filter(None, [*registered, *guessed])):
        runs = place == loop.own_run or place.endswith(":run")
        maybe = place not in registered
        words = ("own_run" if runs else "own_call", *_given(place), *(["--maybe"] if maybe else []))
        yield Question(python, place.replace(":", "."), None, words, maybe)


def _given(place: str) -> tuple[str, str]:
    return "--given", place


def _selector(loop: Loop) -> Collection[str]:
    return ("--selector", loop.selector) if loop.selector else ()
