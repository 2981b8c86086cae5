"""How often the set of a break-even holds the true number of operations, by simulation; some minutes.

python benchmarks/break_even.py
python benchmarks/break_even.py --real 20

Each case is thousands of invented runs. What a round adds to a start, it may take from an operation, as where one
lifecycle is measured and divided. The noise of some rounds is heavy-tailed, as on a busy machine.

`--real` runs `advise` this many times instead, half a minute each, on two loops whose truth is built in
(`tests/loops/paying.py`).
"""

import argparse
import asyncio
import json
import math
import os
import subprocess
import sys
from contextvars import Context
from pathlib import Path

import numpy as np

from bench.statistics.break_even import BreakEven, break_even, by_means, by_signs
from bench.statistics.estimates import Array
from bench.subjects import workloads

LOOPS = Path(__file__).resolve().parents[1] / "tests" / "loops"
sys.path.append(str(LOOPS))
import paying  # noqa: E402  (a module beside the tests)

RUNS, LEVEL = 2000, 0.95
CASES = (  # rounds, true saving where a start costs 10, whether the noise is heavy-tailed
    (9, 1.0, False), (17, 1.0, False), (9, 0.05, False), (17, 0.05, False), (9, 0.0, False), (17, 0.0, False),
    (9, 1.0, True), (17, 0.05, True), (17, 0.0, True),
)  # fmt: skip
START, NOISE, SHARED = 10.0, 0.1, -0.5
TURNS = 200


def invented(rng: np.random.Generator, rounds: int, saving: float, *, heavy: bool) -> tuple[Array, Array]:
    """Start excess and saving of each round."""
    noise = rng.standard_t(2, (2, rounds)) if heavy else rng.standard_normal((2, rounds))
    return START + 10 * NOISE * noise[0], saving + NOISE * (SHARED * noise[0] + noise[1])


def truth() -> float:
    """The number of turns after which `paying:Late` has made up for its start: both loops call `call_soon` as often."""
    few, many = _calls(1), _calls(TURNS)
    each = (many - few) / (TURNS - 1)
    saved_ns = paying.SLOW_NS - paying.QUICK_NS
    return float((paying.START_NS - saved_ns * (few - each)) / (saved_ns * each))


def _calls(turns: int) -> int:
    """How often a lifecycle with this many turns calls `call_soon`."""
    calls = 0
    plain = asyncio.SelectorEventLoop.call_soon

    def counted(loop: asyncio.SelectorEventLoop, *args: object, context: Context | None = None) -> asyncio.Handle:
        nonlocal calls
        calls += 1
        return plain(loop, *args, context=context)  # type: ignore[arg-type]  # what it was called with

    counting = type("Counting", (asyncio.SelectorEventLoop,), {"call_soon": counted})
    with asyncio.Runner(loop_factory=counting) as runner:
        runner.run(workloads.named(f"turns={turns}").get_data(0, 0)())
    return calls


def real(runs: int) -> None:
    """Print what each run of `advise` says of the two loops, and how often it holds the truth."""
    words = ["--baseline", "paying:Steady", "--loop", "paying:Late", "--profile", "service", "--workload", "turns"]
    words += ["--max-time", "30s", "--json", "--quiet"]
    held, true = 0, truth()
    for number in range(1, runs + 1):
        command = [sys.executable, "-m", "bench", "advise", *words]
        environment = {**os.environ, "PYTHONPATH": str(LOOPS)}
        answer = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
        found = BreakEven(**answer["break_evens"][0]["break_even"])
        held += found.kind == "after" and found.allows(true)
        print(f"{number}: {found}, the truth is {true:.2f}; inside {held} times", flush=True)


def main() -> None:
    """Print a row for each case, or try it on loops."""
    parser = argparse.ArgumentParser(description="How often the set of a break-even holds the true number.")
    parser.add_argument("--real", type=int, metavar="N", help="runs of advise on loops whose truth is built in")
    runs = parser.parse_args().real
    if runs:
        real(runs)
        return
    print("| rounds | saving | noise | holds the truth: signs | means | both | infinite |", "|---" * 7 + "|", sep="\n")
    for rounds, saving, heavy in CASES:
        rng, truth = np.random.default_rng(17), START / saving if saving else math.inf
        sets = []
        for _ in range(RUNS):
            both = invented(rng, rounds, saving, heavy=heavy)
            sets.append([found(*both, LEVEL) for found in (by_signs, by_means, break_even)])
        held = [f"{np.mean([one.allows(truth) for one in column]):.1%}" for column in zip(*sets, strict=True)]
        infinite = np.mean([signs.allows(math.inf) for signs, *_ in sets])
        kind = "heavy" if heavy else "normal"
        print("|", " | ".join([str(rounds), f"{saving:g}", kind, *held, f"{infinite:.0%}"]), "|")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
