"""Runs of several machines as one comparison: what is pooled, what never is, and how it is shown."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from commands import main
from invented import about, run

from bench.errors import BenchError
from bench.reports import machines as report
from bench.reports.document import Caution, Note, Table
from bench.statistics.machines import Across, merged
from bench.statistics.runs import Named
from bench.store.folder import RunFolder
from bench.store.outcomes import Done, Kept

SPREAD = (0.98, 0.99, 1, 1.01, 1.02, 1.03)
LOOPS = ("asyncio", "uvloop")


def measured(  # noqa: PLR0913, PLR0917  (what runs can differ in)
    name: str, ratio: float, cpu: str, machine: str = "", /, started: str = "2026-01-01", rounds: int = 6, **facts: str
) -> Named:
    """A run in which uvloop takes this many times as long."""
    invented = about(["manual"], LOOPS)
    facts = {f"loop {name}" if name in LOOPS else name: value for name, value in facts.items()}
    known = {**invented.facts, "cpu": cpu, "cpus": "2", "architecture": "x86_64", "kernel": f"Linux {name}", **facts}
    invented = replace(invented, started=started, facts=known)
    outcomes = [
        run(cell, index, [1e-4 * (ratio * part if cell.role == "loop" else 1)] * 2)
        for cell in invented.cells
        for index, part in enumerate(SPREAD[:rounds])
    ]
    done = [Done("manual", index) for index in range(rounds)]
    return Named(name, Kept(invented, (*outcomes, *done)), machine or None)


THREE = (measured("one", 2, "Z80"), measured("two", 3, "6502"), measured("three", 4, "68000"))


def loop(cells: Sequence[Across], name: str = "uvloop") -> Across:
    """The only cell of a loop."""
    (found,) = (cell for cell in cells if cell.cell.label == name)
    return found


def texts(runs: Sequence[Named]) -> str:
    """All notes of the document."""
    document = report.document(runs, merged(runs))
    return "\n".join(block.text for block in document.page() if isinstance(block, Note))


def test_three_machines_have_an_average_and_say_where_the_next_one_lies() -> None:
    cell = loop(merged(THREE))

    assert [one.machine for one in cell.machines] == ["Z80, 2 × x86_64", "68000, 2 × x86_64", "6502, 2 × x86_64"] or (
        {one.machine.partition(",")[0] for one in cell.machines} == {"Z80", "6502", "68000"}
    )
    assert cell.pooled
    assert cell.pooled.ratio.value == pytest.approx(math.prod([2, 3, 4]) ** (1 / 3) * 1.005, rel=0.01)
    assert cell.pooled.next_machine.high is not None
    assert cell.pooled.ratio.high is not None
    assert cell.pooled.next_machine.high > cell.pooled.ratio.high
    assert cell.pooled.tau == pytest.approx(0.35, abs=0.05)


def test_of_two_machines_the_rows_stand_side_by_side_and_nothing_is_pooled() -> None:
    cell = loop(merged(THREE[:2]))

    assert cell.pooled is None
    assert [one.ratio.value for one in cell.machines if one.ratio] == pytest.approx([2.01, 3.015], rel=0.01)
    assert report.TOO_FEW in texts(THREE[:2])
    assert report.TAU not in texts(THREE[:2])


def test_runs_of_one_machine_count_as_one() -> None:
    nights = [measured(f"night {number}", 2 + number / 10, "Z80", started=f"2026-01-0{number}") for number in (1, 2, 3)]

    cell = loop(merged([*nights, THREE[1]]))

    assert cell.pooled is None
    first, second = cell.machines
    assert (first.runs, second.runs) == (3, 1)
    assert first.ratio
    assert first.ratio.value == pytest.approx(2.2 * 1.005, rel=0.01)
    assert first.ratio.low is not None
    assert first.ratio.low < 2.1


def test_two_machines_of_one_kind_count_as_two_where_the_user_names_them() -> None:
    same = [measured(name, 2 + place / 10, "Z80", name) for place, name in enumerate(("a", "b", "c"))]

    assert loop(merged(same)).pooled
    with pytest.raises(BenchError, match="a is two machines"):
        merged([same[0], measured("x", 2, "6502", "a")])


def test_other_versions_are_another_cell_and_never_mixed() -> None:
    newer = measured("newer", 9, "8080", uvloop="2.0")

    cells = [cell for cell in merged([*THREE, newer]) if cell.cell.label == "uvloop"]

    assert {cell.version.version: len(cell.machines) for cell in cells} == {"1.0": 3, "2.0": 1}
    free = measured("free", 9, "8080", build="GCC 16, free-threaded")
    versions = {cell.version.python for cell in merged([THREE[0], free])}
    assert versions == {"CPython 3.14.0", "CPython 3.14.0 (free-threaded)"}


def test_seconds_are_those_of_each_machine() -> None:
    document = report.document(THREE, merged(THREE))

    (table,) = (block for block in document.body if isinstance(block, Table))
    assert [column.name for column in table.columns][-1] == "asyncio"
    names = [row[1] for row in table.rows if str(row[0]).startswith("uvloop")]
    assert names[-1] == "average of 3"
    assert [row[-1] for row in table.rows if row[1] == "average of 3"] == ["", ""]


def test_what_was_measured_in_another_way_is_refused() -> None:
    plan = replace(THREE[0].kept.about.plan, delay_s=1.0)
    other = Named("other", replace(THREE[0].kept, about=replace(THREE[0].kept.about, plan=plan)))

    with pytest.raises(BenchError, match="sleep of the workload: 0 s in two, 1 s in other"):
        merged([THREE[1], other])
    with pytest.raises(BenchError, match="again and one hold the same measurements"):
        merged([THREE[0], Named("again", THREE[0].kept)])


def test_a_machine_without_a_ratio_or_with_a_single_round_is_shown_and_not_pooled() -> None:
    alone = measured("alone", 2, "8080", rounds=1)
    nothing = replace(measured("nothing", 2, "8086"), kept=replace(THREE[0].kept, outcomes=()))
    nothing = replace(nothing, machine_name="nothing")

    cell = loop(merged([*THREE[:2], alone, nothing]))

    assert cell.pooled is None
    assert [one.effect is None for one in cell.machines].count(True) == 2
    assert len(cell.measured) == 3
    assert "nothing is not complete" in texts([*THREE[:2], nothing, alone])


def test_a_control_that_differs_names_its_machine() -> None:
    found = THREE[0].kept
    runs_of = tuple(run(one.cell, one.round, [2e-4] * 2) if one.cell.role == "control" else one for one in found.runs)
    runs = [Named("crooked", replace(found, outcomes=runs_of)), THREE[1]]

    (caution,) = (block for block in report.document(runs, merged(runs)).body if isinstance(block, Caution))

    assert caution.cause.startswith("on Z80, 2 × x86_64, asyncio against itself")


def test_the_sentence_has_the_least_and_the_greatest_ratio() -> None:
    def sentence(runs: Sequence[Named]) -> str:
        conclusion = report.document(runs, merged(runs)).conclusion
        assert conclusion
        return conclusion.text

    assert sentence(THREE[:2]) == (
        "On 2 machines, a lifecycle takes 2.01 to 3.01 times as long with uvloop 1.0 as with asyncio."
    )
    assert "; on the next machine, " in sentence(THREE)
    assert sentence(THREE[:1]).startswith("On one machine, ")
    empty = Named("empty", replace(THREE[0].kept, outcomes=()))
    assert sentence([empty]) == report.NOTHING


def test_without_statsmodels_the_document_says_how_to_get_it() -> None:
    cells = [replace(cell, pooled=None) for cell in merged(THREE)]

    document = report.document(THREE, cells, can_pool=False)

    assert any("evloop-bench[fleet]" in block.text for block in document.summary if isinstance(block, Note))


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with the three runs in it."""
    monkeypatch.chdir(tmp_path)
    for one in THREE:
        folder = RunFolder(tmp_path / one.name)
        folder.create(one.kept.about)
        for outcome in one.kept.outcomes:
            folder.append(outcome)
    return tmp_path


def test_the_command_writes_the_comparison_and_writes_it_again(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main("merge", "lab=one", "two", "three", "-o", "merged") == 0
    assert "average of 3" in capsys.readouterr().out

    assert {file.name for file in (folders / "merged").iterdir()} == {
        "README.md", "machines.csv", "machines.json", "report.html",
    }  # fmt: skip
    kept = json.loads((folders / "merged" / "machines.json").read_text("utf-8"))
    assert [one["machine"] for one in kept["runs"]] == ["lab", "6502, 2 × x86_64", "68000, 2 × x86_64"]
    (cell,) = (cell for cell in kept["cells"] if cell["cell"]["role"] == "loop")
    assert cell["pooled"]["verdict"] == "slower"
    assert main("merge", "one", "--json") == 0
    assert json.loads(capsys.readouterr().out)["cells"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["=one"], "write the name of the machine before ="),
        (["lab=nowhere"], "there is no run nowhere"),
        (["one", "-o", "two"], "two holds something else"),
        (["one", "-o", "one/run.json"], "one/run.json holds something else"),
        (["one", "-o", "one/run.json/x"], "can't be written"),
    ],
)
def test_what_can_not_be_merged_is_said(
    words: list[str], said: str, folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folders.exists()
    assert main("merge", *words) == 2
    assert said in capsys.readouterr().err
