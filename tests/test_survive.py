"""The bad loops of tests/loops beside good ones: what its README says of each is what happens, and to nobody else."""

import ast
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from invented import cross
from living import alive, by_environment

from bench.measurement import meter, processes
from bench.plan.cells import Plan
from bench.plan.rounds import Round
from bench.plan.sampling import Sampling
from bench.store.outcomes import Failure, Outcome, Run
from bench.subjects import loops, scenarios

pytestmark = pytest.mark.usefixtures("_bad_loops")
LOOPS = Path(__file__).parent / "loops"
SHARED = {"children", "inherited", "breaks", "lives", "paying"}  # modules whose functions are no rows
MARK = "SURVIVE_MARK"
SWEEPS = 40  # more than a worker may be ahead of its turns, and than a busy machine delays one after another


@dataclass(frozen=True)
class Row:
    """One line of the tables in tests/loops/README.md; … stands for whatever differs."""

    loop: str
    does: str
    says: str

    def describes(self, outcome: Outcome) -> bool:
        """Whether that is what became of it."""
        if isinstance(outcome, Run):
            found = ", ".join(filter(None, ["measured", outcome.ending]))
        else:
            assert isinstance(outcome, Failure)
            found = outcome.reason
        return bool(re.fullmatch(re.escape(self.says).replace("…", ".*"), found.replace("\n", "\\n"), re.DOTALL))


def rows(*modules: str) -> list[Row]:
    """The rows of these modules, or all."""
    lines = [line for line in (LOOPS / "README.md").read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    found = [Row(loop.strip("`"), does, says) for loop, does, says in cells]
    return [row for row in found if not modules or row.loop.partition(":")[0] in modules]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer for the end of good loops than a busy machine needs; one loop in each of two rounds never ends."""
    monkeypatch.setattr(processes, "EXIT_TIMEOUT_S", 6.0)


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a word that all bears which is started from here on; what is left of it when a test has failed is ended."""
    word = f"{os.getpid()}-{time.monotonic_ns()}"
    monkeypatch.setenv(MARK, word)
    yield word
    for process in left_behind(word):
        os.kill(process, signal.SIGKILL)


def left_behind(mark: str) -> Mapping[int, str]:
    """Workers that bear this mark, and all that they have started: their ids and commands."""
    living = alive(by_environment(f"{MARK}={mark}"))
    return {
        number: command
        for number, command in living.items()
        if "bench.worker.stopwatch" in command or command.startswith("sleep")
    }


def measured(*names: str, timeout_s: float = 300) -> dict[str, Outcome]:
    """One round in `manual`, with asyncio as the baseline: what became of each cell."""
    chosen = [loops.named(name) for name in ("asyncio", *names)]
    (group,) = cross(chosen, [scenarios.named("manual")], "asyncio", (3, 14))
    little = Sampling(rounds=1, sweeps=SWEEPS, value_s=0.003, in_a_turn=1, warmups=1, rehearsed=1)
    ahead = Plan(tuple(loop.name for loop in chosen), ("manual",), "asyncio", little, 1, timeout_s=timeout_s)
    outcomes = meter.Meter(ahead).measure(Round(group, 0, "0"))
    return {outcome.cell.label: outcome for outcome in outcomes if isinstance(outcome, Run | Failure)}


def check(outcomes: dict[str, Outcome], expected: Sequence[Row]) -> None:
    """See that each bad loop got what its row says, and that the good ones are complete."""
    found = {row.loop: outcomes.pop(row.loop) for row in expected}
    assert {row.loop: found[row.loop] for row in expected if not row.describes(found[row.loop])} == {}
    assert set(outcomes) == {"asyncio", "control"}
    for outcome in (*outcomes.values(), *found.values()):
        if isinstance(outcome, Run):
            assert {stage: len(values) for stage, values in outcome.values.items()} == dict.fromkeys(
                ("total", "create", "start", "work", "finish"), SWEEPS
            )
    assert [outcome.ending for outcome in outcomes.values() if isinstance(outcome, Run)] == [None, None]


def test_every_bad_loop_has_a_row_that_says_what_it_does() -> None:
    written = {
        (f"{file.stem}:{node.name}", (ast.get_docstring(node) or "").partition("\n")[0])
        for file in LOOPS.glob("*.py")
        if file.stem not in SHARED
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }

    assert {(row.loop, row.does) for row in rows()} == written
    assert all(does for _, does in written)


@pytest.mark.every_python
# Not all in one round: so many workers that end at once end late.
@pytest.mark.parametrize("modules", [
    ("raising", "starving"), ("dying", "leaking"), ("lying", "patching", "skipping", "unseen"), ("noisy", "wavering"),
    ("staying", "meddling"), ("threaded",),
])  # fmt: skip
def test_bad_loops_get_what_they_deserve_and_the_others_are_measured(modules: Sequence[str], mark: str) -> None:
    expected = rows(*modules)

    outcomes = measured(*(row.loop for row in expected))

    last_words = outcomes.get("noisy:to_the_end")
    if isinstance(last_words, Failure):
        assert "the last words" in last_words.output
        assert last_words.output.endswith("RuntimeError: enough\n")
        assert len(last_words.output) <= processes.KEPT_OUTPUT
    check(outcomes, expected)
    assert left_behind(mark) == {}


@pytest.mark.every_python
def test_what_hangs_is_killed_with_all_that_it_has_started(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    measured()
    # Twelve more beside them start as slowly as two processors let them: here, and now.
    monkeypatch.setattr(meter, "START_S", 8 * (time.monotonic() - began))
    expected = rows("hanging")

    outcomes = measured(*(row.loop for row in expected), timeout_s=2)

    for name in ("with_a_child", "with_a_child_elsewhere", "with_a_daemon"):
        failure = outcomes[f"hanging:{name}"]
        assert isinstance(failure, Failure)
        assert re.fullmatch(r"started \d+\n", failure.output)
    check(outcomes, expected)
    assert left_behind(mark) == {}


def test_a_run_with_bad_loops_ends_with_3_a_whole_table_and_commands_that_show_each_alone(tmp_path: Path) -> None:
    names = ("dying:segfaults", "raising:InClose", "hanging:Later", "dying:at_exit")
    words = [
        *shlex.split("--rounds 2 --without-intervals --timeout 2 -q --seed 1 --thread worker -o"),
        str(tmp_path / "run"),
    ]

    done = by_hand(f"python -m bench --scenario manual {shlex.join(words)} --loop {' --loop '.join(names)}")

    out, _ = done.communicate(timeout=300)
    assert done.returncode == 3
    assert re.search(r"^scenario +asyncio +dying:at_exit +verdict +control$", out, re.MULTILINE)
    assert re.search(r"^manual .*\(–\)  inconclusive  .*\(–\)$", out, re.MULTILINE)
    told = re.findall(r"^(\w+:\w+): (.*)\n    reproduce with: (.*)$", out, re.MULTILINE)
    assert {loop: reason for loop, reason, _ in told} == {
        "dying:segfaults": "not measured in manual: died of SIGSEGV",
        "raising:InClose": "not measured in manual: BufferError: 3 handles are still open",
        "hanging:Later": "not measured in manual: no answer within 2 s: killed",
        "dying:at_exit": "not whole in manual: 2 rounds, an interval needs 8; died of SIGABRT after "
        "delivering its values",
    }
    shown = {loop: by_hand(command) for loop, _, command in told}
    hangs = shown.pop("hanging:Later")
    printed = {loop: process.communicate(timeout=300)[0] for loop, process in shown.items()}
    assert hangs.poll() is None
    hangs.kill()
    assert hangs.communicate(timeout=300)[0] == ""
    assert {loop: process.returncode for loop, process in shown.items()} == {
        "dying:segfaults": -signal.SIGSEGV, "raising:InClose": 1, "dying:at_exit": -signal.SIGABRT,
    }  # fmt: skip
    assert printed["raising:InClose"].endswith("BufferError: 3 handles are still\nopen\n")
    assert printed["dying:at_exit"] == "[{'name': 'Jane', 'age': 19}, {'name': 'John', 'age': 24}]\n"


def by_hand(command: str) -> "subprocess.Popen[str]":
    """Start a command as a user would who has the folder of bad loops as the current one."""
    program, *words = shlex.split(command)
    assert program == "python"
    environment = {**os.environ, "PYTHONPATH": str(LOOPS.parents[1])}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *words], cwd=LOOPS, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )
