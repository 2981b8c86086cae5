"""Finds the scenario files, and starts one: the contract is in `scenarios/__init__.py`.

Files are read, not imported: the list of scenarios costs no asyncio.
"""

import ast
import contextlib
import difflib
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import scenarios
from bench import loops
from bench.errors import BenchError

if TYPE_CHECKING:
    from scenarios._workload import GetData, LoopFactory, Records

STAGES = ("create", "start", "work", "finish")
GIVEN = ("new_loop", "policy", "own_run", "open_loop")
DECLARED = {"GIVEN", "SINCE", "UNTIL", "WHY"}


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


def all_scenarios() -> tuple[Scenario, ...]:
    """Every scenario, by name; files that begin with _ are none."""
    files = sorted(Path(scenarios.__path__[0]).glob("*.py"))
    return tuple(read(file) for file in files if not file.name.startswith("_"))


def named(name: str) -> Scenario:
    """Look up a scenario; raises BenchError, with the nearest names, if there is none."""
    known = {scenario.name: scenario for scenario in all_scenarios()}
    if name in known:
        return known[name]
    nearest = difflib.get_close_matches(name, known, cutoff=0.4) or known
    raise BenchError(
        f"no scenario is called {name!r}; the nearest: {', '.join(nearest)}\nsee them all: python -m bench list"
    )


def read(file: Path) -> Scenario:
    """Read what a scenario file declares; raises BenchError if it does not keep the contract."""
    try:
        tree = ast.parse(file.read_text("utf-8"))
        title = (ast.get_docstring(tree) or "").partition("\n")[0].removesuffix(".")
        constants = {name.lower(): value for name, value in _constants(tree)}
        scenario = Scenario(file.stem, title, **constants)
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        problem = _broken_promise(scenario, functions)
    except (SyntaxError, ValueError, OSError) as error:
        problem = str(error)
    if problem:
        raise BenchError(f"{file.name} is no scenario: {problem}\nthe contract: scenarios/__init__.py")
    return scenario


def _constants(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in DECLARED:
                yield name, ast.literal_eval(node.value)


def _broken_promise(scenario: Scenario, functions: set[str]) -> str | None:
    if not scenario.title:
        return "its docstring has no first line, which is its title"
    if "scenario" not in functions:
        return "it has no function scenario(given, get_data)"
    if scenario.given not in GIVEN:
        return f"GIVEN is {scenario.given!r}, not one of {', '.join(GIVEN)}"
    if (scenario.since or scenario.until) and not scenario.why:
        return "SINCE or UNTIL without WHY, the reason that a skip is printed with"
    return None


@contextlib.contextmanager
def prepared(scenario: Scenario, loop: loops.Loop, new_loop: "LoopFactory") -> "Iterator[Callable[[GetData], Records]]":
    """Import a scenario, prepare it, and give what runs it once with a `get_data`.

    `new_loop` is the loop's factory, or something around it that also looks at the clock.
    """
    module = importlib.import_module(f"scenarios.{scenario.name}")
    given = loops.load_own_run(loop) if scenario.given == "own_run" else new_loop
    with getattr(module, "prepare", contextlib.nullcontext)(given) as starter:
        yield lambda get_data: module.scenario(starter, get_data)
