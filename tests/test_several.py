"""A run on several interpreters: its plan, its statistics and its reports. Invented values, no processes."""

import json
from dataclasses import replace

import msgspec
import pytest
from invented import on_several, run

from bench.errors import BenchError
from bench.machine.facts import facts
from bench.plan import cells
from bench.plan.cells import Cell
from bench.publishing.privacy import Cleaner
from bench.reports import again, records, tables
from bench.reports.charts import overview
from bench.reports.origins import origin
from bench.reports.rendering import render
from bench.reports.sentence import closing_sentence
from bench.statistics import changes, history, pairs
from bench.statistics.comparisons import compare
from bench.statistics.reasons import failures
from bench.statistics.runs import Named
from bench.store import suites
from bench.store.folder import text_of
from bench.store.outcomes import About, Failure, Kept
from bench.subjects import loops
from bench.subjects.interpreters import Interpreter

FIVE = ("3.11", "3.12", "3.13", "3.14", "3.15")
SCENARIOS = ("manual", "runner", "warm")


def test_each_loop_on_each_interpreter_is_a_cell_and_those_of_one_interpreter_stand_together() -> None:
    (group,) = on_several(("3.13", "3.14")).about.groups

    assert [cell.label for cell in group.cells] == [
        "asyncio@3.13", "control", "uvloop@3.13", "asyncio@3.14", "uvloop@3.14",
    ]  # fmt: skip
    assert [cell.role for cell in group.cells] == ["baseline", "control", "loop", "loop", "loop"]
    assert group.cells[1].interpreter == "3.13"


def test_a_plan_with_one_interpreter_has_its_name_and_cells_without_it() -> None:
    plan = replace(on_several(("3.13", "3.14")).about.plan, interpreters=("3.13",), baseline="asyncio")

    assert plan.labels == ("asyncio", "uvloop")
    assert {cell.interpreter for cell in plan.cross("manual")} == {""}


def test_a_baseline_on_an_interpreter_that_is_not_there_is_refused_and_an_interpreter_named_twice() -> None:
    about = on_several(("3.13", "3.14")).about

    for plan in (replace(about.plan, baseline="asyncio@3.15"), replace(about.plan, baseline="asyncio")):
        with pytest.raises(ValueError, match="its baseline is not one of its loops"):
            cells.check(plan, about.scenarios, about.skips)
    with pytest.raises(ValueError, match="an interpreter twice"):
        cells.check(replace(about.plan, interpreters=("3.13", "3.13")), about.scenarios, about.skips)


def test_what_an_interpreter_lacks_is_skipped_there_with_the_reason() -> None:
    about = on_several(("3.11", "3.14"), ("manual", "asyncio_run")).about
    hosts = {
        "3.11": Interpreter("3.11", "", (3, 11), lacks={"uvloop": "gone"}), "3.14": Interpreter("3.14", "", (3, 14)),
    }  # fmt: skip

    skips = cells.skips(about.plan, [loops.named(name) for name in about.plan.loops], about.scenarios, hosts)

    assert {(skip.cell.scenario, skip.cell.label): skip.reason for skip in skips if skip.cell.role == "loop"} == {
        ("manual", "uvloop@3.11"): "gone",
        ("asyncio_run", "uvloop@3.11"): "gone",
    }
    assert {skip.reason for skip in skips if skip.cell.role == "baseline"} == {
        "asyncio.run takes a loop_factory from Python 3.12 on"
    }


@pytest.mark.parametrize("name", ["", "a@b", "a--b", "-a", "x" * 41, "../x", "a b", "é"])
def test_a_name_of_an_interpreter_that_no_file_can_have_is_refused(name: str) -> None:
    about = on_several(("3.13", "3.14")).about
    plan = replace(about.plan, interpreters=("3.13", name))

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(replace(about, plan=plan, skips=())), type=About)


def test_a_run_on_several_interpreters_is_read_back_as_it_was_written() -> None:
    about = on_several(("old", "new")).about

    assert msgspec.json.decode(text_of(about), type=About).groups == about.groups


def test_the_ratio_of_each_is_to_the_baseline_on_its_interpreter() -> None:
    rows = [row for row in compare(on_several(("3.13", "3.15"))) if row.stage == "total"]

    ratios = {row.cell.label: round(row.ratio.value, 3) for row in rows if row.ratio}
    assert ratios == {"control": 1.0, "uvloop@3.13": 1.07, "asyncio@3.15": 1.145, "uvloop@3.15": 1.225}
    assert {row.cell.label: row.python for row in rows}["uvloop@3.15"] == "3.15.1"
    assert {row.compared for row in rows} == {3}


@pytest.mark.parametrize("width", [60, 80, 200])
def test_ten_cells_on_five_interpreters_have_a_row_each_at_any_width(width: int) -> None:
    kept = on_several(FIVE, SCENARIOS)
    comparisons = compare(kept)

    brief = render(tables.brief(tables.document(kept, comparisons)), "simple", width)

    assert max(map(len, brief.splitlines())) <= width
    rows = [line.split()[0] for line in brief.splitlines() if "@" in line.split(" ")[0]]
    assert rows[:10] == list(kept.about.plan.labels)
    assert "Times as long as with asyncio@3.11" in brief


def test_the_report_names_all_interpreters_and_the_versions_of_the_loops() -> None:
    kept = on_several(("3.13", "3.15"))
    comparisons = compare(kept)

    assert origin(kept).startswith("CPython 3.13.1, 3.15.1 · asyncio 1.2 · uvloop 1.2 · ")
    assert closing_sentence(kept, comparisons) == (
        "Against asyncio@3.13 on CPython 3.13.1, 3.15.1, always slower: uvloop@3.13, asyncio@3.15, uvloop@3.15; "
        "asyncio@3.13 against itself came out at 1.000."
    )
    (chart,) = overview(comparisons)
    assert [row[1] for row in chart.table.rows] == ["asyncio@3.13", "uvloop@3.13", "asyncio@3.15", "uvloop@3.15"]
    fields = json.loads(records.as_json(kept, comparisons))
    assert {(row["loop"], row["interpreter"], row["python"]) for row in fields} == {
        (loop, name, f"{name}.1") for loop in ("asyncio", "uvloop") for name in ("3.13", "3.15")
    }


def test_the_command_that_makes_it_again_names_the_interpreters() -> None:
    words = again.command(on_several(("old", "new")).about.plan)

    assert "--baseline asyncio@old --loop uvloop --scenario manual --python old --python new --rounds 15" in words


def test_a_failure_is_reproduced_on_its_interpreter() -> None:
    kept = on_several(("3.13", "3.15"))
    cell = Cell("manual", "uvloop", "loop", interpreter="3.15")

    (reason,) = failures(replace(kept, outcomes=(Failure(cell, 0, "died of SIGSEGV"),)))[cell]

    assert reason.command == (
        "python -m bench --python 3.15 --loop uvloop --scenario manual --rounds 1 --without-intervals"
    )


def test_suites_of_all_interpreters_stand_together_and_those_of_another_platform_apart() -> None:
    kept = on_several(("3.13", "3.15"), rounds=2)
    for one in kept.runs:
        one.metadata["python_version"] = one.cell.interpreter  # type: ignore[index]  # a dict, so that it can be changed
    again_elsewhere = tuple(run(cell, 2, [1.0, 1.0]) for cell in kept.about.cells if cell.interpreter == "3.15")

    first, second = suites.by_platform([*kept.runs, *again_elsewhere])

    assert {one.cell.label for one in first} == {"control", *kept.about.plan.labels}
    assert second == again_elsewhere
    assert set(suites.suites(first, ["manual"])) == {"control", *kept.about.plan.labels}


def test_facts_of_several_interpreters_name_each() -> None:
    hosts = [
        Interpreter(
            name, "", (3, 0), {"python": f"{name}.1", "implementation": "CPython", "build": build}, {"asyncio": "1"}
        )
        for name, build in (("3.13", "GCC"), ("3.14t", "GCC, free-threaded"))
    ]

    known = facts([loops.named("asyncio"), loops.named("uvloop")], hosts)

    assert known["python"] == "3.13.1, 3.14t.1"
    assert known["implementation"] == "CPython"
    assert known["build@3.14t"] == "GCC, free-threaded"
    assert known["loop asyncio@3.13"] == "1"
    assert known["loop uvloop@3.14t"] == "missing"
    assert "build" not in known


def test_what_is_published_keeps_the_facts_of_each_interpreter() -> None:
    kept = on_several(("3.13", "3.15"))

    cleaned = Cleaner(()).run(kept)

    assert cleaned.about.facts == {name: fact for name, fact in kept.about.facts.items() if name != "extra"}
    assert cleaned.about.plan == kept.about.plan


def test_runs_on_other_interpreters_are_not_compared_and_those_on_the_same_are() -> None:
    old, new = on_several(("3.13", "3.15")), on_several(("3.13", "3.14"))
    later = replace(
        old, outcomes=tuple(run(cell, index, [7e-5 + index * 1e-7]) for cell in old.about.cells for index in range(9))
    )

    with pytest.raises(BenchError, match=r"interpreters: 3.13, 3.15 in old, 3.13, 3.14 in new") as refused:
        pairs.paired("old", old, "new", new)
    assert "--loop uvloop --scenario manual --baseline asyncio@3.13 --python 3.13 --python 3.15" in str(refused.value)
    pair = pairs.paired("old", old, "new", later)
    assert {row.cell.label for row in changes.between(pair)} == {"control", *old.about.plan.labels}


def test_another_version_of_the_baselines_interpreter_is_named_as_a_cause() -> None:
    old = on_several(("3.13", "3.15"))
    facts_ = {**old.about.facts, "python@3.13": "3.13.9"}
    new = Kept(
        replace(old.about, facts=facts_),
        tuple(run(cell, index, [7e-5 + index * 1e-7]) for cell in old.about.cells for index in range(9)),
    )

    notes = pairs.paired("old", old, "new", new).notes

    assert any(
        "the baseline asyncio@3.13 itself differs (python@3.13: 3.13.1 then, 3.13.9 now)" in note for note in notes
    )


def test_history_follows_each_loop_on_each_interpreter() -> None:
    found = history.lines([Named("one", on_several(("3.13", "3.15")))])

    assert [line.loop for line in found] == ["uvloop@3.13", "asyncio@3.15", "uvloop@3.15"]
