"""`publish`: chosen runs into results/, cleaned, with an index of all that is there."""

import argparse
import sys
from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.terminal import show
from bench.errors import BenchError, Exit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.publishing.index import Published
    from bench.publishing.place import Change


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which runs, and where they go."""
    add = parser.add_argument
    add("runs", metavar="RUN", nargs="+", help="run folder or name of a baseline")
    add("--to", type=Path, default=Path("results"), metavar="DIR", help="folder of published runs (default: results)")
    add("--name", metavar="NAME", help="name of its folder in DIR (default: the run folder's)")
    add("--force", action="store_true", help="permission to replace another run or a hand-written index")
    add("--dry-run", action="store_true", help="what would be written, kept and dropped; nothing is")


def call(options: Namespace) -> Exit:
    """Publish the runs, or say what would be published; nothing is written if one of them can't be."""
    from bench.publishing import index, place

    if options.name and len(options.runs) > 1:
        raise BenchError("--name can't be combined with several runs: each has the name of its folder")
    if not options.force:
        index.check_ours(options.to)
    runs, changes = _published(options)
    there, left_out = index.found(options.to, [run.name for run in runs])
    files = index.index([*there, *runs], index.others(options.to))
    changes += [place.change(options.to / name, text) for name, text in files.items()]
    if not options.dry_run:
        for change in changes:
            place.carry_out(change)
    show("".join(f"{line}\n" for line in _lines(changes, dry_run=options.dry_run)))
    for words in left_out:
        print(words, file=sys.stderr)
    return Exit.DONE


def _published(options: Namespace) -> "tuple[list[Published], list[Change]]":
    """The runs as the index shows them, and what happens to their files; raises BenchError for what stands there."""
    from bench.publishing import index, place, privacy
    from bench.publishing.contents import contents
    from bench.store import baselines
    from bench.store.folder import RunFolder

    cleaner = privacy.Cleaner(privacy.this_machine())
    found: dict[str, Published] = {}
    changes: list[Change] = []
    for text in options.runs:
        folder = baselines.folder_of(text)
        name = options.name or folder.resolve().name
        place.check_name(name)
        if name in found:
            raise BenchError(f"two of the runs are called {name}\npublish one of them with --name NAME")
        about, files = contents(RunFolder(folder), cleaner)
        place.check_free(options.to / name, about, force=options.force)
        found[name] = index.published(about, name, files[index.ROWS])
        changes += place.changes(options.to / name, files)
    return [*found.values()], changes


def _lines(changes: "Sequence[Change]", *, dry_run: bool) -> "Iterator[str]":
    from bench.publishing import privacy

    if dry_run:
        yield from (f"{change.what:<8} {change.file}" for change in changes)
        for title, texts in (("kept", privacy.KEPT), ("dropped", privacy.DROPPED)):
            yield from (f"{title}: {text}" for text in texts)
    counted = Counter(change.what for change in changes)
    words = ", ".join(f"{number} {what}" for what, number in sorted(counted.items()))
    yield f"{'nothing was written; it would be' if dry_run else 'files'}: {words}"
