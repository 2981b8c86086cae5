"""A data set of runs in Parquet: every value, for Dask, pandas and DuckDB, and a digest of each run.

    values/run=<name>/values.parquet      a row for each value: cell, round, sweep, iterations, seconds of each stage
    digests/run=<name>/digest.parquet     a row for each cell: the numbers of its rounds; metadata: what the run is

A run that is written again replaces itself; nothing else is touched. Only this module imports pyarrow.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from bench import texts
from bench.errors import INSTALLED, BenchError, NotMeasuredError
from bench.store import files
from bench.store.outcomes import TOTAL, Run
from bench.subjects.scenarios import STAGES

VALUES, DIGESTS = "values", "digests"
META = b"evloop-bench"
LISTS = ("seconds", "logs")


@dataclass(frozen=True, slots=True)
class Stored:
    """The digest of a run as it lies on a disk: what it is, as JSON, and for each cell a number for each round."""

    name: str
    about: bytes
    keys: Sequence[tuple[str, str, str]]
    seconds: Sequence[Sequence[float]]
    logs: Sequence[Sequence[float]]


def is_here(place: Path) -> bool:
    """Whether there is a data set."""
    return (place / DIGESTS).is_dir()


def check_installed() -> None:
    """Raise BenchError without pyarrow."""
    _arrow()


def write(place: Path, stored: Stored, runs: Sequence[Run]) -> None:
    """Put a run into the data set: its values, then its digest."""
    arrow, _ = _arrow()
    columns = {
        **{name: [key[number] for key in stored.keys] for number, name in enumerate(("scenario", "stage", "label"))},
        "seconds": [list(numbers) for numbers in stored.seconds],
        "logs": [list(numbers) for numbers in stored.logs],
    }
    digest = arrow.table(columns, schema=_digest_schema(arrow)).replace_schema_metadata({META: stored.about})
    _write(place / VALUES, stored.name, "values.parquet", arrow.table(_values(runs)))
    _write(place / DIGESTS, stored.name, "digest.parquet", digest)


def read(place: Path) -> Iterator[Stored]:
    """The digests of all runs, one after another; raises BenchError for a file that is something else."""
    arrow, parquet = _arrow()
    for file in sorted((place / DIGESTS).glob("run=*/digest.parquet")):
        try:
            with os.fdopen(files.opened(file), "rb") as opened:
                table = parquet.read_table(opened, schema=_digest_schema(arrow))
            meta = table.schema.metadata or parquet.read_metadata(file).metadata
            yield _stored(table, meta[META])
        except (OSError, KeyError, ValueError, arrow.ArrowException) as error:
            raise BenchError(f"{file} is not what merge --parquet writes: {texts.said(error)}") from None


def _stored(table: Any, meta: bytes) -> Stored:  # noqa: ANN401  (pyarrow has no types)
    keys = zip(*(table.column(name).to_pylist() for name in ("scenario", "stage", "label")), strict=True)
    seconds, logs = (_parts(table.column(name).combine_chunks()) for name in LISTS)
    return Stored("", meta, [*keys], seconds, logs)


def _parts(column: Any) -> list[Sequence[float]]:  # noqa: ANN401  (the same)
    """The lists of a column, each a view of all its numbers."""
    numbers, ends = column.flatten().to_numpy(), column.offsets.to_numpy()
    return [numbers[begin:end] for begin, end in zip(ends[:-1] - ends[0], ends[1:] - ends[0], strict=True)]


def _digest_schema(arrow: Any) -> Any:  # noqa: ANN401  (the same)
    words = [(name, arrow.string()) for name in ("scenario", "stage", "label")]
    return arrow.schema([*words, *((name, arrow.list_(arrow.float64())) for name in LISTS)])


def _values(runs: Sequence[Run]) -> Mapping[str, Sequence[object]]:
    """A column for each field of a cell, and for each stage."""
    columns: dict[str, list[object]] = {}
    for run in runs:
        number = len(run.values[TOTAL])
        fields: dict[str, object] = msgspec.to_builtins(run.cell)
        same = {**fields, "round": run.round, "iterations": run.iterations}
        for name, value in same.items():
            columns.setdefault(name, []).extend([value] * number)
        columns.setdefault("sweep", []).extend(range(number))
        by_stage: Mapping[str, Sequence[float]] = run.values  # type: ignore[assignment]  # stages are names
        for stage in (TOTAL, *STAGES):
            columns.setdefault(stage, []).extend(by_stage.get(stage) or [None] * number)
    return columns


def _write(place: Path, name: str, file_name: str, table: Any) -> None:  # noqa: ANN401  (the same)
    _, parquet = _arrow()
    folder = place / f"run={quote(name, safe='')}"
    new = folder / f"{file_name}.new"
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        parquet.write_table(table, new, compression="zstd")
        new.replace(folder / file_name)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotMeasuredError(f"{folder} can't be written: {texts.said(error)}\nfix that, then merge again") from error


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise BenchError(f"pyarrow is not installed: pip install '{INSTALLED}[fleet]'") from None
    return pa, parquet
