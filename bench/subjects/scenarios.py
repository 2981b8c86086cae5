"""Finds the scenarios, and starts one: the contract is in `scenarios/__init__.py`."""

import asyncio
import contextlib
import importlib
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import scenarios
from bench.errors import BenchError, unknown
from bench.subjects import loops, places
from scenarios._workload import GetData, LoopFactory, Records

STAGES = ("create", "start", "work", "finish")
GIVEN = ("new_loop", "policy", "own_run", "open_loop")
DECLARED = ("given", "since", "until", "why")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way to create, start, drive and close a loop, as its file declares it."""

    name: str
    title: str
    given: str = "new_loop"
    since: tuple[int, int] | None = None
    until: tuple[int, int] | None = None
    why: str = ""

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that can be told apart: no `create` where creation can't be seen."""
        return STAGES if self.given in {"new_loop", "policy"} else STAGES[1:]

    def skip_reason(self, loop: loops.Loop, python: tuple[int, int]) -> str | None:
        """Why `loop` on Python `python` (major, minor) can't run this; None if it can."""
        if (self.since and python < self.since) or (self.until and python >= self.until):
            return self.why
        if self.given == "own_run" and loop.own_run is None:
            return f"{loop.name} has no run() of its own"
        return None


def names() -> tuple[str, ...]:
    """Names of all scenarios; files that begin with _ are none."""
    return tuple(sorted(file.name for file in pkgutil.iter_modules(scenarios.__path__) if file.name[0] != "_"))


def named(name: str) -> Scenario:
    """Read what a scenario declares; raises BenchError if there is none, or it breaks the contract."""
    if name not in names():
        raise unknown("scenario", name, names(), "see python -m bench list")
    module = importlib.import_module(f"scenarios.{name}")
    title = (module.__doc__ or "").partition("\n")[0].removesuffix(".")
    declared = {field: getattr(module, field.upper()) for field in DECLARED if hasattr(module, field.upper())}
    found = Scenario(name, title, **declared)
    promises = {
        "a docstring, whose first line is its title": title,
        "a function scenario(given, get_data)": callable(getattr(module, "scenario", None)),
        f"GIVEN, one of {', '.join(GIVEN)}": found.given in GIVEN,
        "WHY, where it has SINCE or UNTIL": found.why or not (found.since or found.until),
    }
    for promise, kept in promises.items():
        if not kept:
            raise BenchError(f"scenarios/{name}.py needs {promise}; the contract is in scenarios/__init__.py")
    return found


@contextlib.contextmanager
def prepared(scenario: Scenario, loop: loops.Loop, new_loop: LoopFactory) -> Iterator[Callable[[GetData], Records]]:
    """Prepare a scenario to create its loops with `new_loop`, and give what runs it once with a `get_data`."""
    module = importlib.import_module(f"scenarios.{scenario.name}")
    given = places.load(loop.own_run or "") if scenario.given == "own_run" else new_loop
    with getattr(module, "prepare", contextlib.nullcontext)(given) as starter:
        yield lambda get_data: module.scenario(starter, get_data)


def policy() -> "asyncio.AbstractEventLoopPolicy":
    """What asyncio creates loops with at present, without its deprecation warning from 3.14 on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return asyncio.get_event_loop_policy()
