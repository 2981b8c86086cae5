"""What the checks are told of a machine: its files, psutil's answers, and half a second of its time.

`here` asks this machine; tests invent another.
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
READINGS = 100  # of the clock at a stretch: few enough that most stretches are not interrupted
UNUSED = ("idle", "iowait", "steal")
WHOLE = re.compile(r"[0-9]{1,18}")
CPU_LIST = re.compile(r"([0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*)?")

Answer = TypeVar("Answer")


class UntoldError(Exception):
    """This can't be told here; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen while this process read the clock over and over: a host takes time only from who wants to run.

    `others` and `stolen` are shares of the time of all CPUs: what other processes used, and what the host took.
    `swapped` are bytes. None is what can't be told.
    """

    others: float | None
    stolen: float | None
    swapped: int | None
    reading_ns: float
    step_ns: int
    promised_ns: float


@dataclass(frozen=True, slots=True)
class Battery:
    """How full it is, in per cent, and whether the machine is plugged in; None where it does not say."""

    percent: float
    plugged: bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """One machine, as this process sees it. None is what can't be told.

    `allowed` are the CPUs of this process, `confined` those that --affinity names for the workers; `swap` are bytes in
    use and in all; `batteries` are none or one; `environment` is this process's, `inherited` what workers get of it.
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
        """Read a file of the kernel's, without the space around it; raises UntoldError if there is none to read."""
        content = self.look(path)
        if content is None:
            raise UntoldError(f"the kernel has no /{path}")
        return content

    def look(self, path: str) -> str | None:
        """As `read`, but None if there is no such file."""
        if self.platform != "linux":
            raise UntoldError(f"only Linux tells, this is {self.platform}")
        try:
            return (self.root / path).read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UntoldError(f"/{path} can't be read: {error.strerror}") from None
        except ValueError:
            raise unexpected(path) from None

    def names(self, folder: str) -> list[str]:
        """What is in a folder of the kernel's; nothing where there is none."""
        try:
            return sorted(os.listdir(self.root / folder))  # noqa: PTH208  (names are what is asked for)
        except OSError:
            return []


def unexpected(path: str) -> UntoldError:
    """Make what to raise where a file holds what the kernel does not write."""
    return UntoldError(f"/{path} holds something unexpected")


def whole(text: str) -> int | None:
    """The whole number that a file of the kernel's holds; None if it is none."""
    return int(text) if WHOLE.fullmatch(text) else None


def cpu_list(text: str) -> frozenset[int] | None:
    """The CPUs that a list as the kernel writes it names, `0-3,5`; None if it is no such list."""
    if not CPU_LIST.fullmatch(text):
        return None
    ends = [[int(end) for end in part.split("-")] for part in text.split(",") if part]
    return frozenset(cpu for first, *last in ends for cpu in range(first, (last or [first])[0] + 1))


def ranges(cpus: frozenset[int]) -> str:
    """CPUs as the kernel writes them."""
    firsts = [cpu for cpu in sorted(cpus) if cpu - 1 not in cpus]
    lasts = [cpu for cpu in sorted(cpus) if cpu + 1 not in cpus]
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in zip(firsts, lasts, strict=True))


def counted(cpus: int) -> str:
    """So many CPUs, in words."""
    return f"{cpus} CPU{'s' * (cpus != 1)}"


def here(affinity: str | None = None, inherited: Mapping[str, str] | None = None) -> Place:
    """Ask this machine, which takes half a second of one CPU; `affinity` is as --affinity has it."""
    allowed = asked(lambda: psutil.Process().cpu_affinity())
    swap = asked(psutil.swap_memory)
    return Place(
        sample=_sample(),
        cpus=os.cpu_count() or 1,
        allowed=frozenset(allowed) if allowed else None,
        confined=cpu_list(affinity) if affinity else None,
        load=asked(lambda: psutil.getloadavg()[0]) if sys.platform != "win32" else None,  # there it begins at 0
        swap=(swap.used, swap.total) if swap else None,
        batteries=asked(_batteries),
        environment=dict(os.environ),
        inherited=inherited,
        platform=sys.platform,
    )


def asked(question: Callable[[], Answer]) -> Answer | None:
    """What psutil answers; None where it can't, which differs by platform and by what a container hides."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what it makes up
            return question()
    except (psutil.Error, OSError, AttributeError, LookupError, NotImplementedError, RuntimeError, ValueError):
        return None


def shares(before: Mapping[str, float], after: Mapping[str, float], own_s: float) -> tuple[float, float | None]:
    """Shares of the CPUs' time that other processes used and that the host took, between two of psutil's cpu_times."""
    spent = {name: max(0.0, after[name] - before[name]) for name in after if not name.startswith("guest")}  # in user
    total = sum(spent.values()) or 1
    used = sum(seconds for name, seconds in spent.items() if name not in UNUSED)
    return max(0.0, used - own_s) / total, spent["steal"] / total if "steal" in spent else None


def _sample() -> Sample:
    before, moved, own_s = asked(_cpu_times), asked(_moved), time.process_time()
    reading_ns, step_ns = _clock()
    after, moved_after, own_s = asked(_cpu_times), asked(_moved), time.process_time() - own_s
    others, stolen = shares(before, after, own_s) if before and after else (None, None)
    swapped = None if moved is None or moved_after is None else moved_after - moved
    return Sample(others, stolen, swapped, reading_ns, step_ns, time.get_clock_info("perf_counter").resolution * 1e9)


def _clock() -> tuple[float, int]:
    """Nanoseconds that one reading takes in Python, and the least by which two differ, over `SAMPLE_S`."""
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
    """Bytes that went in and out of swap since the machine began."""
    swap = psutil.swap_memory()
    return swap.sin + swap.sout


def _batteries() -> tuple[Battery, ...]:
    found = psutil.sensors_battery()
    return (Battery(found.percent, found.power_plugged),) if found else ()
