"""What a worker uses besides time: processors, threads, memory."""

import math
import os
import threading
from pathlib import Path

HELPERS_SHARE, MOST_HELPERS = 0.1, 1000
LEAST_S = 1e-9  # a clock tick


def usable_processors(own_s: float, helpers_s: float) -> int:
    """Processors that a loop can use at once: one, and more if threads of its own worked beside this one.

    `own_s` and `helpers_s` are seconds of CPU time. Threads that have ended count as well.
    """
    if helpers_s < HELPERS_SHARE * own_s:
        return 1
    return 1 + min(math.ceil(helpers_s / max(own_s, LEAST_S)), max(1, threads() - 1), MOST_HELPERS)


def threads() -> int:
    """How many threads this process has."""
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
