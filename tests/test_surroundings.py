"""What surrounds the rounds of a run: seen before and after each, and said in the report."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from invented import about, run

from bench.measurement import surroundings as watching
from bench.measurement.surroundings import Look, watched
from bench.plan.rounds import Round, schedule
from bench.reports import surroundings, tables
from bench.reports.document import Document
from bench.reports.rendering import render
from bench.statistics.comparisons import compare
from bench.store.outcomes import Kept, Outcome, Surroundings

IDLE = {"user": 10.0, "idle": 100.0, "steal": 1.0}


def rounds(number: int = 1) -> list[Round]:
    return list(schedule(about(["manual"], ["asyncio"]).groups, number, 1, {}, {}))


def told(*looks: Look) -> list[Outcome]:
    """What is told of rounds between these looks, two for each."""
    outcomes: list[Outcome] = []
    seen: Iterator[Look] = iter(looks)
    given = list(watched(rounds(len(looks) // 2), outcomes.append, lambda: next(seen)))
    assert given == rounds(len(looks) // 2)
    return outcomes


def test_what_others_used_is_what_this_process_and_its_workers_did_not() -> None:
    before = Look(IDLE, own_s=2.0, switches=5, load=0.5)
    after = Look({"user": 14.0, "idle": 104.0, "steal": 3.0}, own_s=5.0, switches=9, load=1.5)

    (found,) = told(before, after)

    assert found == Surroundings("manual", 0, others=0.1, stolen=0.2, load=1.5, switches=4)


def test_what_can_not_be_known_is_unknown() -> None:
    unknown = Look(None, 0.0, None, None)

    assert told(unknown, unknown) == [Surroundings("manual", 0)]
    assert told(Look(IDLE, 0.0, 3, 1.0), unknown) == [Surroundings("manual", 0)]


def test_a_round_that_is_not_measured_to_its_end_has_no_surroundings() -> None:
    outcomes: list[Outcome] = []
    given = watched(rounds(2), outcomes.append)

    next(given)
    given.close()

    assert outcomes == []


def test_a_look_at_this_machine_knows_what_its_kernel_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    here = watching.look()

    assert here.cpu_s
    assert here.own_s > 0
    assert here.switches is not None
    monkeypatch.setattr(os, "name", "nt")
    elsewhere = watching.look()
    assert (elsewhere.switches, elsewhere.load) == (None, None)


def said(*found: Surroundings) -> str:
    return render(
        Document(body=tuple(surroundings.of_run(Kept(about(["manual", "warm"], ["asyncio"]), found)))), "simple"
    )


QUIET = Surroundings("manual", 0, others=0.02, stolen=0.0, load=0.9, switches=20)


def test_a_quiet_run_says_so() -> None:
    assert said(QUIET, replace_round(QUIET, 1)) == (
        "While it measured, a round (median, least to most): load 0.900 (0.900 to 0.900); other programs used 2 % "
        "(2 % to 2 %) of the processors; interruptions of workers 20 (20 to 20). No round was disturbed (others over "
        "10 %, or the host over 1 %).\n"
    )


def replace_round(one: Surroundings, index: int, others: float = 0.02, stolen: float = 0.0) -> Surroundings:
    return Surroundings(one.scenario, index, others, stolen, one.load, one.switches)


def test_the_rounds_that_were_disturbed_are_named() -> None:
    busy, stolen = replace_round(QUIET, 1, others=0.2), replace_round(QUIET, 3, stolen=0.05)
    text = said(QUIET, busy, replace_round(QUIET, 2), stolen, replace_round(QUIET, 4))

    assert "2 of 5 rounds were disturbed (others over 10 %, or the host over 1 %): manual 2, 4.\n" in text
    assert "the host took 5 % (5 % to 5 %)" in text
    assert "BUSY MACHINE" not in text


def test_a_machine_that_was_busy_most_of_the_time_is_called_out() -> None:
    busy = [replace_round(QUIET, index, others=0.5) for index in range(20)]

    assert "20 of 20 rounds were disturbed (others over 10 %, or the host over 1 %).\n" in said(*busy)
    assert (
        "BUSY MACHINE: 20 of 20 rounds were disturbed, which widens intervals and can move ratios by some per cent; end"
        in said(*busy)
    )
    assert "13 of 40 rounds were disturbed (others over 10 %, or the host over 1 %).\n" in said(
        *busy[:13], *(replace_round(QUIET, 20 + index) for index in range(27))
    )


def test_of_a_run_of_which_nobody_looked_nothing_is_said_and_unknown_is_unknown() -> None:
    assert said() == "\n"
    assert "least to most): unknown. No round" in said(Surroundings("manual", 0))


def test_a_report_says_what_surrounded_its_run() -> None:
    found = about(["manual"], ["asyncio"])
    kept = Kept(found, (*(run(cell, index, [1e-4]) for cell in found.cells for index in range(6)), QUIET))

    text = render(tables.brief(tables.document(kept, compare(kept))), "simple")

    assert "\n\nWhile it measured, a round" in text
    assert "While it measured" not in render(
        tables.document(replace(kept, outcomes=kept.outcomes[:-1]), compare(kept)), "simple"
    )
