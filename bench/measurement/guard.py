"""Kills what a process left behind. As a program, it kills what a killed harness left behind.

Every process that a harness starts carries a badge in its environment, and children inherit it, even those that left
their parent's group, session or terminal. Badges are found in /proc, so this works on Linux only; elsewhere none are
found. The program waits for the end of a pipe that only the harness holds open, which no signal can prevent.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

BADGE = "EVLOOP_BENCH_BADGE"
PROCESSES = Path("/proc")
PATIENCE_S = 0.01
LOOKS = 50  # with a pause between them: half a second for what the kernel is slow to end
CALM = 5  # looks in a row that find nothing: what was just forked does not carry the badge yet
ENDS_WELL = b"."  # sent by a harness that has ended all its processes itself


def wearers(badge: str) -> Iterator[int]:
    """Ids of all living processes with this badge, or with one that starts with it."""
    worn = f"{BADGE}={badge}".encode()
    entries = os.listdir(PROCESSES) if PROCESSES.is_dir() else []  # noqa: PTH208  (once for each worker: quick)
    for name in filter(str.isdecimal, entries):
        with suppress(OSError), (PROCESSES / name / "environ").open("rb") as environment:
            if worn in environment.read():
                yield int(name)


def end(badge: str, calm: int = 1) -> None:
    """Kill all processes with this badge until `calm` looks in a row find none: one may just be starting another."""
    empty_looks = 0
    for look in range(LOOKS):
        if look:
            time.sleep(PATIENCE_S)
        processes = [*wearers(badge)]
        empty_looks = 0 if processes else empty_looks + 1
        if empty_looks == calm:
            return
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def main() -> None:
    """Wait for the harness to end, then kill what it left behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the harness; this program ends when the harness does
    ended_well = sys.stdin.buffer.read() == ENDS_WELL
    end(sys.argv[1], 1 if ended_well else CALM)


if __name__ == "__main__":
    main()
