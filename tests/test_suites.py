"""Suites: which runs pyperf gets to compare."""

import io
from collections.abc import Callable

import pyperf
import pytest

from bench.store import suites
from bench.store.outcomes import Kept

Invent = Callable[..., Kept]


def numbers(kept: Kept) -> dict[str, dict[str, int]]:
    """For each loop the number of values in each of its benchmarks."""
    return {
        label: {benchmark.get_name(): len(benchmark.get_values()) for benchmark in benchmarks}
        for label, benchmarks in suites.suites(kept.runs, kept.about.plan.scenarios).items()
    }


def test_suites_have_the_same_benchmarks_with_the_same_number_of_values(invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 1]] * 3, "control": [[1, 1]] * 3, "uvloop": [[2, 2]] * 3})

    found = numbers(kept)

    assert set(found) == {"asyncio", "control", "uvloop"}
    assert found["asyncio"] == {f"manual.{stage}": 6 for stage in ("total", "create", "start", "work", "finish")}
    assert found["asyncio"] == found["control"] == found["uvloop"]


def test_a_round_that_one_cell_lost_is_in_no_suite(invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 1]] * 3, "control": [[1, 1]] * 3, "uvloop": [[2, 2], None, [2, 2]]})

    assert {count for label in numbers(kept).values() for count in label.values()} == {4}


def test_a_cell_that_lost_most_of_its_rounds_does_not_cost_the_others_theirs(invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 1]] * 3, "control": [[1, 1]] * 3, "uvloop": [None, None, [2, 2]]})

    found = numbers(kept)

    assert set(found) == {"asyncio", "control"}
    assert found["asyncio"]["manual.total"] == 6


def test_cells_that_never_met_have_no_suites(invent: Invent) -> None:
    assert numbers(invent({"asyncio": [[1], None], "uvloop": [None, [1]]})) == {}


def test_more_platforms_than_anybody_has_are_refused(invent: Invent) -> None:
    kept = invent({"asyncio": [[1]] * 10})
    for run in kept.runs:
        run.metadata["platform"] = f"{run.round}"  # type: ignore[index]  # a dict, so that it can be changed

    with pytest.raises(ValueError, match="runs of 10 platforms, suites are written for up to 9"):
        suites.by_platform(kept.runs)


def test_a_benchmark_lasts_as_long_as_its_values_and_not_as_its_worker_waited(invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 2]] * 3})
    for run in kept.runs:
        run.metadata.update(duration=1000.0, loops=7)  # type: ignore[attr-defined]  # as above

    lasted = {
        benchmark.get_name(): benchmark.get_total_duration()
        for benchmark in suites.suites(kept.runs, ["manual"])["asyncio"]
    }

    iterations = 7
    assert lasted["manual.total"] == pytest.approx(3 * iterations * (1 + 2))
    assert sum(lasted.values()) == pytest.approx(2 * lasted["manual.total"])  # the total, and the stages it consists of


def test_the_file_of_a_loop_has_no_folder() -> None:
    assert suites.file_of("../../etc/passwd") == "..--..--etc--passwd.json"


def test_the_text_of_a_suite_is_what_pyperf_writes(invent: Invent) -> None:
    kept = invent({"asyncio": [[1, 1.5]] * 3, "control": [[1e-12, 0.1]] * 3})

    for benchmarks in suites.suites(kept.runs, kept.about.plan.scenarios).values():
        written = io.StringIO()
        pyperf.BenchmarkSuite(benchmarks).dump(written)
        assert suites.text_of(benchmarks) == written.getvalue()
