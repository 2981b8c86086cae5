"""What is done with a run whose time is up, and with a workload that sleeps; nothing is measured here."""

from dataclasses import replace
from pathlib import Path

import pytest
from invented import about, run

from bench.cli import measuring
from bench.cli.opening import Opened
from bench.measurement.meter import Meter
from bench.measurement.precision import Held
from bench.store.folder import RunFolder
from bench.store.outcomes import About, Done, Kept, Outcome


def planned(rounds: int, max_time_s: float | None = 20.0) -> About:
    found = about(["manual", "warm"], ["asyncio", "uvloop"], rounds)
    plan = replace(found.plan, sampling=replace(found.plan.sampling, max_time_s=max_time_s))
    return replace(found, plan=plan)


def measured(folder: Path, monkeypatch: pytest.MonkeyPatch, rounds: int, seconds: float) -> Kept:
    """What is kept of a run of this many rounds, each of which takes that long, in 20 s."""

    def rounds_of(_: object, turn: object) -> list[Outcome]:
        group, index = turn.group, turn.index  # type: ignore[attr-defined]  # a round
        return [*(run(cell, index, [1e-4]) for cell in group.cells), Done(group.scenario.name, index, seconds)]

    monkeypatch.setattr(Meter, "measure", lambda meter, turn: (one for one in rounds_of(meter, turn)))
    kept_in = RunFolder(folder)
    kept_in.create(planned(rounds))
    measuring.measure(Opened(kept_in, kept_in.load(), {}), Held(0.0), quiet=True)
    return kept_in.load()


def test_a_run_that_has_enough_rounds_when_its_time_is_up_is_complete_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = measured(tmp_path / "run", monkeypatch, 9, 1.4)

    assert kept.complete
    assert kept.about.plan.sampling.rounds == 7
    assert "the time is up: 7 rounds instead of 9, and every interval needs 6" in capsys.readouterr().err


def test_a_run_that_has_too_few_rounds_when_its_time_is_up_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = measured(tmp_path / "run", monkeypatch, 9, 3.0)

    assert not kept.complete
    assert kept.about.plan.sampling.rounds == 9
    said = capsys.readouterr().err
    assert "the time is up after 3 rounds, and an interval needs 6\ngo on with: " in said
    assert f" --resume {tmp_path / 'run'} --max-time 40s\n" in said


def test_a_run_that_measured_all_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = measured(tmp_path / "run", monkeypatch, 9, 0.5)

    assert kept.complete
    assert kept.about.plan.sampling.rounds == 9
    assert "time is up" not in capsys.readouterr().err
