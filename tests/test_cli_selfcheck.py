"""`selfcheck`, as a user calls it."""

import json
from dataclasses import replace

import pytest
from commands import main

from bench.plan import sampling
from bench.reports import selfcheck
from bench.reports.rendering import render
from bench.selfcheck import trials
from bench.selfcheck.scores import Trial
from bench.selfcheck.trials import Design, Step, Trials
from bench.statistics.estimates import Estimate

ITSELF = Trial("lock-step", 0.0, 1.0, Estimate(1.001, 0.99, 1.01), different=False, called=False, seconds=10.2)
SLOWER = Trial("lock-step", 0.02, 1.0199, Estimate(1.02, 1.01, 1.03), different=True, called=False, seconds=10.2)
PYPERF = Trial("pyperf", 0.0, 1.0, Estimate(1.4, 1.3, 1.5), different=True, called=True, seconds=10.1)
WORDS = ("selfcheck", "--seed", "7", "-q")


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few sweeps, and little of pyperf."""
    monkeypatch.setattr(sampling, "DEFAULT", sampling.Sampling(sweeps=3, value_s=0.0005, warmups=1))
    monkeypatch.setattr(trials, "PYPERF_OPTIONS", ("-p", "2", "-n", "2", "-l", "3"))


@pytest.fixture
def makes(monkeypatch: pytest.MonkeyPatch) -> list[Trial | BaseException]:
    """What each trial gives, instead of measuring it."""
    given: list[Trial | BaseException] = []

    def make(_: Trials, step: Step) -> tuple[Trial, ...]:
        for one in given:
            if isinstance(one, BaseException) and step.number:
                raise one
        return tuple(one for one in given if isinstance(one, Trial)) if step.number else ()

    monkeypatch.setattr(Trials, "make", make)
    return given


def check(*found: Trial) -> selfcheck.SelfCheck:
    return selfcheck.selfcheck("2026-11-24", {"python": "3.14.0"}, Design("runner", (0.02,), 10, 300, 7), 1e-4, found)


def test_it_ends_in_a_table_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    code = main("selfcheck", "--itself", "--trials", "1", "--trial-time", "1s", "--against", "pyperf")

    out, err = capsys.readouterr()
    assert code == 0
    assert [line.split()[:3] for line in out.splitlines()[2:4]] == [
        ["lock-step", "itself", "1"], ["pyperf", "itself", "1"],
    ]  # fmt: skip
    assert "a loop compared with itself is called different in " in out
    assert "In the same time pyperf's own scheduler calls it different in " in out
    assert err.startswith("trial 1: a loop with itself: at most ")


def test_json_holds_every_trial_its_truth_and_the_design(
    makes: list[Trial | BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    makes += [ITSELF, SLOWER]

    code = main(*WORDS, "--effect", "2%", "--trials", "3", "--json")

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert len(found["trials"]) == 6
    assert found["trials"][1]["truth"] == 1.0199
    assert [score["trials"] for score in found["scores"]] == [3, 3]
    assert (found["design"]["seed"], found["design"]["effects"]) == (7, [0.02])
    assert found["smallest"] == pytest.approx(0.01, rel=0.05)
    assert found["facts"]["implementation"] == "CPython"


def test_a_loop_that_differs_from_itself_ends_with_1_and_says_so(
    makes: list[Trial | BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    makes += [replace(ITSELF, different=True)]

    code = main(*WORDS, "--itself", "--trials", "9")

    out = capsys.readouterr().out
    assert code == 1
    assert "NOT TO BE TRUSTED: a loop was reported as different from itself in 9 of 9 trials, more than the 5 %" in out
    assert "\n    see what disturbs this one: python -m bench doctor\n" in out


def test_ctrl_c_keeps_what_was_tried(makes: list[Trial | BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    makes += [KeyboardInterrupt()]

    code = main(*WORDS, "--itself")

    out, err = capsys.readouterr()
    assert code == 130
    assert "interrupted; the trials made so far:" in err
    assert out.endswith("\n\nNo trial was made to its end: give more time, --max-time.\n")


@pytest.mark.parametrize(("words", "said"), [
    (["--scenario", "runer"], "no scenario is called 'runer'; the nearest: runner"),
    (["--scenario", "own_run"], "own_run can't be measured here: no run() of its own"),
    (["--loop", "uvloop"], "--loop is for --repeat: the loops of trials are those whose difference is known"),
    (["--repeat", "3", "--trials", "3"], "--repeat says how many runs there are, and has no other scheduler"),
    (["--repeat", "3", "--loop", "nonesuch:x"], "nonesuch:x can't be imported"),
    (["--max-time", "20s"], "20 s are too short: a trial takes about 10 s\ngive --max-time 30s or more"),
])  # fmt: skip
def test_mistakes_are_said_without_a_traceback(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(*WORDS, *words)

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {said}")


@pytest.mark.parametrize(("words", "problem"), [
    (["--effect", "0%"], "--effect: 0%: give more than 0%"), (["--effect", "901%"], "--effect: 901%"),
    (["--effect", "2"], "--effect: '2': write a percentage"), (["--max-time", "soon"], "--max-time: 'soon'"),
    (["--trial-time", "0"], "--trial-time: 0"), (["--trials", "0"], "--trials: 0"),
    (["--against", "asv"], "--against: invalid choice: 'asv'"),
    (["--itself", "--effect", "2%"], "--effect: not allowed with argument --itself"),
])  # fmt: skip
def test_impossible_values_are_refused_in_words(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*WORDS, *words) == 2
    assert f"error: argument {problem}" in capsys.readouterr().err


def test_the_sentence_says_what_was_found_and_the_smallest_difference() -> None:
    said = selfcheck.sentence(check(*[ITSELF] * 4, SLOWER, replace(SLOWER, different=False), *[PYPERF] * 2))

    assert said == (
        "On this machine, in 10 s, a difference of 2 % is found in 1 of 2 trials; "
        "a loop compared with itself is called different in 0 of 4. "
        "The smallest difference that is found in 19 of 20: about 1 % in 10 s, 0.42 % in 60 s. "
        "In the same time pyperf's own scheduler calls it different in 2 of 2; "
        "it is off by 34 % (root mean square), lock-step by 0.1 %."
    )


def test_every_score_is_a_row_with_its_numbers() -> None:
    lines = render(selfcheck.document(check(*[ITSELF] * 4, SLOWER, PYPERF)), "tsv").splitlines()

    rows = [[cell.strip() for cell in line.split("\t")] for line in lines[1:4]]
    assert rows == [
        ["lock-step", "itself", "4", "0 (0–60 %)", "–", "0", "0.1 %", "+0.10 %", "±1 %", "10 s"],
        ["lock-step", "2 % slower", "1", "1 (3–100 %)", "1", "0", "0.0098 %", "+0.01 %", "±0.98 %", "10 s"],
        ["pyperf", "itself", "1", "1 (3–100 %)", "–", "1", "34 %", "+33.65 %", "±7.1 %", "10 s"],
    ]


def test_a_narrow_terminal_gets_two_tables() -> None:
    whole, parted = (render(selfcheck.document(check(ITSELF, SLOWER)), "simple", width) for width in (200, 70))

    assert max(map(len, parted.splitlines())) <= 70
    assert whole.count("truth") == parted.count("truth") - 1


def test_with_a_load_the_sentence_tells_the_worst_of_both() -> None:
    loaded = replace(SLOWER, effect=1.0, truth=2.0, ratio=Estimate(2.2, 2.1, 2.3), beside=4)
    alone = replace(loaded, ratio=Estimate(2.0, 1.9, 2.1), beside=0)
    found = [ITSELF, replace(ITSELF, beside=4, different=True), alone, replace(loaded, different=False)]
    made = selfcheck.selfcheck("2026-11-25", {}, Design("runner", (1.0,), 10, 300, 7, load=4), 1e-4, found)

    assert selfcheck.sentence(made).startswith(
        "On this machine, in 10 s, a difference of 100 % is found in 0 of 1 trials beside 4 busy processes; "
        "a loop compared with itself is called different in 1 of 1 beside 4 busy processes. "
        "Ratios were off by at most 0 % beside nothing, 9.5 % beside 4 busy processes (root mean square). "
    )
    assert "lock-step  100 % slower  4 busy processes" in render(selfcheck.document(made), "simple", 200)


def test_the_same_comparison_can_be_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--repeat", "3", "--loop", "asyncio-poll", "--scenario", "manual", "--trial-time", "0.1s", "--affinity")

    code = main(*WORDS, *words, "none", "--max-time", "1s", "--json")

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [(each["number"], each["label"]) for each in found["repetitions"]] == [
        (number, label) for number in (1, 2, 3) for label in ("control", "asyncio-poll")
    ]
    assert [score["runs"] for score in found["scores"]] == [3, 3]
    assert (found["design"]["affinity"], found["design"]["loops"]) == (None, ["asyncio", "asyncio-poll"])
