"""A run to the files that are published of it: cleaned, and all made again from what was measured."""

from collections.abc import Iterator, Mapping

from bench.publishing.privacy import Cleaner
from bench.reports import besides as beside
from bench.reports import files
from bench.reports.besides import Besides
from bench.statistics.comparisons import compare
from bench.store import suites
from bench.store.folder import ABOUT, JOURNAL, SUITES, RunFolder, text_of, text_of_record
from bench.store.outcomes import About, Kept, line_of


def contents(folder: RunFolder, cleaner: Cleaner) -> tuple[About, Mapping[str, str]]:
    """What the run is, and the text of each file; raises BenchError for no run, or one that pyperf refuses."""
    kept, besides = cleaner.run(folder.load()), cleaner.besides(beside.read(folder))
    return kept.about, dict(_files(kept, besides))


def _files(kept: Kept, besides: Besides) -> Iterator[tuple[str, str]]:
    comparisons = compare(kept)
    yield ABOUT, text_of(kept.about)
    yield JOURNAL, b"".join(map(line_of, kept.outcomes)).decode()
    yield from ((name, text_of_record(record)) for name, record in besides.records())
    yield from files.texts(kept, comparisons, besides)
    for number, runs in enumerate(suites.by_platform(kept.runs) or ((),), 1):
        place = SUITES if number == 1 else f"{SUITES}-{number}"
        for label, benchmarks in suites.suites(runs, [group.name for group in kept.about.groups]).items():
            yield f"{place}/{suites.file_of(label)}", suites.text_of(benchmarks)
