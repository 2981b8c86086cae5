"""What on this machine disturbs measurements: one condition for each subject, with a remedy if it disturbs.

`CHECKS` is the registry, with a line for each subject. A check gets a `Place`; it returns what it found and the remedy,
which is empty if nothing disturbs. Checks read and change nothing. What can't be determined is unknown, which is not
the same as ok. Texts name no host, user or folder, since reports repeat them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.machine import processors, quota, settings, sharing
from bench.machine.place import Place, UnknownError, this_machine

__all__ = ["CHECKS", "Condition", "Place", "State", "conditions", "disturbances", "this_machine"]

State: TypeAlias = Literal["warning", "unknown", "ok"]
Check: TypeAlias = Callable[[Place], tuple[str, str]]

CHECKS: Mapping[str, Check] = {
    "load": sharing.load,
    "steal time": sharing.steal,
    "virtualisation": sharing.virtualisation,
    "CPU quota": quota.quota,
    "swap": sharing.swap,
    "CPUs": processors.cpus,
    "isolated CPUs": processors.isolated,
    "SMT": processors.smt,
    "governor": processors.governor,
    "turbo": processors.turbo,
    "battery": processors.battery,
    "priority": settings.priority,
    "clock source": settings.clock_source,
    "clock": settings.clock,
    "ASLR": settings.aslr,
    "io_uring": settings.io_uring,
    "Python switches": settings.python_switches,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One subject on this machine: `found` says in words, numbers and units how it is, or why that is unknown.

    Only a warning has a remedy: a command or an action.
    """

    subject: str
    state: State
    found: str
    remedy: str | None = None


def conditions(place: Place) -> tuple[Condition, ...]:
    """One condition for each subject of `CHECKS`, in their order."""
    return tuple(_condition(subject, check, place) for subject, check in CHECKS.items())


def disturbances(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """The warnings among conditions, each in a few words."""
    return tuple(f"{each.subject} {each.found}" for each in conditions if each.state == "warning")


def _condition(subject: str, check: Check, place: Place) -> Condition:
    try:
        finding, remedy = check(place)
    except UnknownError as reason:
        return Condition(subject, "unknown", str(reason))
    return Condition(subject, "warning", finding, remedy) if remedy else Condition(subject, "ok", finding)
