"""Ends what a process left behind, wherever it went; as a program, what its harness left behind when it was killed.

All that a harness starts wears its badge in the environment, and children inherit that: also those that left their
parent's group, session or terminal. The badge is looked for in /proc, so this is Linux'; elsewhere none is found. As a
program it waits for the end of a pipe that the harness alone holds open: no signal to the harness can prevent that.
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
LOOKS = 50  # with patience between them: half a second for what the kernel is slow to end
CALM = 5  # looks that find nothing: what had just been forked does not wear the badge yet
ENDS_WELL = b"."  # said by a harness that has ended all itself


def wearers(badge: str) -> Iterator[int]:
    """The ids of all living processes with this badge, or one that begins like it."""
    worn = f"{BADGE}={badge}".encode()
    entries = os.listdir(PROCESSES) if PROCESSES.is_dir() else []  # noqa: PTH208  (once for each worker: quick)
    for name in filter(str.isdecimal, entries):
        with suppress(OSError), (PROCESSES / name / "environ").open("rb") as environment:
            if worn in environment.read():
                yield int(name)


def end(badge: str, calm: int = 1) -> None:
    """Kill all that wears the badge, until `calm` looks in turn have found none: one may just be starting another."""
    found_nothing = 0
    for look in range(LOOKS):
        if look:
            time.sleep(PATIENCE_S)
        found = [*wearers(badge)]
        found_nothing = 0 if found else found_nothing + 1
        if found_nothing == calm:
            return
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def main() -> None:
    """Wait for the harness's end, then end the rest."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # meant for the harness, which ends this by ending
    ended_well = sys.stdin.buffer.read() == ENDS_WELL
    end(sys.argv[1], 1 if ended_well else CALM)


if __name__ == "__main__":
    main()
