"""The cold starts that were measured beside a run, and the file in its folder that keeps them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from bench.plan.cells import Plan
from bench.plan.rounds import START_S
from bench.resources.cold_starts import PROGRAMS, cold_starts
from bench.resources.readings import ColdCell
from bench.resources.survey import Survey
from bench.subjects import loops, scenarios
from bench.texts import Line

FILE = "cold.json"
SCENARIO = "runner"
SWEEPS = 25


@dataclass(frozen=True, slots=True)
class Cold:
    """The cold starts of the loops of a run."""

    started: Line
    cells: Annotated[tuple[ColdCell, ...], Meta(max_length=1000)]


def estimated_s(loops: int, least: int) -> float:
    """Rough seconds of it, for this many loops."""
    return max(SWEEPS, least) * (loops + len(PROGRAMS) + 1) * START_S


def measured(plan: Plan, started: str, least: int, say: Callable[[str], None]) -> Cold:
    """Start fresh interpreters with each loop of the plan, at least `least` times."""
    chosen = tuple(map(loops.named, [plan.baseline, *(name for name in plan.loops if name != plan.baseline)]))
    scenario = scenarios.named(SCENARIO)
    survey = Survey(chosen, (scenario,), scenario, max(SWEEPS, least), plan.seed, plan.timeout_s)
    return Cold(started, cold_starts(survey, say))
