"""Reports of invented runs, as a stranger reads them."""

import csv
import dataclasses
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from invented import about, run
from tabulate import tabulate_formats

from bench.reports import sentence, tables
from bench.reports.files import FILES
from bench.reports.rendering import render
from bench.statistics.comparisons import compare
from bench.store.outcomes import Kept

Invent = Callable[..., Kept]


@pytest.fixture
def kept(invent: Invent) -> Kept:
    """Let uvloop take twice as long, and rloop died."""
    return invent({
        "asyncio": [[1e-4, 1.1e-4]] * 8, "control": [[1e-4, 1.1e-4]] * 8,
        "uvloop": [[2e-4, 2.2e-4]] * 8, "rloop": [None] * 8,
    })  # fmt: skip


def text(kept: Kept, style: str = "simple", width: int | None = None) -> str:
    return render(tables.document(kept, compare(kept)), style, width)


def test_a_table_has_total_ratio_verdict_and_stages(kept: Kept) -> None:
    lines = text(kept).splitlines()

    assert lines[0].startswith("total: time of one lifecycle")
    lines = lines[2:]
    assert lines[0] == "manual: By hand, minimal: new_loop, set_event_loop, create_task, run_until_complete, close"
    assert lines[2].split() == [
        "loop", "total", "µs", "ratio", "verdict", "create", "start", "work", "finish",
        "create", "ratio", "start", "ratio", "work", "ratio", "finish", "ratio",
    ]  # fmt: skip
    assert lines[4].split() == ["asyncio", "105", "(105–105)", "1", "baseline", *["26.3"] * 4, *["1"] * 4]
    assert lines[5].split()[3:6] == ["1.000", "(1.000–1.000)", "noise"]
    assert lines[6].split()[:6] == ["uvloop", "210", "(210–210)", "2.00", "(2.00–2.00)", "slower"]
    assert lines[8].startswith(
        "rloop: not in the table: died of SIGSEGV (round 1, 2, 3, 4, 5, 6, 7, 8); 0 of 8 rounds kept"
    )
    assert lines[9] == "    reproduce with: python -m scenarios.manual --loop rloop"


def test_a_table_that_is_too_wide_is_parted_and_says_the_same(kept: Kept) -> None:
    whole, parted = text(kept), text(kept, width=79)

    assert max(map(len, parted.splitlines())) <= 80
    words = Counter(word for word in whole.split() if set(word) != {"-"})
    assert words <= Counter(parted.split())
    for number in ("210 (210–210)", "2.00 (2.00–2.00)", "slower", "52.5"):
        assert number in parted


def asked_for(kept: Kept, precision: float) -> Kept:
    sampling = replace(kept.about.plan.sampling, precision=precision, max_time_s=90)
    return replace(kept, about=replace(kept.about, plan=replace(kept.about.plan, sampling=sampling)))


def test_scenarios_with_threads_of_their_own_are_named(invent: Invent, kept: Kept) -> None:
    totals = {name: [[1e-4]] * 6 for name in ("asyncio", "control")}

    assert "In threads they ran in threads of the scenario's own" in text(invent(totals, "threads"))
    assert "In bridge they ran in threads of the scenario's own" in text(invent(totals, "bridge"))
    assert "of the scenario's own" not in text(kept)


def test_intervals_that_are_wider_than_asked_are_named(invent: Invent) -> None:
    spread = [[1e-4 * (1 + 0.01 * index)] for index in range(8)]
    kept = invent({"asyncio": [[1e-4]] * 8, "control": [[1e-4]] * 8, "uvloop": spread})

    said = "wider than asked, uvloop ±3.4 %: more time narrows it (±2 % within 90 s was asked for)"
    assert said in text(asked_for(kept, 0.02))
    assert "wider than asked" not in text(asked_for(kept, 0.04))
    assert "wider than asked" not in text(kept)
    assert "8 or more, for ±2 % within 90 s, of up to 4 sweeps" in FILES["report.md"](asked_for(kept, 0.02), (), None)


def test_an_interval_without_bounds_has_a_reason_of_its_own(invent: Invent) -> None:
    kept = invent({"asyncio": [[1e-4]] * 3, "control": [[1e-4]] * 3, "uvloop": [[1e-4]] * 3})

    said = text(asked_for(kept, 0.5))

    assert "wider than asked" not in said
    assert "control, uvloop: 3 rounds, an interval needs 6" in said


@pytest.mark.parametrize("style", sorted(tabulate_formats))
def test_every_format_of_tabulate_is_a_format(kept: Kept, style: str) -> None:
    assert "2.00 (2.00–2.00)" in text(kept, style).replace("&#8211;", "–")


def test_a_control_that_differs_is_called_out(invent: Invent) -> None:
    found = text(invent({"asyncio": [[1e-4]] * 8, "control": [[1.2e-4]] * 8}))

    assert (
        "NOT TO BE TRUSTED: asyncio against itself came out at 1.20 (1.20–1.20) in manual, more than 1 % from 1"
        in found
    )


@pytest.mark.parametrize(("factor", "unit"), [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"), (1e-11, "ns")])
def test_numbers_of_a_table_share_the_unit_that_suits_the_least(invent: Invent, factor: float, unit: str) -> None:
    found = text(invent({"asyncio": [[2 * factor]] * 6, "uvloop": [[5000 * factor]] * 6}))

    assert f"total {unit} " in found


def test_without_an_interval_there_is_a_dash(invent: Invent) -> None:
    assert "2.00 (–)" in text(invent({"asyncio": [[1e-4]] * 2, "uvloop": [[2e-4]] * 2}))


def two_scenarios() -> Kept:
    """Let uvloop take three times as long in `manual`, and only the control be measured in `warm`."""
    found = about(["manual", "warm"], ["asyncio", "uvloop"])
    outcomes = [
        run(cell, index, [1e-4 * (3 if cell.loop == "uvloop" else 1)])
        for cell in found.cells
        for index in range(6)
        if cell.scenario == "manual" or cell.role == "control"
    ]
    return Kept(found, tuple(outcomes))


def test_without_a_baseline_the_ratio_is_a_dash(invent: Invent) -> None:
    found = text(invent({"asyncio": [None] * 6, "uvloop": [[2e-4]] * 6}))

    assert next(line for line in found.splitlines() if line.startswith("uvloop ")).split()[3:5] == ["–", "–"]
    assert "uvloop: nothing to divide by: the baseline was not measured" in found


def test_damaged_lines_are_reported(kept: Kept) -> None:
    assert "journal.jsonl line 3 is left out: bad" in text(
        Kept(kept.about, kept.outcomes, ("journal.jsonl line 3 is left out: bad",))
    )


@pytest.mark.parametrize(("found", "said"), [
    (("load 3.10 on 2 CPUs", "turbo on"), "load 3.10 on 2 CPUs; turbo on"), ((), "none found"),
])  # fmt: skip
def test_what_disturbed_when_it_began_is_said_once(kept: Kept, found: tuple[str, ...], said: str) -> None:
    disturbed = Kept(dataclasses.replace(kept.about, disturbances=found), kept.outcomes)

    for report in (text(disturbed), FILES["report.md"](disturbed, compare(disturbed), None)):
        paragraph = (
            rf"\n\nDisturbances when it began: {said}\.\n+ *see what disturbs now: `?python -m bench doctor`?\n\n"
        )
        assert len(re.findall(paragraph, report)) == report.count("isturbance") == 1


def test_of_a_run_of_which_nobody_looked_nothing_is_said_to_disturb(kept: Kept) -> None:
    assert kept.about.disturbances is None
    for report in (text(kept), FILES["report.md"](kept, compare(kept), None)):
        assert "isturbance" not in report


def test_the_sentence_can_be_quoted(kept: Kept) -> None:
    assert sentence.closing_sentence(kept, compare(kept)) == (
        "Against asyncio on CPython 3.14.0, a lifecycle takes 2.00 (2.00–2.00) times as long with uvloop 1.0: "
        "slower in 1 of 1 scenario; asyncio against itself came out at 1.000."
    )


def test_the_sentence_counts_cases_where_a_scenario_has_several_workloads(kept: Kept) -> None:
    plan = dataclasses.replace(kept.about.plan, workloads=("sleep", "turns=9"))
    two = Kept(dataclasses.replace(kept.about, plan=plan), kept.outcomes)

    assert ": slower in 1 of 1 case; " in sentence.closing_sentence(two, compare(kept))


def test_the_sentence_without_intervals_or_controls(invent: Invent) -> None:
    few = invent({"asyncio": [[1.0]], "uvloop": [[2.0]]})

    assert sentence.closing_sentence(few, compare(few)) == (
        "Against asyncio on CPython 3.14.0, a lifecycle takes 2.00 (–) times as long with uvloop 1.0: "
        "inconclusive in 1 of 1 scenario."
    )


def test_the_sentence_of_nothing(invent: Invent) -> None:
    nothing = invent({"asyncio": [None], "uvloop": [None]})

    assert sentence.closing_sentence(nothing, compare(nothing)).startswith("Nothing was measured")
    assert "\nasyncio: not in the table: died of SIGSEGV" in text(nothing)
    assert "\nuvloop: not in the table: died of SIGSEGV" in text(nothing)


def test_cells_that_share_a_reason_share_a_line(invent: Invent) -> None:
    skipped = invent({"asyncio": [], "asyncio-poll": [], "asyncio-select": []}, scenario="own_run")
    waiting = Kept(skipped.about, ())

    assert "\nasyncio, control: not in the table: not measured yet\n" in text(waiting)


def test_the_page_says_how_it_was_measured(kept: Kept) -> None:
    page = FILES["report.md"](kept, compare(kept), None)

    assert page.startswith("# Event loops compared\n\nAgainst asyncio on CPython 3.14.0,")
    uvloop = next(line for line in page.splitlines() if line.startswith("| uvloop"))
    assert [cell.strip() for cell in uvloop.split("|")][1:4] == ["uvloop", "210 (210–210)", "2.00 (2.00–2.00)"]
    for fact in ("| seed ", "| rounds ", "| method ", "| loop uvloop ", "| measured "):
        assert fact in page


def test_json_has_the_fields_that_are_documented(kept: Kept) -> None:
    rows = json.loads(FILES["comparisons.json"](kept, compare(kept), None))

    assert next(list(row) for row in rows) == [
        "scenario", "loop", "python", "stage", "role", "baseline", "thread", "rounds", "seconds", "ratio",
        "confidence", "verdict", "reason", "workload", "interpreter",
    ]  # fmt: skip
    uvloop = next(row for row in rows if row["loop"] == "uvloop" and row["stage"] == "total")
    assert uvloop["ratio"] == {"value": pytest.approx(2), "low": pytest.approx(2), "high": pytest.approx(2)}
    assert {row["role"] for row in rows} == {"baseline", "control", "loop"}
    assert next(row for row in rows if row["loop"] == "rloop")["seconds"] is None


def test_the_format_csv_is_one_table_of_numbers(kept: Kept) -> None:
    rows = list(csv.DictReader(io.StringIO(text(kept, "csv"))))

    assert [row["loop"] for row in rows] == ["asyncio", "control", "uvloop"]
    assert {row["section"].partition(":")[0] for row in rows} == {"manual"}
    assert [float(rows[2][name]) for name in ("total", "ratio low")] == pytest.approx([2.1e-4, 2])
    assert (rows[0]["ratio"], rows[0]["ratio low"], rows[2]["verdict"]) == ("1", "", "slower")


def test_csv_has_a_row_for_each_comparison(kept: Kept) -> None:
    comparisons = compare(kept)

    rows = list(csv.DictReader(io.StringIO(FILES["table.csv"](kept, comparisons, None))))

    assert len(rows) == len(comparisons)
    uvloop = next(row for row in rows if row["loop"] == "uvloop" and row["stage"] == "total")
    assert [float(uvloop["ratio_value"]), float(uvloop["seconds_low"])] == pytest.approx([2, 2.1e-4])
    assert next(row for row in rows if row["loop"] == "rloop")["ratio_value"] == ""
    assert FILES["table.csv"](kept, (), None) == "\n"


@pytest.mark.parametrize(("least", "most", "said"), [
    (0.86, 1.34, "at 1.000 (0.860–1.34) in manual: nothing vouches for differences below 34 %"),
    (0.90, 1.02, "nothing vouches for differences below 11 %"), (0.97, 1.04, ""),
])  # fmt: skip
def test_a_control_that_is_too_wide_to_vouch_for_anything_is_called_out(
    invent: Invent, least: float, most: float, said: str
) -> None:
    control = [[1e-4 * least], *[[1e-4]] * 6, [1e-4 * most]]
    found = text(invent({"asyncio": [[1e-4]] * 8, "control": control}, scenario="manual"))

    if said:
        assert "TOO NOISY: asyncio against itself" in found
        assert said in found
    else:
        assert "TOO NOISY" not in found


def test_controls_that_are_too_wide_in_several_scenarios_share_a_warning() -> None:
    found = about(["manual", "runner"], ["asyncio"], 8)
    outcomes = [
        run(cell, index, [1e-4 * (1.2 if cell.role == "control" and index == 7 else 1)])
        for cell in found.cells
        for index in range(8)
    ]
    whole = text(Kept(found, tuple(outcomes)))

    assert whole.count("TOO NOISY") == 3  # below each table, and once for all
    assert "(1.000–1.20) in manual (and 1 more too wide): nothing vouches" in whole
