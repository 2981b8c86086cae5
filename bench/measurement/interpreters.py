"""Asks an interpreter what it is and which loops it has, in a process of its own, before anything is measured."""

import contextlib
import os
from collections.abc import Collection, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bench import texts
from bench.errors import BenchError, NotMeasuredError
from bench.measurement import imports
from bench.measurement.lending import started
from bench.measurement.processes import EndedError, HungError, Process, SuspendedError
from bench.measurement.suspension import ask_again
from bench.subjects.interpreters import NAME, OLDEST, Interpreter
from bench.subjects.loops import Loop
from bench.texts import Line
from bench.worker.interpreter import machine

TIMEOUT_S = 60.0
MOST_SHOWN = 60  # characters of what a program prints
NEXT = f"name a Python that is {OLDEST[0]}.{OLDEST[1]} or newer"


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What an interpreter says of itself, or the error."""

    name: Annotated[str, Meta(pattern=rf"\A{NAME.pattern}\Z")] = "unknown"
    path: Line = ""
    version: tuple[int, int] = (0, 0)
    facts: Mapping[Line, Line] = {}
    loops: Mapping[Line, Line] = {}
    lacks: Mapping[Line, Line] = {}
    missing: frozenset[Line] = frozenset()
    machine: Line = ""
    error: str | None = None


def asked(program: str, loops: Collection[Loop], name: str | None = None) -> Interpreter:
    """What the interpreter says of itself and of these loops, each of which it has imported once.

    Raises BenchError for a program that is not a Python, is too old, is for another machine, hangs, or prints at start.
    """
    try:
        answer = ask_again(lambda: _answer(program, loops))
    except SuspendedError as error:
        raise NotMeasuredError(f"{program} was not asked: {error}") from None
    if answer.version < OLDEST:
        raise BenchError(f"{program} is Python {'.'.join(map(str, answer.version))}: that is too old\n{NEXT}")
    if answer.machine != machine():
        raise BenchError(
            f"{program} is for another machine: for {answer.machine}, this one is {machine()}\n"
            "what an emulator runs can't be compared: name a Python for this machine"
        )
    broken = imports.broken([loop for loop in loops if loop.name in answer.loops], python=program)
    unusable = {name: f"can't be imported: {reason}" for name, reason in broken.items()}
    return Interpreter(
        name or answer.name,
        _direct(program, answer, loops),
        answer.version,
        answer.facts,
        {name: version for name, version in answer.loops.items() if name not in broken},
        {**answer.lacks, **unusable},
        answer.missing | set(broken),
    )


def _direct(program: str, answer: Answer, loops: Collection[Loop]) -> str:
    """The program without what stands before it, as pyenv's shims do, which take longer to start than Python.

    What stands before it stays where it makes a difference, such as the path of a library.
    """
    if answer.path not in {"", program}:
        with contextlib.suppress(BenchError):
            if _answer(answer.path, loops) == answer:
                return answer.path
    return program


def _answer(program: str, loops: Collection[Loop]) -> Answer:
    process = _begun(program, loops)
    try:
        line = process.answer(TIMEOUT_S)
        answer = msgspec.json.decode(line, type=Answer)
        if answer.error:
            raise BenchError(f"{program} can't run a worker: {answer.error}\n{NEXT}")
    except SuspendedError:
        raise
    except HungError:
        raise BenchError(f"{program} hangs at its start: it did not answer within {TIMEOUT_S:g} s\n{NEXT}") from None
    except EndedError as error:
        raise BenchError(f"{program} {_refusal(str(error), process)}\n{NEXT}") from None
    except (ValueError, RecursionError):
        printed = texts.line(line.decode(errors="replace"))[:MOST_SHOWN]
        raise BenchError(
            f"{program} prints at its start, where the answer is expected: {printed!r}\n"
            "remove what prints: it may be sitecustomize.py, or a .pth file of that interpreter"
        ) from None
    finally:
        process.kill()
    return answer


def _begun(program: str, loops: Collection[Loop]) -> Process:
    words = [f"--parent={os.getpid()}", *(loop.name for loop in loops)]
    try:
        return started("bench.worker.interpreter", words, program)
    except NotMeasuredError as error:
        raise BenchError(f"{error}\n{NEXT}") from None


def _refusal(reason: str, process: Process) -> str:
    """Why it did not answer: Python before 3.11 does not know the option -P."""
    last_line = texts.line(process.last_line())
    if "nknown option" in process.output and "-P" in process.output:
        return "is too old: it does not know the option -P"
    return "; ".join(filter(None, [f"does not answer as a Python does: {reason}", last_line]))
