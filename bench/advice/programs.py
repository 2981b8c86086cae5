"""From what was measured to whole programs of each kind: what a loop spends on a start, and on each unit of work."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bench.advice.asked import Asked
from bench.statistics.operations import Spending

Spendings: TypeAlias = Mapping[str, Spending]  # by loop, and by `control`
SCRIPT_OPERATIONS = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """What there is of one workload: the spending in each scenario, and on cold starts; empty where not measured."""

    workload: str
    scenarios: Mapping[str, Spendings]
    cold: Spendings

    def of(self, scenario: str) -> Spendings:
        """What is spent in one scenario."""
        return self.scenarios.get(scenario, {})


@dataclass(frozen=True, slots=True)
class Program:
    """One kind of program: `count` units of work, called `noun`.

    `spent` is what its totals are of. `paying`, where it differs, is what must be paid before it is ahead.
    """

    what: str
    noun: str
    count: float
    program_s: float | None
    spent: Spendings
    paying: Spendings


def programs(profile: str, measured: Measured, asked: Asked) -> Iterator[Program]:
    """The programs of one profile; those without any loop could not be measured."""
    return _MAKERS[profile](measured, asked)


def _script(measured: Measured, asked: Asked) -> Iterator[Program]:
    number = asked.operations or SCRIPT_OPERATIONS
    spent = _after_a_cold_start(measured, _running(measured, 1))
    what = f"A whole script with {_operations(number, measured)}"
    yield Program(what, "operations", number, asked.program_s, spent, spent)


def _cli(measured: Measured, asked: Asked) -> Iterator[Program]:
    spent = _after_a_cold_start(measured, _running(measured, 1))
    what = f"A whole command with {_operations(1, measured)}"
    yield Program(what, "operations", 1, asked.program_s, spent, spent)


def _tests(measured: Measured, asked: Asked) -> Iterator[Program]:
    number = asked.operations or 1
    with_one, with_none = (_each(measured.of(name), number) for name in ("fixture", "runner"))
    each = {
        loop: with_one[loop].times(asked.fixtures).plus(with_none[loop].times(1 - asked.fixtures))
        for loop in with_one
        if loop in with_none
    }
    spent = _after_a_cold_start(measured, each)
    each_with = f"{counted(asked.fixtures, 'fixture')} and {_operations(number, measured)}"
    what = f"A suite of {counted(asked.tests, 'test')}, each with {each_with},"
    yield Program(what, "tests", asked.tests, asked.program_s, spent, spent)


def _bridge(measured: Measured, asked: Asked) -> Iterator[Program]:
    number = asked.operations or 1
    spent = measured.of("bridge")
    what = f"A call with {_operations(number, measured)}"
    yield Program(what, "operations", number, asked.handler_s, spent, spent)


def _service(measured: Measured, asked: Asked) -> Iterator[Program]:
    number = asked.operations or 1
    each = _running(measured, number)
    paying = _after_a_cold_start(measured, each)
    what = f"A request with {_operations(number, measured)}"
    yield Program(what, "requests", 1, asked.handler_s, each if paying else {}, paying)


def _lambda(measured: Measured, asked: Asked) -> Iterator[Program]:
    number = asked.operations or 1
    first = _after_a_cold_start(measured, _running(measured, 1))
    with_operations = f"with {_operations(number, measured)}"
    yield Program(f"The first invocation {with_operations}", "operations", number, None, first, first)
    later = measured.of("runner")
    what = f"A later invocation {with_operations}"
    yield Program(what, "operations", number, asked.handler_s, later, later)


_MAKERS: Mapping[str, Callable[[Measured, Asked], Iterator[Program]]] = {
    "script": _script, "cli": _cli, "tests": _tests, "bridge": _bridge, "service": _service, "lambda": _lambda,
}  # fmt: skip


def _running(measured: Measured, number: int) -> Spendings:
    """What this many operations take in a loop that runs already."""
    return {loop: one.without_start().of_operations(number) for loop, one in measured.of("runner").items()}


def _each(spent: Spendings, number: int) -> Spendings:
    """What a whole lifecycle with this many operations takes, as a unit of work."""
    return {loop: one.of_operations(number) for loop, one in spent.items()}


def _after_a_cold_start(measured: Measured, each: Spendings) -> Spendings:
    return {loop: measured.cold[loop].plus(one) for loop, one in each.items() if loop in measured.cold}


def _operations(number: int, measured: Measured) -> str:
    return f"{counted(number, 'operation')} of {measured.workload}"


def counted(number: int, noun: str) -> str:
    """The number with its noun: 1 test, 2 tests."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
