"""From a run and its cold starts to advice. Pure: no process, no clock, no disk."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bench.advice.answers import Advice, Answer, Case, Curve, Paid, Point, Verdict
from bench.advice.asked import PROFILES, Asked, scenarios_of
from bench.advice.programs import Measured, Program, Spendings, programs
from bench.errors import PROGRAM
from bench.plan.cells import CONTROL
from bench.resources.readings import ColdCell
from bench.statistics.estimates import Estimate, confidence
from bench.statistics.operations import Costs, Spending, beside, costs, quotient
from bench.store.outcomes import Kept
from bench.subjects import workloads
from bench.texts import publishable

MATTERS = 0.01  # of the user's program: a difference below this does not matter
NANOSECOND = 1e-9
STEPS = tuple(step * 10**power for power in range(6) for step in (1, 2, 5))
FACTS = ("implementation", "python", "cpu", "cpus", "kernel", "architecture")


class _Run(NamedTuple):
    """What all answers are made from."""

    kept: Kept
    found: Sequence[Costs]
    cold: Spendings
    level: float
    promises: Mapping[str, str]

    @property
    def baseline(self) -> str:
        """The loop that the others are held against."""
        return self.kept.about.plan.baseline


def advise(
    kept: Kept,
    cold: Sequence[ColdCell],
    asked: Asked,
    factories: Mapping[str, str],
    promises: Mapping[str, str] = MappingProxyType({}),
) -> Advice:
    """All answers that the run has; what it lacks is named.

    `factories`: where each loop is made; `promises`: how many of asyncio's it keeps, if it was checked.
    """
    level = confidence(len(kept.about.plan.loops) - 1)
    run = _Run(kept, costs(kept), _cold(cold, kept.about.plan.baseline), level, promises)
    cases = tuple(case for profile in asked.profiles for case in _cases(run, profile, asked))
    loops = [one for one in run.found if one.cell.role == "loop"]
    return Advice(
        asked=asked,
        measured=kept.about.started,
        baseline=run.baseline,
        facts={name: text for name, text in kept.facts.items() if name in FACTS or name.startswith("loop ")},
        factories=factories,
        break_evens=tuple(_paid(run, one) for one in loops),
        noise=tuple(_paid(run, one) for one in run.found if one.cell.role == CONTROL),
        cases=cases,
        curves=tuple(_curve(one, level) for one in run.found if one.cell.role != CONTROL),
        imports=_imports(run, cold),
        notes=tuple(dict.fromkeys((*kept.notes, *_failed(kept, cold)))),
        missing=tuple(_missing(asked, cases)),
    )


def workload_of(text: str) -> str:
    """A workload as users name it: without its number of operations, and without sizes that are the default."""
    workload = workloads.named(text)
    usual = workloads.named(workload.name).sizes
    others = [f"{size}={number}" for size, number in [*workload.sizes.items()][1:] if number != usual[size]]
    return ",".join([workload.name, *others])


def _paid(run: _Run, one: Costs) -> Paid:
    level, spent = run.level, one.spending
    return Paid(
        one.cell.scenario, workload_of(one.cell.workload), one.cell.label, run.baseline,
        run.kept.facts.get("python", "unknown"), spent.start_excess(level), spent.saving(level),
        spent.break_even(level), spent.rounds, level, one.operations, one.share,
    )  # fmt: skip


def _curve(one: Costs, level: float) -> Curve:
    points = tuple(Point(number, one.spending.total(number, level)) for number in STEPS)
    crossing = one.spending.break_even(level) if one.cell.role == "loop" else None
    return Curve(one.cell.scenario, workload_of(one.cell.workload), one.cell.loop, points, crossing)


def _cases(run: _Run, profile: str, asked: Asked) -> Iterator[Case]:
    for workload in dict.fromkeys(workload_of(one.cell.workload) for one in run.found):
        measured = Measured(workload, _by_scenario(run.found, workload), run.cold)
        for program in programs(profile, measured, asked):
            if run.baseline in program.spent:
                yield _case(run, profile, workload, program)


def _by_scenario(found: Sequence[Costs], workload: str) -> Mapping[str, Spendings]:
    spent: dict[str, dict[str, Spending]] = {}
    for one in found:
        if workload_of(one.cell.workload) == workload:
            spent.setdefault(one.cell.scenario, {})[one.cell.label] = one.spending
    return spent


def _case(run: _Run, profile: str, workload: str, program: Program) -> Case:
    answers = tuple(_answer(run, program, loop) for loop in run.kept.about.plan.loops if loop in program.spent)
    control = program.spent.get(CONTROL)
    noise = control.parts(program.count, program.program_s, run.level) if control else None
    return Case(
        profile, workload, program.what, program.noun, program.program_s, answers,
        noise[0] if noise else None, verdict(noise) if noise else None,
        min(program.spent[answer.loop].rounds for answer in answers), run.level,
    )  # fmt: skip


def _answer(run: _Run, program: Program, loop: str) -> Answer:
    spent, promises = program.spent[loop], run.promises.get(loop)
    total = spent.total(program.count, run.level)
    if loop == run.baseline:
        return Answer(loop, total, promises=promises)
    parts = spent.parts(program.count, program.program_s, run.level)
    difference = spent.difference(program.count, run.level)
    break_even = program.paying[loop].break_even(run.level)
    return Answer(loop, total, difference, parts[0], verdict(parts), break_even, promises)


def verdict(parts: Sequence[Estimate]) -> Verdict:
    """Whether a difference matters, by its part of the program: all these intervals must say the same."""
    verdicts = {_verdict(part) for part in parts}
    return verdicts.pop() if len(verdicts) == 1 else "unclear"


def _verdict(part: Estimate) -> Verdict:
    if part.low is None or part.high is None:
        return "unclear"
    if max(-part.low, part.high) < MATTERS:
        return "does not matter"
    if part.high < -MATTERS:
        return "saves"
    return "costs" if part.low > MATTERS else "unclear"


def _cold(cells: Sequence[ColdCell], baseline: str) -> Spendings:
    """The time from the start of a process to its end, of each loop beside the baseline."""
    first = next((cell.starts for cell in cells if cell.role == "baseline" and cell.label == baseline), ())
    found: dict[str, Spending] = {}
    for cell in cells:
        both = [(one, other) for one, other in zip(cell.starts, first, strict=False) if one and other]
        if both and cell.role not in {"bare", "asyncio"}:
            these, those = ([start.ended * NANOSECOND for start in starts] for starts in zip(*both, strict=True))
            found[cell.label] = beside(these, those)
    return found


def _imports(run: _Run, cold: Sequence[ColdCell]) -> Estimate | None:
    """How many lifecycles of the baseline the import of asyncio takes as long as; None where it was not measured."""
    cell = next((cell for cell in cold if cell.role == "baseline"), None)
    one = next((one for one in run.found if (one.cell.scenario, one.cell.role) == ("runner", "baseline")), None)
    seconds = [(start.asyncio - start.began) * NANOSECOND for start in (cell.starts if cell else ()) if start]
    return quotient(seconds, one.spending.starts, run.level) if one and seconds else None


def _failed(kept: Kept, cold: Sequence[ColdCell]) -> Iterator[str]:
    """What could not be measured, and why."""
    for failure in kept.failures:
        yield publishable(f"{failure.cell.label} in {failure.cell.group}: {failure.reason}")
    yield from (f"cold start of {cell.label}: {cell.missing}" for cell in cold if cell.missing)


def _missing(asked: Asked, cases: Sequence[Case]) -> Iterator[str]:
    answered = {case.profile for case in cases}
    lacking = [profile for profile in asked.profiles if profile not in answered]
    for profile in lacking:
        needs = ", ".join([*scenarios_of([profile]), *(["cold starts"] if PROFILES[profile].cold else [])])
        yield f"{profile}: not measured in this run (it needs {needs}): {PROGRAM} advise --profile {profile}"
