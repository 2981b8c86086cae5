"""Finds the scenarios and prepares one to run. `scenarios/__init__.py` has their contract."""

import asyncio
import contextlib
import importlib
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import scenarios
from bench.errors import PROGRAM, BenchError, unknown
from bench.subjects import loops, places
from scenarios._workload import GetData, LoopFactory, Records

STAGES = ("create", "start", "work", "finish")
GIVEN = ("new_loop", "policy", "own_run", "open_loop")
DECLARED = ("given", "since", "until", "why", "by_default", "lifecycles", "in_turn")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the file of a scenario declares about it."""

    name: str
    title: str
    given: str = "new_loop"
    since: tuple[int, int] | None = None
    until: tuple[int, int] | None = None
    why: str = ""
    by_default: bool = True
    lifecycles: int = 1
    in_turn: bool = False

    @property
    def threads(self) -> bool:
        """Whether its loops run in threads that it starts."""
        return self.in_turn or self.lifecycles > 1

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that can be timed: without `create` where the scenario does not create the loop in sight.

        None where it runs several lifecycles at once.
        """
        if self.lifecycles > 1:
            return ()
        return STAGES if self.given in {"new_loop", "policy"} else STAGES[1:]

    def skip_reason(self, loop: loops.Loop, python: tuple[int, int]) -> str | None:
        """Why `loop` can't run this on Python `python` (major, minor); None if it can."""
        if (self.since and python < self.since) or (self.until and python >= self.until):
            return self.why
        if self.given == "own_run" and loop.own_run is None:
            return "no run() of its own"
        return None


def names() -> tuple[str, ...]:
    """Names of all scenarios: the files whose names don't begin with _; workloads are in a folder."""
    return tuple(sorted(file.name for file in pkgutil.iter_modules(scenarios.__path__) if _is_scenario(file)))


def names_by_default() -> tuple[str, ...]:
    """Names of the scenarios that are measured unless others are asked for."""
    return tuple(name for name in names() if named(name).by_default)


def _is_scenario(file: pkgutil.ModuleInfo) -> bool:
    return file.name[0] != "_" and not file.ispkg


def named(name: str) -> Scenario:
    """Read what a scenario declares; raises BenchError if there is none, or its file breaks the contract."""
    if name not in names():
        raise unknown("scenario", name, names(), f"see {PROGRAM} list")
    module = importlib.import_module(f"scenarios.{name}")
    title = (module.__doc__ or "").partition("\n")[0].removesuffix(".")
    declared = {field: getattr(module, field.upper()) for field in DECLARED if hasattr(module, field.upper())}
    scenario = Scenario(name, title, **declared)
    promises = {
        "a docstring, whose first line is its title": title,
        "a function scenario(given, get_data)": callable(getattr(module, "scenario", None)),
        f"GIVEN, one of {', '.join(GIVEN)}": scenario.given in GIVEN,
        "WHY, where it has SINCE or UNTIL": scenario.why or not (scenario.since or scenario.until),
    }
    for promise, is_kept in promises.items():
        if not is_kept:
            raise BenchError(f"scenarios/{name}.py needs {promise}; the contract is in scenarios/__init__.py")
    return scenario


def used_in(name: str) -> tuple[str, ...]:
    """For what programs people run a coroutine this way, as the file of the scenario says; nothing if there is none."""
    return _declared(name, "USED_IN")


def needs(name: str) -> tuple[str, ...]:
    """The checks of asyncio's promises that a loop must pass for this scenario; nothing if there is none."""
    return _declared(name, "NEEDS")


def _declared(name: str, what: str) -> tuple[str, ...]:
    return tuple(getattr(importlib.import_module(f"scenarios.{name}"), what, ())) if name in names() else ()


@contextlib.contextmanager
def prepared(scenario: Scenario, loop: loops.Loop, new_loop: LoopFactory) -> Iterator[Callable[[GetData], Records]]:
    """Prepare a scenario to create its loops with `new_loop`; yields a function that runs it once with a `get_data`."""
    module = importlib.import_module(f"scenarios.{scenario.name}")
    given = places.load(loop.own_run or "") if scenario.given == "own_run" else new_loop
    with getattr(module, "prepare", contextlib.nullcontext)(given) as starter:
        yield lambda get_data: module.scenario(starter, get_data)


def policy() -> "asyncio.AbstractEventLoopPolicy":
    """The current event loop policy, without the DeprecationWarning of Python 3.14 and later."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return asyncio.get_event_loop_policy()
