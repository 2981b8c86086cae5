"""What users ask: the kinds of program that there is advice for, and what they know of their own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of program: the scenarios that it is made of, and whether its processes start as part of it."""

    title: str
    scenarios: tuple[str, ...]
    cold: bool = True


PROFILES: Mapping[str, Profile] = {
    "script": Profile("A script that runs once", ("runner",)),
    "cli": Profile("A command that does little", ("runner",)),
    "tests": Profile("A test suite with a loop for each test", ("runner", "fixture")),
    "bridge": Profile("Async code called from synchronous code", ("bridge",), cold=False),
    "service": Profile("A service that runs for long", ("runner",)),
    "lambda": Profile("A function that is called now and then", ("runner",)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user wants advice on, and knows of the program; None is not known.

    `operations` of one script, call, test, request or invocation; `fixtures` of each test. `handler_s`: seconds of a
    request or an invocation now; `program_s`: of the whole script, command or test suite.
    """

    profiles: tuple[str, ...] = tuple(PROFILES)
    operations: int | None = None
    tests: int = 1000
    fixtures: int = 1
    handler_s: float | None = None
    requests_per_s: float | None = None
    program_s: float | None = None


def scenarios_of(profiles: Iterable[str]) -> tuple[str, ...]:
    """The scenarios that answers to these need."""
    return tuple(dict.fromkeys(name for profile in profiles for name in PROFILES[profile].scenarios))
