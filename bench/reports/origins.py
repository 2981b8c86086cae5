"""On what a run was measured, in one line; and which scenarios people with one purpose look for."""

from bench.reports.document import View
from bench.reports.sentence import interpreter
from bench.store.outcomes import Kept
from bench.subjects.scenarios import used_in


def origin(kept: Kept) -> str:
    """Interpreter, loops, processor, system and day."""
    facts = kept.facts
    loops = [f"{loop} {facts.get(f'loop {loop}', 'unknown')}" for loop in kept.about.plan.loops]
    machine = [facts.get("cpu", "unknown processor"), facts.get("kernel", "unknown system")]
    return " · ".join([interpreter(facts), *loops, *machine, f"measured {kept.about.started}"])


def views(kept: Kept) -> tuple[View, ...]:
    """The scenarios of each kind of program."""
    kinds: dict[str, list[str]] = {}
    for group in kept.about.groups:
        for kind in used_in(group.scenario.name):
            kinds.setdefault(kind, []).append(group.name)
    return tuple(View(kind, tuple(names)) for kind, names in kinds.items())
