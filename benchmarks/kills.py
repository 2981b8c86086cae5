"""Kills a harness by SIGKILL at random moments of a short run, and counts what is left, lost, and can't be resumed.

tox -e kills -- 200 --seed 7

One of the loops that it measures leaves a daemon in a session of its own, which must not outlive the harness either.
The moments are spread evenly over a whole run, from the start of Python to its end. Ends with 1 if anything is found.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyperf

from bench.errors import BenchError
from bench.store.folder import JOURNAL, RunFolder

TRIAL = "EVLOOP_KILLS"
SECOND = 1.0
LIMIT_S = 120.0
RUN = (
    "--fast",
    "--rounds",
    "2",
    "--without-intervals",
    "--scenario",
    "warm",
    "--scenario",
    "manual",
    "--loop",
    "staying:daemon",
    "-q",
)
TESTS = Path(__file__).parents[1] / "tests"
BAD_LOOPS = TESTS / "loops"

sys.path.append(str(TESTS))
from living import alive, by_environment  # noqa: E402  (a module of the tests)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found after one kill; `kept` is the number of outcomes that were on disk."""

    moment_s: float
    kept: int
    orphans: int
    lost: int
    resumed: bool
    said: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing was left, lost, or spoilt."""
        return self.resumed and not self.orphans and not self.lost


def bench(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start the harness in a folder; all that descends from it can be told by its environment."""
    environment = {**os.environ, TRIAL: str(folder), "PYTHONPATH": f"{Path.cwd()}{os.pathsep}{BAD_LOOPS}"}
    command = [sys.executable, "-m", "bench", *words]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def trial(moment_s: float) -> Trial:
    """Kill one run at this moment after its start, look a second later, and resume it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        journal = folder / "run" / JOURNAL
        process = bench(folder, *RUN, "-o", "run")
        time.sleep(moment_s)
        before = journal.read_bytes() if journal.exists() else b""
        process.send_signal(signal.SIGKILL)
        process.communicate()
        time.sleep(SECOND)
        orphans = [*alive(by_environment(f"{TRIAL}={folder}"))]
        lost = 0 if journal_begins_with(journal, before) and suites_load(folder / "run") else 1
        again = bench(folder, *(("--resume", "run", "-q") if begun(folder / "run") else (*RUN, "-o", "run")))
        _, said = again.communicate(timeout=LIMIT_S)
        resumed = again.returncode == 0 and suites_load(folder / "run") and whole(folder / "run")
        lost += 0 if journal_begins_with(journal, before) else 1
        for orphan in orphans:
            os.kill(orphan, signal.SIGKILL)
        return Trial(moment_s, before.count(b"\n"), len(orphans), lost, resumed, "" if resumed else said)


def begun(run: Path) -> bool:
    """Whether there is a run to resume; before, there is nothing to lose, and it is begun again."""
    try:
        RunFolder(run).load()
    except BenchError:
        return False
    return True


def whole(run: Path) -> bool:
    """Whether all of a run was measured, and all of its journal can be read."""
    kept = RunFolder(run).load()
    return kept.complete and not kept.failures and len(kept.problems) <= 1  # the line that was being written


def journal_begins_with(journal: Path, before: bytes) -> bool:
    """Whether what was on disk before is there still."""
    return not before or journal.read_bytes().startswith(before[: before.rfind(b"\n") + 1])


def suites_load(run: Path) -> bool:
    """Whether pyperf reads all the suites that there are."""
    names = ("suites/asyncio.json", "suites/control.json", "suites/staying--daemon.json")
    return all(pyperf.BenchmarkSuite.load(str(run / name)) for name in names if (run / name).exists())


def main() -> None:
    """Make the trials, two at a time, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("trials", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, began = Path(name).resolve(), time.monotonic()
        _, said = bench(folder, *RUN, "-o", "run").communicate(timeout=LIMIT_S)
        longest_s = time.monotonic() - began
        print(f"a run takes {longest_s:.1f} s alone; seed {options.seed}; {said.strip()}", flush=True)
    moments = [random.Random(options.seed + number).uniform(0, longest_s) for number in range(options.trials)]
    with ThreadPoolExecutor(2) as pool:
        trials = [*pool.map(trial, moments)]
    for one in (one for one in trials if not one.sound):
        print(one)
    stages = Counter("before anything was kept" if not one.kept else "while it measured" for one in trials)
    print(
        f"killed {len(trials)} times ({'; '.join(f'{count} {stage}' for stage, count in stages.items())}): "
        f"{sum(one.orphans for one in trials)} orphans after {SECOND:g} s, {sum(one.lost for one in trials)} lost, "
        f"{sum(one.resumed for one in trials)} of {len(trials)} resumes complete"
    )
    sys.exit(not all(one.sound for one in trials))


if __name__ == "__main__":
    main()
