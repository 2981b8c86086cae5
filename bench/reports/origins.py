"""On what a run was measured, in one line; and which scenarios people with one purpose look for."""

from collections.abc import Iterable, Mapping

from bench.plan.cells import label_of
from bench.reports.document import View
from bench.reports.sentence import interpreter
from bench.store.outcomes import Kept
from bench.subjects.scenarios import used_in


def origin(kept: Kept) -> str:
    """Interpreter, loops, processor, system and day."""
    facts, plan = kept.facts, kept.about.plan
    loops = [f"{loop} {', '.join(_versions(facts, loop, plan.told_apart))}" for loop in plan.loops]
    machine = [facts.get("cpu", "unknown processor"), facts.get("kernel", "unknown system")]
    return " · ".join([interpreter(facts), *loops, *machine, f"measured {kept.about.started}"])


def _versions(facts: Mapping[str, str], loop: str, interpreters: Iterable[str]) -> Iterable[str]:
    """The versions of a loop on these interpreters, each once."""
    return dict.fromkeys(facts.get(f"loop {label_of(loop, name)}", "unknown") for name in interpreters)


def views(kept: Kept) -> tuple[View, ...]:
    """The scenarios of each kind of program."""
    kinds: dict[str, list[str]] = {}
    for group in kept.about.groups:
        for kind in used_in(group.scenario.name):
            kinds.setdefault(kind, []).append(group.name)
    return tuple(View(kind, tuple(names)) for kind, names in kinds.items())
