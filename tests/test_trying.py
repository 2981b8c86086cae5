"""Trying checks in processes: what hangs, dies or lies is a finding, and nobody is blamed for a suspended harness."""

import pytest

from bench.contract import trying
from bench.contract.checks import every
from bench.contract.findings import Finding
from bench.contract.trying import Batch, Question, batch, findings
from bench.errors import NotMeasuredError
from bench.measurement.processes import Process, SuspendedError
from bench.subjects import loops

pytestmark = pytest.mark.usefixtures("_bad_loops")


def tried(check: str, *names: str, timeout_s: float = 60) -> dict[str, Finding]:
    """What became of this check on each of these loops."""
    batches = [batch(loops.named(name), every()[check], timeout_s) for name in names]
    return {finding.loop: finding for finding in findings(batches)}


def test_a_loop_that_dies_is_a_finding_and_the_others_are_tried() -> None:
    found = tried(
        "result_or_exception", "dying:segfaults", "dying:exits", "noisy:scribbles", "raising:interrupts", "asyncio"
    )

    assert {name: (one.how, one.kept) for name, one in found.items()} == {
        "dying:segfaults": ("died", False),
        "dying:exits": ("died", False),
        "noisy:scribbles": ("broken", False),
        "raising:interrupts": ("broken", False),
        "asyncio": ("kept", True),
    }
    assert found["dying:segfaults"].reason == "died of SIGSEGV"
    assert found["noisy:scribbles"].reason == "wrote something into the harness's pipe that is not an answer"
    assert found["raising:interrupts"].reason == "KeyboardInterrupt"


def test_a_loop_that_hangs_is_killed_and_says_after_how_long() -> None:
    found = tried("result_or_exception", "hanging:deaf", timeout_s=2)

    assert found["hanging:deaf"].how == "hung"
    assert found["hanging:deaf"].reason == "no answer within 2 s: killed"


def test_a_loop_that_hangs_only_at_the_end_of_the_interpreter_keeps_all_but_ending_well() -> None:
    ending = tried("ends_well", "hanging:at_exit", timeout_s=2)["hanging:at_exit"]
    other = tried("result_or_exception", "hanging:at_exit")["hanging:at_exit"]

    assert (ending.how, ending.reason) == ("hung", "no end within 2 s: killed")
    assert other.kept


def test_a_loop_whose_interpreter_ends_well_keeps_that() -> None:
    assert tried("ends_well", "asyncio")["asyncio"].kept


def test_a_harness_that_was_suspended_tries_again(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 2

    assert tried("debug_mode", "asyncio")["asyncio"].kept
    assert suspensions == []


def test_a_harness_that_is_suspended_each_time_blames_no_loop(suspensions: list[str]) -> None:
    suspensions += ["suspended"] * 3

    with pytest.raises(NotMeasuredError, match="debug_mode could not be tried: suspended"):
        tried("debug_mode", "asyncio")


def test_a_suspension_at_the_end_of_the_interpreter_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def suspended(*_: object) -> None:
        raise SuspendedError("suspended")

    monkeypatch.setattr(Process, "end", suspended)

    with pytest.raises(NotMeasuredError, match="ends_well could not be tried: suspended"):
        tried("ends_well", "asyncio")


def test_no_loop_is_blamed_for_the_time_in_which_nobody_waited_for_it() -> None:
    attempt = trying._Attempt(Batch((Question(loops.named("asyncio"), "debug_mode", "running"),), 20))
    attempt._looked -= 1000  # the harness was suspended, or has ended other processes

    finding = attempt.look(0)
    attempt.end()

    assert finding is None
    assert 0 < attempt._waited_s <= trying.STEP_S


@pytest.mark.parametrize("most", [trying.AT_ONCE, trying.MOST_AT_ONCE])
def test_what_probably_hangs_keeps_no_other_check_waiting(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[object] = []
    seen: list[int] = []

    class Attempt:
        """One that answers when as many are alive as can be."""

        def __init__(self, of: Batch) -> None:
            self.left, self.prompt = [*of.questions], most == trying.AT_ONCE
            alive.append(self)

        def look(self, _wait_s: float) -> Finding | None:
            seen.append(len(alive))
            return self.left.pop().finding("kept", "") if len(alive) >= min(most, 20 - len(found)) else None

        def end(self) -> None:
            if self in alive:
                alive.remove(self)

    monkeypatch.setattr(trying, "_Attempt", Attempt)
    found: list[Finding] = []
    for finding in findings([batch(loops.named("asyncio"), every()["debug_mode"])] * 20):
        found.append(finding)  # noqa: PERF402  (how many there are is looked at meanwhile)

    assert len(found) == 20
    assert max(seen) == most


def test_a_check_is_prompt_until_it_was_waited_for_some_time() -> None:
    attempt = object.__new__(trying._Attempt)
    attempt._ready, attempt._waited_s = False, 50.0

    starting = attempt.prompt
    attempt._ready, attempt._waited_s = True, 0.2
    soon = attempt.prompt
    attempt._waited_s = 1.5

    assert (starting, soon, attempt.prompt) == (True, True, False)


def test_stopping_early_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Process] = []
    begin = Process.__init__

    def watched(process: Process, *words: object) -> None:
        begin(process, *words)  # type: ignore[arg-type]  # as it was called
        begun.append(process)

    monkeypatch.setattr(Process, "__init__", watched)
    trial = iter(findings([batch(loops.named("asyncio"), every()["debug_mode"], 60)] * 5))
    next(trial)
    trial.close()  # type: ignore[attr-defined]  # it is a generator

    assert len(begun) < 5
    assert all(process._process.returncode is not None for process in begun)
