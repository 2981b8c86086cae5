"""Measures how far the harness can be trusted, idle and loaded, on this machine: more than an hour in all.

tox -e trust -- results/<date>-selfcheck [idle-itself loaded-itself …]

Each check is `python -m bench selfcheck` as a user calls it, and leaves its JSON in the folder: every trial. The loaded
ones keep two busy processes on each core beside it. Afterwards, README.md of the folder is made from all that is there.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from repeat import BUSY, loaded

from bench.reports.rendering import PAGE, render
from bench.reports.selfcheck import SelfCheck, document
from bench.statistics import comparisons
from bench.store.folder import RunFolder
from bench.store.outcomes import Done, Kept, Outcome, Run, line_of

ITSELF = ("--itself", "--trials", "40", "--trial-time", "10s", "--max-time", "30m")
PYPERF = ("--itself", "--against", "pyperf", "--trials", "8", "--max-time", "40m")
CHECKS: Mapping[str, Sequence[str]] = {
    "idle-itself": ITSELF,
    "idle-1-percent": ("--effect", "1%", "--trials", "20", "--trial-time", "60s", "--max-time", "40m"),
    "idle-2-percent": ("--effect", "2%", "--trials", "20", "--trial-time", "60s", "--max-time", "40m"),
    "idle-pyperf": PYPERF,
    "loaded-itself": ITSELF,
    "loaded-pyperf": PYPERF,
}
BUSY_PER_CORE = 2
MILLION = 1_000_000


def check(folder: Path, name: str, seed: int) -> None:
    """Make one check, and keep what it prints."""
    words = [sys.executable, "-m", "bench", "selfcheck", *CHECKS[name], "--seed", str(seed), "--json"]
    beside = BUSY_PER_CORE * (os.cpu_count() or 1) if name.startswith("loaded") else 0
    with loaded([BUSY] * beside):
        done = subprocess.run(words, check=False, stdout=subprocess.PIPE)
    if done.returncode in {0, 1}:  # 1: it found that it can't be trusted, which is a result
        (folder / f"{name}.json").write_bytes(done.stdout)


def page(folder: Path) -> str:
    """All checks of a folder, as tables and sentences."""
    parts = ["# How far the harness can be trusted", "Made by `tox -e trust`; every trial is in the files."]
    for name, words in CHECKS.items():
        if (file := folder / f"{name}.json").exists():
            found = msgspec.json.decode(file.read_bytes(), type=SelfCheck)
            beside = f"{BUSY_PER_CORE} busy processes per core beside it" if name.startswith("loaded") else "idle"
            facts = {
                name: found.facts[name] for name in ("python", "implementation", "cpu", "cpus", "kernel", "pyperf")
            }
            settings = {"seed": str(found.design.seed), "scenario": found.design.scenario, **facts}
            parts += [f"## {name}: {beside}", f"`python -m bench selfcheck {' '.join(words)}`, {found.started}"]
            parts += [render(document(found), PAGE).rstrip(), ", ".join(map(" ".join, settings.items()))]
    return "\n\n".join(parts) + "\n"


def million(published: Path) -> str:
    """Seconds and memory that the analysis of a million values takes, in a process of its own."""
    kept = RunFolder(published).load()
    with tempfile.TemporaryDirectory() as place:
        folder = RunFolder(Path(place, "run"))
        folder.create(kept.about)
        values = sum(len(numbers) for run in kept.runs for numbers in run.values.values())
        copies = range(-(-MILLION // values))
        lines = [line_of(_shifted(outcome, copy, kept)) for copy in copies for outcome in kept.outcomes]
        (folder.path / "journal.jsonl").write_bytes(b"".join(lines))
        words = [sys.executable, __file__, "--analyse", str(folder.path)]
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
        return f"{values * len(copies):,} values: {done.stdout}"


def _shifted(outcome: Outcome, copy: int, kept: Kept) -> Outcome:
    by = copy * kept.about.plan.sampling.rounds
    return msgspec.structs.replace(outcome, round=outcome.round + by) if isinstance(outcome, Run | Done) else outcome


def analyse(path: Path) -> str:
    """Read one run and compare it."""
    began = time.monotonic()
    comparisons.compare(RunFolder(path).load())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"read and compared in {time.monotonic() - began:.1f} s and {peak:.0f} MiB"


def main(words: Sequence[str] | None = None) -> None:
    """Make the checks that are named, write the page, print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("checks", nargs="*", choices=[[], *CHECKS], metavar="CHECK", help=", ".join(CHECKS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--analyse", action="store_true", help="only read and compare the run in the folder")
    options = parser.parse_args(words)
    if options.analyse:
        print(analyse(options.folder))
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.checks or CHECKS:
        check(options.folder, name, options.seed)
    text = page(options.folder)
    (options.folder / "README.md").write_text(text, "utf-8")
    print(text)
    published = max(file.parent for file in Path("results").glob("2*/run.json"))
    print(million(published))


if __name__ == "__main__":
    main()
