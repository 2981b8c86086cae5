"""Reads strace's log: the system calls of each lifecycle by stage, separated by the marks that `gauge` makes. Pure."""

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from bench.resources.readings import Calls, Stage
from bench.subjects.scenarios import Scenario

COMMAND = ("strace", "-f", "-qq", "-s", "64", "-e", "signal=none")
# The end of a call that another thread interrupted has a line of its own, which this does not match.
CALL = re.compile(rb"(?:\d+ +)?(\w{1,64})\(")
MARK = re.compile(rb'"evloop-bench (create|start|work|finish|idle)"')
IDLE = "idle"

Counts: TypeAlias = Mapping[tuple[str, str], int]


def lifecycles(log: bytes) -> list[Counts]:
    """For each complete lifecycle, how often each call was made in each stage."""
    complete: list[Counts] = []
    stage, counts = IDLE, Counter[tuple[str, str]]()
    for line in log.splitlines():
        if mark := MARK.search(line):
            stage = mark[1].decode()
            if stage == IDLE:
                complete.append(counts)
                counts = Counter()
        elif stage != IDLE and (call := CALL.match(line)):
            counts[stage, call[1].decode()] += 1
    return complete


def calls(scenario: Scenario, lifecycles: Sequence[Counts]) -> Calls:
    """What a typical lifecycle does: the median of each call, which is a whole number and leaves out rare calls.

    Raises ValueError if there are fewer than two lifecycles.
    """
    half = len(lifecycles) // 2
    if not half:
        raise ValueError("strace saw fewer than two lifecycles")
    stages: dict[Stage, dict[str, int]] = {cast("Stage", stage): {} for stage in scenario.stages}
    for stage, name in sorted({key for counts in lifecycles for key in counts}):
        count = statistics.median_low([counts.get((stage, name), 0) for counts in lifecycles])
        if count:
            stages.setdefault(cast("Stage", stage), {})[name] = count
    # Calls of 2n lifecycles minus calls of n, divided by n: calls before the first lifecycle cancel.
    return Calls(scenario.name, stages, sum(sum(counts.values()) for counts in lifecycles[half : 2 * half]) / half)
