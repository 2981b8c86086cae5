"""Reads a journal: the outcomes that are sound, and which lines are left out and why."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import IO

from bench import texts
from bench.plan.cells import Cell
from bench.store.outcomes import MAXIMUM_LINE, TOTAL, Outcome, Run, outcome_of

MOST_PROBLEMS = 20  # lines that are named one by one


def read(
    file: IO[bytes], stages: Mapping[Cell, Collection[str]], check: Callable[[Run], object], longest: int = MAXIMUM_LINE
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Return the outcomes and the problems, such as `line 3 is left out: …`.

    `stages` are the stages that a run of each cell must have. `check` raises ValueError for anything else that is wrong
    with a run. `longest` is the number of bytes that a line may have.
    """
    outcomes, problems = list[Outcome](), list[str]()
    sweeps, left_out = dict[tuple[str, int], dict[Cell, int]](), 0
    for number, line in _lines(file, longest):
        try:
            if line is None:
                raise ValueError(f"it is longer than {longest} bytes")  # noqa: TRY301  (reported as every problem of a line)
            outcome = outcome_of(line, stages)
            if isinstance(outcome, Run):
                check(outcome)
                _pair(outcome, sweeps.setdefault((outcome.cell.group, outcome.round), {}))
            outcomes.append(outcome)
        except ValueError as error:
            left_out += 1
            if left_out <= MOST_PROBLEMS:
                problems.append(f"line {number} is left out: {texts.said(error)}")
    if left_out > MOST_PROBLEMS:
        problems.append(f"lines after these are left out too: {left_out - MOST_PROBLEMS}")
    return tuple(outcomes), tuple(problems)


def _pair(run: Run, sweeps: dict[Cell, int]) -> None:
    """Refuse a run that can't be paired with the runs of its round so far, whose numbers of sweeps are `sweeps`."""
    number = len(run.values[TOTAL])
    if run.cell in sweeps:
        raise ValueError(f"its cell has a run of round {run.round + 1} already")
    if sweeps and number not in sweeps.values():
        raise ValueError(f"it has {number} values, the others of its round {min(sweeps.values())}")
    sweeps[run.cell] = number


def _lines(file: IO[bytes], longest: int) -> Iterator[tuple[int, bytes | None]]:
    """All lines with their numbers; None for a line that is too long: no part of it is taken for a line."""
    number = 0
    while line := file.readline(longest):
        number += 1
        part, long = line, False
        while len(part) == longest and not part.endswith(b"\n"):
            part, long = file.readline(longest), True
        yield number, None if long else line
