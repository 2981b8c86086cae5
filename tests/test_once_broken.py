"""What fuzzing or a reader once found: each example with a word on what it did before it was refused or survived."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import fuzzing
import hostile
import msgspec
import pytest
from hostile import Folder
from invented import about, run
from watching import filled

from bench.errors import BenchError
from bench.measurement import delivery, precision
from bench.measurement.delivery import Delivery
from bench.plan.cells import Plan
from bench.plan.sampling import MOST_ROUNDS
from bench.reports import changes as changes_report
from bench.reports.files import FILES
from bench.resources.readings import Calls, ColdCell, ColdStart
from bench.statistics import changes, pairs, widths
from bench.store import folder as run_folder
from bench.store import outcomes
from bench.store.outcomes import Done, Outcome

ABOUT = about(["manual", "warm"], ["asyncio", "uvloop"])
RUN_JSON = json.loads(msgspec.json.encode(ABOUT))
SKIPPED = {"scenario": RUN_JSON["scenarios"][0]["name"], "loop": "uvloop", "role": "loop", "thread": "main"}


def measured(rounds: int = 6, value: float = 1.0) -> list[Outcome]:
    """Six rounds of everything."""
    found: list[Outcome] = [run(cell, index, [value, value]) for index in range(rounds) for cell in ABOUT.cells]
    return found + [Done(name, index) for name in ABOUT.plan.scenarios for index in range(rounds)]


def changed(way: Sequence[str | int], new: object) -> Folder:
    """A folder whose run.json has something else in one place."""
    whole = hostile.replaced(RUN_JSON, tuple(way), lambda _old: new)
    return {**hostile.folder_of(ABOUT, measured()), "run.json": hostile.in_json(whole)}


def renamed(name: str) -> Folder:
    """A folder in which uvloop has another name, wherever it stands."""
    files = hostile.folder_of(ABOUT, measured())
    return {file: content.replace(b'"uvloop"', json.dumps(name).encode()) for file, content in files.items()}


REFUSED: dict[str, Folder] = {
    "endless: all rounds were listed": changed(["plan", "sampling", "rounds"], 10**9),
    "StopIteration: there was no first round": changed(["plan", "sampling", "rounds"], 0),
    "endless: all orders were listed": changed(["plan", "sampling", "sweeps"], 10**9),
    "went on": changed(["plan", "sampling", "value_s"], 0.0),
    "OverflowError of a timeout, in the parent's waiting": changed(["plan", "delay_s"], 2e9),
    "reached a worker's command line": changed(["plan", "affinity"], "--help"),
    "pyperf's ValueError: two had one label": renamed("control"),
    "its suite had too long a name": renamed("x" * 300),
    "coloured the terminal": renamed("\x1b[31m"),
    "broke the tables": renamed("a\nb"),
    "broke the tables of Markdown": renamed("a|b"),
    "shared a suite with a:b": renamed("a--b"),
    "would have left the folder, but for one substitution": renamed("../../x"),
    "was reported as nothing": changed(["scenarios"], []),
    "was reported twice": changed(["scenarios", 1], RUN_JSON["scenarios"][0]),
    "had the same skip twice": changed(["skips"], [[SKIPPED, "x"], [SKIPPED, "x"]]),
    "was skipped in another thread than the plan's": changed(["skips"], [[{**SKIPPED, "thread": "worker"}, "x"]]),
    "divided by nothing": changed(["plan", "baseline"], "rloop"),
    "had a loop twice": changed(["plan", "loops"], ["asyncio", "asyncio", "uvloop"]),
    "named the window": changed(["scenarios", 0, "title"], "\x1b]0;title\x07"),
    "was given what no scenario is": changed(["scenarios", 0, "given"], "x"),
    "cleared the screen": changed(["disturbances"], ["\x1b[2J"]),
    "ValueError: too many digits of a number": changed(["facts"], {"cpus": "9" * 5000}),
    "a fact of several lines": changed(["facts", "cpu"], "a\nb"),
}


@pytest.mark.parametrize("files", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(files: Folder) -> None:
    fuzzing.whole_folder(files)
    fuzzing.resumed_folder(files)

    with pytest.raises(BenchError, match=r"run.json is not what a run writes: "):
        run_folder.RunFolder(filled(files)).load()


def with_lines(change: Callable[[dict[str, Any]], object], rounds: int = 6) -> Folder:
    """A folder in which something was done to every run of the journal."""
    lines = [json.loads(outcomes.line_of(outcome)) for outcome in measured(rounds)]
    for line in lines:
        if line["type"] == "Run":
            change(line)
    return {**hostile.folder_of(ABOUT, ()), "journal.jsonl": b"".join(hostile.in_json(line) + b"\n" for line in lines)}


LEFT_OUT: dict[str, Folder] = {
    "OverflowError in compare": with_lines(lambda line: line["metadata"].update(load_avg_1min=10**400)),
    "made the next round unreadable": with_lines(lambda line: line.update(round=2**31 - 1)),
    "a ratio beyond all numbers": with_lines(lambda line: line["values"].update(total=[5e-324, 5e-324])),
    "coloured the report": with_lines(lambda line: line.update(ending="\x1b[31m")),
    "made the report as long as itself": with_lines(lambda line: line.update(type="x" * 100_000)),
}


@pytest.mark.parametrize("files", LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_is_left_out(files: Folder) -> None:
    fuzzing.whole_folder(files)
    fuzzing.resumed_folder(files)
    kept = run_folder.RunFolder(filled(files)).load()

    assert not kept.runs
    assert len(kept.problems) == 21
    assert max(map(len, kept.problems)) < 400


def test_the_last_number_of_a_round_is_followed_by_none() -> None:
    last = [run(cell, MOST_ROUNDS - 1, [1.0]) for cell in ABOUT.cells]

    sampling = dataclasses.replace(ABOUT.plan.sampling, precision=0.01)
    wide = dataclasses.replace(ABOUT, plan=dataclasses.replace(ABOUT.plan, sampling=sampling))

    rounds = precision.Rounds(wide, widths.widest, last)

    assert list(rounds) == []


def test_student_s_interval_of_wild_rounds_may_be_endless() -> None:
    wild = about(["manual"], ["asyncio", "uvloop", "rloop", "rsloop", "talyn", "zuvloop"])

    def kept(least: float, most: float) -> outcomes.Kept:
        values = {"baseline": [1e-9, 1e-9], "control": [1e-9, 1e-9], "loop": [least, most]}
        return outcomes.Kept(
            wild, tuple(run(cell, at, [values[cell.role][at]]) for at in (0, 1) for cell in wild.cells)
        )

    pair = pairs.paired("old", kept(1e-9, 1e5), "new", kept(1e-9, 1e-9))
    found = changes.between(pair)

    assert {row.mean_change.high for row in found if row.mean_change and row.cell.role == "loop"} == {float("inf")}
    assert "null" in changes_report.as_json(pair, found, ())


def test_what_a_loop_delivers_of_pyperf_s_metadata_is_kept_only_where_pyperf_takes_it() -> None:
    told: dict[str, str | float] = {
        "loops": 0,
        "mem_max_rss": 1.5,
        "duration": -1,
        "load_avg_1min": "x",
        "date": 5,
        "timer": "",
        "aslr": "\n",
    }
    good: dict[str, str | float] = {
        "loops": 1,
        "mem_max_rss": 2,
        "duration": 0,
        "load_avg_1min": 0.5,
        "date": "d",
        "timer": "t",
        "aslr": 2,
    }

    bad, kept = (
        delivery.run_of(Delivery({"total": (1.0,)}, metadata=each), fuzzing.CELL, 0, None) for each in (told, good)
    )

    assert bad.metadata == {}
    assert kept.metadata == good


@pytest.mark.parametrize("seconds", ["5e-324", "1e-13", "9.9e-13"])
def test_values_that_would_be_rounded_to_nothing_are_refused(seconds: str) -> None:
    with pytest.raises(ValueError, match="1e-12"):
        delivery.delivery_of(f'{{"values":{{"total":[{seconds}]}}}}'.encode())


def test_a_delivery_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        delivery.delivery_of(b'{"x":' + b"[" * 5_000_000 + b"]" * 5_000_000 + b"}")


def test_iterations_are_never_more_than_pyperf_can_count() -> None:
    assert dataclasses.replace(ABOUT.plan.sampling, value_s=60).iterations(1e-12) == 2**31 - 1


@pytest.mark.parametrize("name", ["read\n", "\x1b", "", "x" * 65])
def test_names_of_calls_end_where_they_seem_to(name: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"scenario": "manual", "stages": {"work": {name: 1}}}, Calls)


@pytest.mark.parametrize(("role", "times"), [
    ("loop", (5, 0, 0, 0, 0)), ("baseline", (5, 1, 2, 3, 6)), ("loop", (5, 4, 3, 2, 1)), ("bare", (0, 0, 0, 0, 0)),
])  # fmt: skip
def test_cold_starts_that_would_divide_by_nothing_are_refused(role: str, times: tuple[int, ...]) -> None:
    start = dict(zip(("ended", "began", "asyncio", "loop", "first"), times, strict=True))

    with pytest.raises(msgspec.ValidationError, match="not in order"):
        msgspec.convert({"label": "x", "role": role, "starts": [start, None]}, ColdCell)


@pytest.mark.parametrize("label", ["a|b", "a\n", "", "\x1b[2J"])
def test_labels_of_cold_starts_that_would_break_a_table_are_refused(label: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"label": label, "role": "loop", "starts": []}, ColdCell)


def test_a_cold_start_of_a_bare_interpreter_has_only_an_end() -> None:
    assert ColdCell("bare interpreter", "bare", (ColdStart(5), None)).starts[0] == ColdStart(5)


@pytest.mark.parametrize("plan", [
    dataclasses.replace(ABOUT.plan, loops=("asyncio", "no name")),
    dataclasses.replace(ABOUT.plan, loops=("asyncio", "\ud800")),
    dataclasses.replace(ABOUT.plan, loops=tuple(f"a.b:c{number}" for number in range(101))),
    dataclasses.replace(ABOUT.plan, delay_s=2e9),
    dataclasses.replace(ABOUT.plan, timeout_s=0.0),
    dataclasses.replace(ABOUT.plan, seed=-1),
    dataclasses.replace(ABOUT.plan, affinity="٣"),
])  # fmt: skip
def test_what_could_not_be_read_back_is_not_written(plan: Plan, tmp_path: Path) -> None:
    folder = run_folder.RunFolder(tmp_path / "run")

    with pytest.raises(BenchError, match="such a run can't be kept: "):
        folder.create(dataclasses.replace(ABOUT, plan=plan))

    assert not folder.path.exists()


def test_a_fact_with_a_bar_in_it_stays_in_its_cell() -> None:
    kept = outcomes.Kept(dataclasses.replace(ABOUT, facts={"cpu": "a|b"}), ())

    assert r"| a\|b " in FILES["report.md"](kept, (), None)
