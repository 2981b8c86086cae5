"""Fixtures: invented runs for pure tests, and bad loops for the others."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import settings
from invented import about, run

from bench.measurement.processes import Process, SuspendedError
from bench.store.outcomes import Done, Failure, Kept, Run

settings.register_profile("unhurried", deadline=None)  # a busy machine fails no test
settings.load_profile("unhurried")
settings.register_profile("nightly", max_examples=10_000, deadline=None, print_blob=True)  # for test_fuzz

os.environ["XDG_CACHE_HOME"] = os.devnull  # what the user has checked is no part of a test

BAD_LOOPS = Path(__file__).parent / "loops"

Rounds = Sequence[Sequence[float] | None]


def pytest_sessionfinish() -> None:
    """Remove what fuzzing wrote: the processes of xdist end without another chance."""
    if watching := sys.modules.get("watching"):
        watching.leave()


@pytest.fixture
def invent() -> Callable[[Mapping[str, Rounds]], Kept]:
    """Make what a run of `manual` kept: for each label the totals of each round, None for a failure."""

    def kept(totals: Mapping[str, Rounds], scenario: str = "manual") -> Kept:
        names = [label for label in totals if label != "control"]
        rounds = max(map(len, totals.values()))
        found = about([scenario], names, rounds)
        outcomes: list[Run | Failure | Done] = []
        for cell in found.cells:
            for index, values in enumerate(totals.get(cell.label, ())):
                outcomes.append(Failure(cell, index, "died of SIGSEGV") if values is None else run(cell, index, values))
        outcomes += [Done(scenario, index) for index in range(rounds)]
        return Kept(found, tuple(outcomes))

    return kept


@pytest.fixture
def _bad_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the modules of tests/loops importable, `dying:exits` a loop, for this process and for workers."""
    monkeypatch.setenv("PYTHONPATH", str(BAD_LOOPS))
    monkeypatch.setattr(sys, "path", [*sys.path, str(BAD_LOOPS)])


@pytest.fixture
def suspensions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each text that is put in here ends one wait for a process, as if the harness had been suspended meanwhile."""
    due: list[str] = []

    def interrupt(name: str) -> None:
        wait = getattr(Process, name)

        def interrupted(process: Process, *words: object) -> object:
            if due:
                raise SuspendedError(due.pop())
            return wait(process, *words)

        monkeypatch.setattr(Process, name, interrupted)

    interrupt("answer")
    interrupt("end")
    return due
