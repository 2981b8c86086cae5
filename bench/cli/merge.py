"""`merge`: runs of several machines as one comparison: what holds on each, on all, and on the next one."""

import argparse
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli import reading
from bench.cli.terminal import add_format, drawn, show
from bench.errors import BenchError, Exit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.statistics.runs import Named

JSON = "machines.json"  # also what makes a folder one of ours


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which runs, and where the comparison goes."""
    add = parser.add_argument
    run = "run folder, baseline or data set; MACHINE=RUN names its machine"
    add("runs", metavar="RUN", nargs="+", help=run)
    add("-o", "--output", type=Path, metavar="DIR", help="folder for the comparison as files")
    add("--parquet", type=Path, metavar="DIR", help="data set to which the runs are added, every value")
    add("--json", action="store_true", help="JSON instead of tables")
    add_format(parser)


def call(options: Namespace) -> Exit:
    """Print the comparison, and write it where that was asked for."""
    if options.output:
        _check_ours(options.output)
    runs = [*reading.named(options.runs)] if not options.parquet else [*reading.kept_in(options.parquet, options.runs)]
    return conclude(runs, options, options.output)


def conclude(runs: "Sequence[Named]", options: Namespace, output: Path | None, notes: "Sequence[str]" = ()) -> Exit:
    """Print and write the comparison of these runs; the exit code says if all of them are complete."""
    from bench.reports import machines as report
    from bench.statistics import machines, pooling

    cells = machines.merged(runs)
    document = report.document(runs, cells, notes, can_pool=pooling.is_installed())
    text = report.as_json(runs, cells)
    if output:
        _write(output, {JSON: text, **report.files(document)})
    show(text if options.json else drawn(document, options.format))
    if output:
        print(f"\nkept in {output}", file=sys.stderr)
    return Exit.DONE if all(run.digest().complete for run in runs) else Exit.NOT_MEASURED


def _check_ours(folder: Path) -> None:
    """Raise BenchError for a folder that holds anything but an earlier comparison."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / JSON).is_file())):
        raise BenchError(f"{folder} holds something else than a comparison of machines\nname another folder: -o DIR")


def _write(folder: Path, texts: "Mapping[str, str]") -> None:
    from bench.store import files

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            files.write(folder / name, text)
    except OSError as error:
        raise BenchError(f"{folder} can't be written: {error.strerror}\nname another folder: -o DIR") from None
