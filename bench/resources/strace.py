"""Reads strace's log: the system calls of each lifecycle by stage, cut at the marks that `gauge` makes. Pure."""

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from bench.resources.readings import Calls, Stage
from bench.subjects.scenarios import Scenario

COMMAND = ("strace", "-f", "-qq", "-s", "64", "-e", "signal=none")
CALL = re.compile(rb"(?:\d+ +)?(\w{1,64})\(")  # its end, where another thread came between, stands on a line of its own
MARK = re.compile(rb'"evloop-bench (create|start|work|finish|idle)"')
IDLE = "idle"

Counts: TypeAlias = Mapping[tuple[str, str], int]


def lifecycles(log: bytes) -> list[Counts]:
    """For each lifecycle that is whole, how often each call was made in each stage."""
    found: list[Counts] = []
    stage, counts = IDLE, Counter[tuple[str, str]]()
    for line in log.splitlines():
        if mark := MARK.search(line):
            stage = mark[1].decode()
            if stage == IDLE:
                found.append(counts)
                counts = Counter()
        elif stage != IDLE and (call := CALL.match(line)):
            counts[stage, call[1].decode()] += 1
    return found


def calls(scenario: Scenario, found: Sequence[Counts]) -> Calls:
    """What a typical lifecycle does: of each call the median, which is a whole number and holds no rare one.

    Raises ValueError if there are not two of them.
    """
    half = len(found) // 2
    if not half:
        raise ValueError("strace saw no two lifecycles")
    stages: dict[Stage, dict[str, int]] = {cast("Stage", stage): {} for stage in scenario.stages}
    for stage, name in sorted({key for counts in found for key in counts}):
        count = statistics.median_low([counts.get((stage, name), 0) for counts in found])
        if count:
            stages.setdefault(cast("Stage", stage), {})[name] = count
    # Calls of 2n lifecycles less calls of n, over n: what came before them has cancelled.
    return Calls(scenario.name, stages, sum(sum(counts.values()) for counts in found[half : 2 * half]) / half)
