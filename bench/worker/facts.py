"""What a worker finds out about its loop and its own process. Light: it runs inside the measured process."""

import math
import os
import threading
from pathlib import Path

from bench.subjects import loops
from scenarios._workload import LoopFactory, WrongRunError

HELPERS_SHARE, MOST_HELPERS = 0.1, 1000
LEAST_S = 1e-9


def class_of(factory: LoopFactory, loop: loops.Loop) -> type:
    """Class of the loops that the factory makes; a loop of LOOPS must come from its own package."""
    probe = factory()
    loop_class = type(probe)
    if not hasattr(probe, "close"):
        raise WrongRunError(f"{loop.factory} gave no event loop: {name_of(loop_class)}")
    probe.close()
    if loop in loops.LOOPS and loop_class.__module__.partition(".")[0] != loop.package:
        raise WrongRunError(f"{loop.factory} gave a loop of another package: {name_of(loop_class)}")
    return loop_class


def facts_of(loop: loops.Loop, loop_class: type) -> dict[str, str]:
    """What is recorded of a loop: its name, its class, its version and libuv's."""
    facts = {"loop": loop.name, "loop_class": name_of(loop_class), "loop_version": loop.version}
    return {name: fact for name, fact in (facts | {"loop_libuv": loops.libuv_version(loop)}).items() if fact}


def name_of(kind: type) -> str:
    """Where a class is defined, and its name."""
    return "none" if kind is type(None) else f"{kind.__module__}.{kind.__qualname__}"


def usable_processors(own_s: float, helpers_s: float) -> int:
    """Processors that a loop can use at once: one, and more if threads of its own worked beside this one.

    `own_s` and `helpers_s` are seconds of CPU time. Threads that have ended count as well.
    """
    if helpers_s < HELPERS_SHARE * own_s:
        return 1
    return 1 + min(math.ceil(helpers_s / max(own_s, LEAST_S)), max(1, _threads() - 1), MOST_HELPERS)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208  (pathlib is not light)
    except OSError:
        return threading.active_count()


def peak_memory(status: Path) -> dict[str, int]:
    """This process's peak memory in bytes, under pyperf's name; empty where the kernel does not report it.

    pyperf asks getrusage, whose figure a process inherits from the process that started it: the harness, with pandas.
    """
    try:
        lines = status.read_text("ascii", "replace").splitlines()
    except OSError:
        return {}
    (kibibytes,) = (int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return {"mem_max_rss": kibibytes * 1024}
