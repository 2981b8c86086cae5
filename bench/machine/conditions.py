"""What of this machine disturbs a measurement: a condition for each subject, and the remedy of those that do.

`CHECKS` is the registry: a line for each subject. A check is told of a `Place`, and tells what it found and the remedy,
which is empty where nothing disturbs. It reads, and changes nothing. What can't be told here is unknown, which is not
the same as ok. What is found names no host, no user and no folder: a report may repeat it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.machine import processors, quota, settings, sharing
from bench.machine.place import Place, UntoldError, here

__all__ = ["CHECKS", "Condition", "Place", "State", "conditions", "disturbances", "here"]

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
    "clock source": settings.clock_source,
    "clock": settings.clock,
    "ASLR": settings.aslr,
    "io_uring": settings.io_uring,
    "Python switches": settings.python_switches,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One subject as it is here: `found` in words, numbers and units, or why that can't be told.

    A warning has a remedy, a command or an action; the others have none.
    """

    subject: str
    state: State
    found: str
    remedy: str | None = None


def conditions(place: Place) -> tuple[Condition, ...]:
    """One for each subject of `CHECKS`, in their order."""
    return tuple(_condition(subject, check, place) for subject, check in CHECKS.items())


def disturbances(found: Sequence[Condition]) -> tuple[str, ...]:
    """The warnings among them, each in a few words."""
    return tuple(f"{one.subject} {one.found}" for one in found if one.state == "warning")


def _condition(subject: str, check: Check, place: Place) -> Condition:
    try:
        found, remedy = check(place)
    except UntoldError as reason:
        return Condition(subject, "unknown", str(reason))
    return Condition(subject, "warning", found, remedy) if remedy else Condition(subject, "ok", found)
