"""What checks can read about a machine: the kernel's files, psutil's answers, and a sample of half a second.

`this_machine` describes this one; tests invent others.
"""

import os
import re
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import psutil

SAMPLE_S = 0.5
LOAD_PER_CPU = 0.5  # more disturbs: a run keeps one CPU busy, which is half of the two that it needs
OTHERS = 0.1  # of all CPUs' time: more disturbs
READINGS = 100  # of the clock in one stretch: few enough that most stretches are not interrupted
UNUSED = ("idle", "iowait", "steal")
WHOLE = re.compile(r"[0-9]{1,18}")
CPU_LIST = re.compile(r"([0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*)?")

Answer = TypeVar("Answer")


class UnknownError(Exception):
    """A subject can't be determined on this machine; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What happened while this process read the clock in a loop: a host takes time only from who wants to run.

    `others` and `stolen` are shares of the time of all CPUs: used by other processes, and taken by the host. `swapped`
    is in bytes. None is unknown.
    """

    others: float | None
    stolen: float | None
    swapped: int | None
    reading_ns: float
    step_ns: int
    promised_ns: float


@dataclass(frozen=True, slots=True)
class Battery:
    """How full the battery is in per cent, and whether the machine is plugged in; None is unknown."""

    percent: float
    plugged: bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """One machine, as this process sees it. None is unknown.

    `allowed` are the CPUs of this process, `confined` those that --affinity names for the workers; `swap` is bytes in
    use and in total; `batteries` has at most one; `environment` is this process's, `inherited` the part workers get.
    """

    sample: Sample
    cpus: int
    allowed: frozenset[int] | None
    confined: frozenset[int] | None = None
    load: float | None = None
    swap: tuple[int, int] | None = None
    batteries: tuple[Battery, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    inherited: Mapping[str, str] | None = None
    platform: str = "linux"
    root: Path = Path("/")

    @property
    def used(self) -> frozenset[int] | None:
        """The CPUs that workers run on."""
        return self.confined or self.allowed

    def read(self, path: str) -> str:
        """Read one of the kernel's files and strip its text; raises UnknownError if there is no such file."""
        content = self.look(path)
        if content is None:
            raise UnknownError(f"the kernel has no /{path}")
        return content

    def look(self, path: str) -> str | None:
        """Read like `read`, but return None if there is no such file."""
        if self.platform != "linux":
            raise UnknownError(f"only Linux says this, and this is {self.platform}")
        try:
            return (self.root / path).read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UnknownError(f"/{path} can't be read: {error.strerror}") from None
        except ValueError:
            raise unexpected(path) from None

    def names(self, folder: str) -> list[str]:
        """Names in one of the kernel's folders; none if there is no such folder."""
        try:
            return sorted(os.listdir(self.root / folder))  # noqa: PTH208  (returns names)
        except OSError:
            return []


def unexpected(path: str) -> UnknownError:
    """The error for a file that holds something which the kernel does not write."""
    return UnknownError(f"/{path} holds something unexpected")


def whole(text: str) -> int | None:
    """The whole number in a text; None if the text is not one."""
    return int(text) if WHOLE.fullmatch(text) else None


def cpu_list(text: str) -> frozenset[int] | None:
    """The CPUs in a list as the kernel writes it, such as `0-3,5`; None if the text is not such a list."""
    if not CPU_LIST.fullmatch(text):
        return None
    ends = [[int(end) for end in part.split("-")] for part in text.split(",") if part]
    return frozenset(cpu for first, *last in ends for cpu in range(first, (last or [first])[0] + 1))


def ranges(cpus: frozenset[int]) -> str:
    """CPUs as the kernel writes them, the reverse of `cpu_list`."""
    firsts = [cpu for cpu in sorted(cpus) if cpu - 1 not in cpus]
    lasts = [cpu for cpu in sorted(cpus) if cpu + 1 not in cpus]
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in zip(firsts, lasts, strict=True))


def counted(cpus: int) -> str:
    """A number of CPUs in words."""
    return f"{cpus} CPU{'s' * (cpus != 1)}"


def this_machine(affinity: str | None = None, inherited: Mapping[str, str] | None = None) -> Place:
    """Describe this machine, which takes up to a second of one CPU; `affinity` is the text of --affinity."""
    allowed = ask(lambda: psutil.Process().cpu_affinity())
    swap = ask(psutil.swap_memory)
    cpus = os.cpu_count() or 1
    load = ask(lambda: psutil.getloadavg()[0]) if sys.platform != "win32" else None  # where it starts at 0
    return Place(
        sample=_busier_sample((load or 0) / cpus),
        cpus=cpus,
        allowed=frozenset(allowed) if allowed else None,
        confined=cpu_list(affinity) if affinity else None,
        load=load,
        swap=(swap.used, swap.total) if swap else None,
        batteries=ask(_batteries),
        environment=dict(os.environ),
        inherited=inherited,
        platform=sys.platform,
    )


def ask(question: Callable[[], Answer]) -> Answer | None:
    """What psutil answers; None if it can't, which depends on the platform and on what a container hides."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns about values that it makes up
            return question()
    except (psutil.Error, OSError, AttributeError, LookupError, NotImplementedError, RuntimeError, ValueError):
        return None


def shares(before: Mapping[str, float], after: Mapping[str, float], own_s: float) -> tuple[float, float | None]:
    """Shares of all CPUs' time used by other processes and taken by the host, between two of psutil's cpu_times."""
    spent = {
        name: max(0.0, after[name] - before[name]) for name in after if not name.startswith("guest")
    }  # part of user
    total = sum(spent.values()) or 1
    used = sum(seconds for name, seconds in spent.items() if name not in UNUSED)
    return max(0.0, used - own_s) / total, spent["steal"] / total if "steal" in spent else None


def _busier_sample(load_per_cpu: float) -> Sample:
    """One sample; the busier of two, where nothing runs now but the load of the last minute was high."""
    first = _sample()
    if first.others is None or first.others > OTHERS or load_per_cpu <= LOAD_PER_CPU:
        return first
    return max(first, _sample(), key=lambda sample: sample.others or 0)


def _sample() -> Sample:
    before, moved, own_s = ask(_cpu_times), ask(_moved), time.process_time()
    reading_ns, step_ns = _clock()
    after, moved_after, own_s = ask(_cpu_times), ask(_moved), time.process_time() - own_s
    others, stolen = shares(before, after, own_s) if before and after else (None, None)
    swapped = None if moved is None or moved_after is None else moved_after - moved
    return Sample(others, stolen, swapped, reading_ns, step_ns, time.get_clock_info("perf_counter").resolution * 1e9)


def _clock() -> tuple[float, int]:
    """Nanoseconds that one reading takes in Python, and the smallest difference between two, during `SAMPLE_S`."""
    clock, costs, steps = time.perf_counter_ns, list[float](), {int(SAMPLE_S * 1e9)}
    end = clock() + SAMPLE_S * 1e9
    while clock() < end:
        readings = [clock() for _ in range(READINGS)]
        costs.append((readings[-1] - readings[0]) / (READINGS - 1))
        steps.add(min(filter(None, (later - earlier for earlier, later in pairwise(readings))), default=max(steps)))
    return statistics.median(costs), min(steps)


def _cpu_times() -> Mapping[str, float]:
    return psutil.cpu_times()._asdict()


def _moved() -> int:
    """Bytes that went in and out of swap since the machine started."""
    swap = psutil.swap_memory()
    return swap.sin + swap.sout


def _batteries() -> tuple[Battery, ...]:
    battery = psutil.sensors_battery()
    return (Battery(battery.percent, battery.power_plugged),) if battery else ()
