"""Runs in a data set: every value, and digests that history and merge read as if they had read the runs."""

import json
import sys
from pathlib import Path

import pytest
from commands import main
from test_history import FIRST, SLOWER
from test_machines import THREE

from bench.errors import BenchError, NotMeasuredError
from bench.statistics import datasets, history, machines
from bench.statistics.runs import Named
from bench.store import parquet
from bench.store.folder import RunFolder

pq = pytest.importorskip("pyarrow.parquet")


def through(place: Path, *runs: Named) -> list[Named]:
    """The runs after they were written into a data set and read again."""
    for run in runs:
        parquet.write(place, datasets.stored(run), run.kept.runs)
    return [datasets.named(stored) for stored in parquet.read(place)]


def test_history_and_machines_are_told_from_digests_as_from_runs(tmp_path: Path) -> None:
    nights = through(tmp_path / "nights", FIRST, SLOWER)
    labs = through(tmp_path / "labs", *THREE)

    assert [[moment.change for moment in line.moments] for line in history.lines(nights)] == [
        [moment.change for moment in line.moments] for line in history.lines([FIRST, SLOWER])
    ]
    assert machines.merged(labs) == machines.merged(THREE)


def test_every_value_is_there_for_other_programs(tmp_path: Path) -> None:
    through(tmp_path, *THREE)

    table = pq.read_table(tmp_path / "values")

    runs = [run for one in THREE for run in one.kept.runs]
    assert table.num_rows == sum(len(run.values["total"]) for run in runs)
    assert {"run", "scenario", "loop", "role", "round", "sweep", "iterations", "total", "start"} <= {
        *table.column_names
    }
    assert set(table.column("run").to_pylist()) == {"one", "two", "three"}
    assert sum(table.column("total").to_pylist()) == pytest.approx(sum(sum(run.values["total"]) for run in runs))


def test_a_run_that_is_written_again_replaces_itself_and_a_named_machine_is_another(tmp_path: Path) -> None:
    lab = Named("one", THREE[1].kept, "lab/1")

    found = through(tmp_path, THREE[0], THREE[0], lab)

    assert [(run.name, run.machine_name) for run in found] == [("one", "lab/1"), ("one", None)]
    assert {file.name for file in (tmp_path / "digests").iterdir()} == {"run=one", "run=lab%2F1-one"}


def test_the_commands_write_and_read_a_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for one in (FIRST, SLOWER):
        folder = RunFolder(tmp_path / one.name)
        folder.create(one.kept.about)
        for outcome in one.kept.outcomes:
            folder.append(outcome)

    assert main("merge", "lab=first", "slower", "--parquet", "nights") == 0
    capsys.readouterr()
    assert main("merge", "nights", "--json") == 0
    assert {run["machine"] for run in json.loads(capsys.readouterr().out)["runs"]} == {"lab", "Z80, 2 × unknown"}
    assert main("history", "nights", "--json") == 0
    assert {row["where"].get("machine") for row in json.loads(capsys.readouterr().out)} == {"lab", None}
    assert main("history", "nights") == 0
    assert "lab: CPython on Z80" in capsys.readouterr().out
    assert main("merge", "x=nights") == 2
    assert "a data set has the names of its machines" in capsys.readouterr().err


def test_what_is_no_data_set_is_said_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    through(tmp_path / "good", FIRST)
    file = tmp_path / "good" / "digests" / "run=first" / "digest.parquet"
    table = pq.read_table(file)

    pq.write_table(table.replace_schema_metadata({b"evloop-bench": b"{}"}), file)
    assert main("history", str(tmp_path / "good")) == 2
    assert "has a run that is not one" in capsys.readouterr().err
    pq.write_table(table.replace_schema_metadata(None), file)
    assert main("history", str(tmp_path / "good")) == 2
    assert "is not what merge --parquet writes" in capsys.readouterr().err
    file.write_bytes(b"PAR1")
    with pytest.raises(BenchError, match="is not what merge --parquet writes"):
        list(parquet.read(tmp_path / "good"))
    (tmp_path / "file").touch()
    with pytest.raises(NotMeasuredError, match="can't be written"):
        through(tmp_path / "file", FIRST)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BenchError, match="pyarrow is not installed"):
        parquet.check_installed()
