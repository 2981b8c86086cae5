"""Fuzzing guided by coverage: `python tests/guided.py [TARGET …] -max_total_time=3600 -rss_limit_mb=2048 -jobs=2`.

A program, no test: it needs atheris (the dependency group `fuzz`). All targets where none is named, in turn, each in a
process of its own, for an equal part of the time; what it says is kept beside its corpus. The targets are those of
`test_fuzz`, for which hypothesis makes examples of the fuzzer's bytes; those that begin with `raw_` are given the bytes
as they are, and begin with what is published and what is valid. It ends with 1 where anything left a target that may
not.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
PLACE = "EVLOOP_FUZZ_PLACE"  # as in `watching`, which is imported later
MOST_BYTES = 1 << 15  # of one input
LONGEST_S = 30


def main() -> int:
    """Fuzz one target in this process, or all of them in others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("-max_total_time", type=int, default=600, metavar="S", help="seconds in all (default: 600)")
    parser.add_argument("-rss_limit_mb", type=int, default=2048, metavar="MB")
    parser.add_argument("-jobs", type=int, default=1, choices=[1, 2], help="processes at once")
    parser.add_argument("-corpus", type=Path, default=Path(tempfile.gettempdir(), "evloop-bench-corpus"), metavar="DIR")
    parser.add_argument("-list", action="store_true", help="name the targets")
    options = parser.parse_args()
    if PLACE in os.environ:
        fuzz(options.targets[0], options)
        return 0
    # atheris ends processes without a last word, so what they leave is removed here.
    with tempfile.TemporaryDirectory(prefix="evloop-bench-fuzz-") as place:
        os.environ[PLACE] = place
        found = known()
        if not options.list:
            return in_turn(options.targets or list(found), options)
        print("\n".join(found))
        return 0


def known() -> Mapping[str, Callable[[bytes], object]]:
    """The targets by their names: each takes bytes."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    import fuzzing
    import test_fuzz

    tests = {name[5:]: test.hypothesis.fuzz_one_input for name, test in vars(test_fuzz).items()
             if name.startswith("test_") and hasattr(test, "hypothesis")}  # fmt: skip
    return tests | {f"raw_{target.__name__}": target for target in fuzzing.OF_BYTES}


def fuzz(name: str, options: argparse.Namespace) -> None:
    """Fuzz one target; atheris ends the process."""
    import atheris
    import numpy  # noqa: F401, ICN001  (beforehand: they are not what is tested, and slow)

    with atheris.instrument_imports(include=["bench", "pyperf"], enable_loader_override=False):
        sys.path[:0] = [str(HERE), str(HERE.parent)]
        import fuzzing  # noqa: F401  (it imports what is instrumented)
        import watching
    watching.GUARD.in_seconds = 0  # atheris has a -timeout, by the same signal
    target = known()[name]
    corpus = options.corpus / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds(name):
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    words = [f"-{name}={getattr(options, name)}" for name in ("max_total_time", "rss_limit_mb")]
    words += [
        f"-max_len={MOST_BYTES}",
        "-timeout=30",
        "-print_final_stats=1",
        f"-artifact_prefix={options.corpus}/{name}-",
    ]
    atheris.Setup([sys.argv[0], *words, str(corpus)], target)
    atheris.Fuzz()


def seeds(name: str) -> Sequence[bytes]:
    """What a target begins with: files that are published, and what is valid."""
    import test_fuzz

    published = {"raw_run_json": "run.json", "raw_resources_file": "resources.json"}
    found = [file.read_bytes() for file in RESULTS.glob(f"*/{published[name]}")] if name in published else []
    if name == "raw_journal_file":
        found += [b"".join(file.read_bytes().splitlines(keepends=True)[:4]) for file in RESULTS.glob("*/journal.jsonl")]
    return [*found, *test_fuzz.VALID.get(name.removeprefix("raw_"), ())]


def in_turn(names: Sequence[str], options: argparse.Namespace) -> int:
    """Fuzz each in a process of its own; print what each reached, and give 1 if one failed."""
    seconds = max(1, options.max_total_time * options.jobs // len(names))
    waiting, running, failed = list(names), dict[str, subprocess.Popen[bytes]](), list[str]()
    logs = {name: options.corpus / f"{name}.log" for name in names}
    options.corpus.mkdir(parents=True, exist_ok=True)
    try:
        while waiting or running:
            while waiting and len(running) < options.jobs:
                name = waiting.pop(0)
                words = [
                    f"-max_total_time={seconds}",
                    f"-rss_limit_mb={options.rss_limit_mb}",
                    f"-corpus={options.corpus}",
                ]
                with logs[name].open("wb") as log:
                    running[name] = subprocess.Popen([sys.executable, __file__, *words, name], stdout=log, stderr=log)
            for name, process in [(name, process) for name, process in running.items() if process.poll() is not None]:
                del running[name]
                print(f"{name}: {reached(logs[name])}{f'; FAILED, see {logs[name]}' if process.returncode else ''}")
                failed += [name] if process.returncode else []
            time.sleep(0.2)
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    return 1 if failed else 0


def reached(log: Path) -> str:
    """How often a target ran, how fast, and how many edges of the code it reached."""
    text = log.read_text("utf-8", "replace")
    executed = re.search(r"stat::number_of_executed_units: (\d+)", text)
    speed = re.search(r"stat::average_exec_per_sec: +(\d+)", text)
    edges = [int(number) for number in re.findall(r"cov: (\d+)", text)]
    ran = f"{executed[1]} inputs, {speed[1]} per second" if executed and speed else "came to no end"
    return f"{ran}, {edges[0]} to {edges[-1]} edges" if edges else ran


if __name__ == "__main__":
    sys.exit(main())
