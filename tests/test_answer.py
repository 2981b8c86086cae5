"""The first screen of a report: what was found, what it means, what it does not say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import pytest
from invented import about, on, run

from bench.plan import cells
from bench.plan.cells import Cell
from bench.reports import tables
from bench.reports.rendering import render
from bench.statistics.comparisons import compare
from bench.store.outcomes import Done, Failure, Kept, Run
from bench.subjects import loops, scenarios
from bench.subjects.loops import Loop

TEN = (
    "asyncio",
    "uvloop",
    "rloop",
    "asyncio-poll",
    "asyncio-select",
    "veloxloop",
    "zuvloop",
    "rsloop",
    "xloop",
    "yloop",
)
EVERY = tuple(name for name in scenarios.names_by_default() if name != "asyncio_run_default")
SPEEDS = {"uvloop": 2.0, "zuvloop": 2.3, "rloop": 0.7, "xloop": 0.7, "yloop": 0.705}


def kept(names: Sequence[str], where: Sequence[str], speeds: Mapping[str, float], rounds: int = 15) -> Kept:
    """Rounds that differ by 0.3 %, with the same median; 60 µs with asyncio."""
    found = about(where, names[:1], rounds)
    chosen = [loops.named("asyncio"), *(Loop(name, f"{name}:new") for name in names[1:])]
    plan = replace(found.plan, loops=tuple(names))
    skips = cells.skips(plan, chosen, found.scenarios, on((3, 14)))
    found = replace(found, plan=plan, skips=skips)
    outcomes: list[Run | Done | Failure] = []
    for cell in found.cells:
        for index in range(rounds):
            spread = 0.0 if cell.role == "baseline" else 0.003 * ((index + len(cell.label)) % 5 - 2)
            seconds = 60e-6 * speeds.get(cell.loop, 1) * (1 + spread)
            outcomes.append(run(cell, index, [seconds]))
    return Kept(found, tuple(outcomes))


def screen(found: Kept, width: int | None = 80) -> str:
    return render(tables.brief(tables.document(found, compare(found))), "simple", width)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_ten_loops_have_a_row_each_and_every_scenario_its_column_at_any_width(width: int) -> None:
    text = screen(kept(TEN, EVERY, SPEEDS), width)

    assert max(map(len, text.splitlines())) <= width or "reproduce with" in text
    heads = [line.split() for line in text.splitlines() if line.startswith("loop ")]
    assert [name for head in heads for name in head[1:]] == list(EVERY)
    for name in TEN:
        assert len(re.findall(rf"^{name} .* (?:µs|same|slower|faster|–)", text, re.MULTILINE)) == len(heads)
    assert len(heads) == {60: 3, 80: 2, 200: 1}[width]


def test_ten_loops_fit_on_about_one_screen() -> None:
    assert len(screen(kept(TEN, EVERY, SPEEDS)).splitlines()) <= 50


def test_loops_that_can_not_be_told_apart_share_the_mark_of_the_fastest() -> None:
    text = screen(kept(TEN, ["manual", "runner"], SPEEDS))

    marked = {line.split()[0] for line in text.splitlines() if line.count(" *") == 2}
    assert marked == {"rloop", "xloop", "yloop"}
    assert re.search(r"^uvloop +2\.00 slower +2\.00 slower$", text, re.MULTILINE)
    assert re.search(r"^rsloop +1\.00 same +1\.00 same$", text, re.MULTILINE)
    assert re.search(r"^asyncio +60\.0 µs +60\.0 µs$", text, re.MULTILINE)
    assert "*: no loop is faster for sure." in text


def test_a_baseline_that_no_loop_beats_has_the_mark_too() -> None:
    assert re.search(
        r"^asyncio +60\.0 µs \*", screen(kept(["asyncio", "xloop", "yloop"], ["manual"], {"xloop": 2})), re.MULTILINE
    )


def test_with_one_loop_a_row_is_a_scenario_and_has_the_interval() -> None:
    found = kept(["asyncio", "uvloop"], EVERY, SPEEDS)

    for width in (60, 80):
        rows = [re.split("  +", line) for line in screen(found, width).splitlines()]
        assert rows[0][:4] == ["scenario", "asyncio", "uvloop", "verdict"]
        assert [row[0] for row in rows[2 : 2 + len(EVERY)]] == list(EVERY)
        assert rows[2][1:4] == ["60.0 µs", rows[2][2], "slower"]
        assert re.fullmatch(r"2\.00 \(1\.9\d–2\.0\d\)", rows[2][2])
        assert max(map(len, screen(found, width).splitlines())) <= width
    assert "In brackets the confidence interval, 95 %." in screen(found)


def test_a_loop_that_a_scenario_lacks_has_a_dash_there() -> None:
    text = screen(kept(TEN, ["manual", "own_run"], SPEEDS))

    assert re.search(r"^xloop +0\.70 faster \* +–$", text, re.MULTILINE)
    assert text.count("no run() of its own") == 1
    assert "uvloop, rloop, asyncio-poll," in text


def test_it_says_what_the_ratios_mean_in_seconds_and_what_they_do_not_say() -> None:
    one = screen(kept(["asyncio", "uvloop"], EVERY, SPEEDS), None)
    many = screen(kept(TEN, EVERY, SPEEDS), None)

    limits = "It does not say how fast a server is: the start and the close of loops were measured, not throughput."
    assert (
        "In asyncio_run, a lifecycle costs uvloop 60 µs more than asyncio: 0.12 s more in 2,000 tests with a loop "
        f"each; a server starts one loop in its life. {limits}"
    ) in one
    assert (
        "In asyncio_run, a lifecycle costs zuvloop 78 µs more than asyncio, rloop 18 µs less: "
        f"0.16 s more, 36 ms less in 2,000 tests with a loop each; a server starts one loop in its life. {limits}"
    ) in many


def test_of_another_workload_it_promises_nothing_for_tests_or_servers() -> None:
    found = kept(["asyncio", "uvloop"], ["manual"], SPEEDS)
    about = replace(found.about, plan=replace(found.about.plan, workloads=("turns=5",)))
    runs = tuple(msgspec.structs.replace(run, cell=replace(run.cell, workload="turns=5")) for run in found.runs)

    text = screen(replace(found, about=about, outcomes=runs), None)

    assert (
        "In manual/turns=5, a lifecycle costs uvloop 60 µs more than asyncio. A lifecycle holds its workload: the "
        "stage work is the workload alone, and the rest is start and close."
    ) in text


def test_of_an_open_loop_it_speaks_of_calls() -> None:
    text = screen(kept(["asyncio", "uvloop"], ["warm"], SPEEDS), None)

    assert "In warm, a start and stop costs uvloop 60 µs more than asyncio: 0.12 s more in 2,000 calls. It does" in text


def test_where_nothing_differs_or_nothing_was_compared_it_names_no_cost() -> None:
    assert "In manual, no loop can be told apart from asyncio. It does not say" in screen(
        kept(["asyncio", "xloop"], ["manual"], {}), None
    )
    alone = screen(kept(["asyncio"], ["manual"], {}), None)
    assert "\n\nIt does not say" in alone
    assert "costs" not in alone


def test_the_brief_report_leaves_the_tables_of_scenarios_to_the_whole_one() -> None:
    found = kept(["asyncio", "uvloop"], EVERY, SPEEDS)
    whole = tables.document(found, compare(found))

    assert "create ratio" in render(whole, "simple")
    assert "create ratio" not in screen(found)
    assert set(tables.brief(whole).screen()) < set(whole.screen())


def failing(names: Mapping[tuple[str, str], int]) -> Kept:
    """Let loops die in the first rounds, so many of each (scenario, loop)."""
    whole = kept(["asyncio", "xloop", "yloop"], ["manual", "runner"], {})

    def dies(cell: Cell, index: int) -> bool:
        return index < names.get((cell.scenario, cell.label), 0)

    outcomes = (
        Failure(one.cell, one.round, "died of SIGSEGV") if dies(one.cell, one.round) else one for one in whole.runs
    )
    return replace(whole, outcomes=tuple(outcomes))


def test_what_is_missing_in_every_scenario_stands_once_with_one_command() -> None:
    text = screen(failing({("manual", "xloop"): 15, ("runner", "xloop"): 15}))

    assert text.count("SIGSEGV") == 1
    assert "xloop: not measured in any scenario: died of SIGSEGV\n" in text
    assert "    reproduce with: python -m scenarios.manual --loop xloop\n" in text


def test_loops_with_the_same_fault_share_its_note() -> None:
    text = screen(failing({("manual", "xloop"): 1, ("manual", "yloop"): 2}))

    assert "xloop, yloop: not whole in manual: died of SIGSEGV\n" in text


def test_what_a_table_remarks_of_a_row_is_pointed_at() -> None:
    text = screen(kept(["asyncio", "xloop"], ["manual"], {}, rounds=3))

    assert "The tables of the scenarios have a remark on control in manual, xloop in manual." in text


def test_the_widest_of_the_intervals_that_are_wider_than_asked_is_named_once_for_all_scenarios() -> None:
    found = kept(TEN, ["manual", "runner"], SPEEDS)
    asked = replace(found.about.plan.sampling, precision=1e-4, max_time_s=90)
    wide = replace(found, about=replace(found.about, plan=replace(found.about.plan, sampling=asked)))

    assert re.search(
        r"Wider than ±0.01 %: 20 of 20 intervals; the widest is ±0?\.?\d+ %, \S+ in manual\.", screen(wide, None)
    )
    assert "Wider than" not in screen(found, None)


def test_a_run_of_which_nothing_is_known_says_so() -> None:
    empty = replace(kept(["asyncio", "xloop"], ["manual"], {}), outcomes=())

    text = screen(empty)
    assert "asyncio, control, xloop: not measured in manual: not measured yet" in text
    assert text.endswith("Nothing was measured that could be compared.\n")
