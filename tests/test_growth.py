"""How the cost of one operation grows; invented runs."""

from collections.abc import Mapping
from dataclasses import replace

from invented import about, run

from bench.reports import tables
from bench.reports.rendering import render
from bench.statistics.comparisons import compare
from bench.store.outcomes import Kept


def text(works: Mapping[str, float]) -> str:
    """The report of a run of these workloads, whose work takes so many seconds; uvloop takes half, and has no 1000."""
    found = about(["manual"], ["asyncio", "uvloop"])
    found = replace(found, plan=replace(found.plan, workloads=tuple(works)))
    factors = {"asyncio": 1.0, "uvloop": 0.5}
    runs = [
        run(cell, index, [4 * works[cell.workload] * factors[cell.loop]] * 4)  # work is a quarter
        for cell in found.cells
        for index in range(6)
        if (cell.loop, cell.workload) != ("uvloop", "gather=1000")
    ]
    kept = Kept(found, tuple(runs))
    return render(tables.document(kept, compare(kept)), "simple")


def test_a_task_among_many_is_shown_beside_one_among_few() -> None:
    report = text({"gather=1000": 4e-3, "gather=10": 2e-5, "gather=100": 1e-4})

    _, title, table = report.partition("manual/gather: growth\n")
    lines = [line.split() for line in table.splitlines()[1:7]]
    assert title
    assert lines[0] == ["tasks", "asyncio", "ns", "control", "ns", "uvloop", "ns"]
    assert lines[2][:2] == ["10", "2000"]
    assert lines[3][:2] == ["100", "1000"]
    assert lines[4][:2] == ["1000", "4000"]
    assert lines[4][-1] == "–"
    assert "One among 1000 takes, compared" in report
    assert "asyncio 4.00 times as long (least among 100), control 4.00 times as long" in report
    assert "uvloop 4" not in report


def test_workloads_of_one_size_do_not_grow() -> None:
    assert "growth" not in text({"gather=10": 1e-5, "turns=5": 1e-5, "sleep": 1e-5})


def test_other_sizes_are_kept_apart() -> None:
    works = {"fetch=1,answer=150": 1e-4, "fetch=2,answer=150": 1e-4, "fetch=2,answer=5000": 1e-4}

    assert text(works).count("manual/fetch,answer=150: growth") == 1
