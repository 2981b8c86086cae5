"""The runs that `merge` and `history` are given: run folders, names of baselines, and data sets of many runs."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench import texts
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.statistics.runs import Named


def named(words: Iterable[str]) -> "Iterator[Named]":
    """The runs of these arguments, without their values; MACHINE= before a run names its machine."""
    from bench.store import parquet

    for text in words:
        machine, rest = _parted(text)
        if parquet.is_here(Path(rest)):
            if machine:
                raise BenchError(f"{text}: a data set has the names of its machines")
            yield from _stored(Path(rest))
        else:
            yield _run(machine, rest).digested()


def kept_in(place: Path, words: Iterable[str]) -> "Iterator[Named]":
    """The same, after every value of each run was put into a data set."""
    from bench.statistics import datasets
    from bench.store import parquet

    parquet.check_installed()
    for text in words:
        run = _run(*_parted(text))
        parquet.write(place, datasets.stored(run), run.kept.runs)
        yield run.digested()


def _stored(place: Path) -> "Iterator[Named]":
    from bench.statistics import datasets
    from bench.store import parquet

    for stored in parquet.read(place):
        try:
            yield datasets.named(stored)
        except ValueError as error:
            raise BenchError(f"{place} has a run that is not one: {texts.said(error)}") from None


def _run(machine: str, name: str) -> "Named":
    from bench.statistics.runs import Named
    from bench.store import baselines
    from bench.store.folder import RunFolder

    folder = baselines.folder_of(name)
    return Named(folder.resolve().name, RunFolder(folder).load(), machine or None)


def _parted(text: str) -> tuple[str, str]:
    """The name of the machine, which may be empty, and that of the run."""
    machine, equals, rest = text.partition("=")
    if not equals or Path(text).exists():
        return "", text
    if not machine:
        raise BenchError(f"{text}: write the name of the machine before =")
    return machine, rest
