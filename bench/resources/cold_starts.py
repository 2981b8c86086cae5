"""Starts fresh interpreters in lock-step: in each sweep each program once, in the plan's balanced order.

Only one program runs at a time. All its processes are fresh, so every sweep is also a round.
"""

import sys
from collections.abc import Callable
from functools import partial

import msgspec

from bench.measurement.processes import EXIT_TIMEOUT_S, EndedError, Process, Start, death
from bench.measurement.suspension import ask_again
from bench.plan.cells import CONTROL, Cell, Group
from bench.plan.rounds import Round
from bench.resources.readings import ColdCell, ColdRole, ColdStart, Count
from bench.resources.survey import STRIKES, Survey
from bench.subjects.loops import Loop
from bench.texts import publishable

BARE = "bare interpreter"
ASYNCIO = "import asyncio"
PROGRAMS = {BARE: "pass", ASYNCIO: "import asyncio"}
COLD_PROGRAM = "from bench.resources.cold_program import main; main()"
AS_CODE = Start(switch="-c")


class _Delivery(msgspec.Struct, frozen=True):
    """What a cold program writes: the monotonic clock's nanoseconds of its stamps, or its error."""

    stamps: tuple[Count, Count, Count, Count] | None = None
    error: str | None = None


def cold_starts(survey: Survey, say: Callable[[str], None]) -> tuple[ColdCell, ...]:
    """Start each program once in each sweep; the first loop is the baseline, and its second copy the control."""
    cells, known = _cells(survey), {loop.name: loop for loop in survey.loops}
    skips = {loop.name: survey.scenario.skip_reason(loop, sys.version_info[:2]) for loop in survey.loops}
    starts: dict[Cell, list[ColdStart | None]] = {cell: [] for cell in cells}
    failures: dict[Cell, list[str]] = {cell: [] for cell in cells}
    live = tuple(cell for cell in cells if not skips.get(cell.loop))
    orders = Round(Group(survey.scenario, live, ()), 0, f"{survey.seed}/cold").orders(survey.rounds)
    say(f"cold start: {survey.rounds} sweeps of {len(live)} programs")
    for order in orders:
        for cell in order:
            start = None
            if len(failures[cell]) < STRIKES:
                try:
                    start = ask_again(partial(_start, survey, cell, known.get(cell.loop)))
                except EndedError as error:
                    failures[cell].append(publishable(str(error)))
            starts[cell].append(start)
    reasons = {cell: skips.get(cell.loop) or "; ".join(dict.fromkeys(failures[cell])) or None for cell in cells}
    return tuple(ColdCell(cell.label, _role(cell), tuple(starts[cell]), reasons[cell]) for cell in cells)


def _cells(survey: Survey) -> list[Cell]:
    name = survey.scenario.name
    first, *others = [loop.name for loop in survey.loops]
    programs = [Cell(name, program, "loop") for program in PROGRAMS]
    return [
        *programs,
        Cell(name, first, "baseline"),
        Cell(name, first, CONTROL),
        *(Cell(name, other, "loop") for other in others),
    ]


def _role(cell: Cell) -> ColdRole:
    roles: dict[str, ColdRole] = {BARE: "bare", ASYNCIO: "asyncio"}
    return roles.get(cell.loop, cell.role)


def _start(survey: Survey, cell: Cell, loop: Loop | None) -> ColdStart:
    """Start one program and wait for its end; raises EndedError if it fails."""
    own_run = (loop.own_run if loop and survey.scenario.given == "own_run" else None) or ""
    words = [survey.scenario.name, loop.factory, loop.selector or "", own_run] if loop else []
    process = Process(COLD_PROGRAM if loop else PROGRAMS[cell.loop], words, start=AS_CODE)
    try:
        ended, status = process.end(survey.timeout_s)
        stamps = _stamps(process.answer(EXIT_TIMEOUT_S)) if loop else ()
    finally:
        process.kill()
    if status:
        raise EndedError(death(status))
    times = [stamp - process.began_ns for stamp in (*stamps, ended)]
    if times != sorted(times) or times[0] <= 0:
        raise EndedError("delivered times that are not in order")
    return ColdStart(times[-1], *times[:-1])


def _stamps(answer: bytes) -> tuple[int, ...]:
    try:
        delivery = msgspec.json.decode(answer, type=_Delivery)
    except (ValueError, RecursionError):
        raise EndedError(f"wrote into the harness's pipe: {answer[:60]!r}") from None
    if delivery.stamps is None:
        raise EndedError(delivery.error or "delivered no times")
    return delivery.stamps
