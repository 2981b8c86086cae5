"""How sure the intervals of a table are, in words; and which legends say it."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reports import changes as changes_report
from bench.reports import resources as resources_report
from bench.reports import tables
from bench.reports.document import Document, Note
from bench.reports.ratios import sure
from bench.resources.readings import ColdCell, ColdStart, Resources
from bench.statistics import changes
from bench.statistics.comparisons import compare
from bench.statistics.pairs import Pair
from bench.store.outcomes import Kept

Invent = Callable[..., Kept]
FEW, MANY = ("asyncio", "control", "uvloop"), ("asyncio", "control", "uvloop", "rloop", "talyn")
EACH = "95 % for all loops of a scenario together: 98.3 % each"


def legends(document: Document) -> list[str]:
    """The notes that say what is in brackets."""
    notes = [block.text for block in (*document.summary, *document.body) if isinstance(block, Note)]
    return [text for text in notes if "in brackets" in text]


@pytest.mark.parametrize(("compared", "words"), [
    ([], "95 %"), ([1], "95 %"), ([1, 1], "95 %"),
    ([8], "95 % for all loops of a scenario together: 99.4 % each"),
    ([8, 2, 8], "95 % for all loops of a scenario together: 97.5 to 99.4 % each"),
    ([1, 2], "95 % for all loops of a scenario together: 95 to 97.5 % each"),
])  # fmt: skip
def test_the_level_is_named_with_what_it_is_of(compared: Sequence[int], words: str) -> None:
    assert sure(compared) == words


@given(st.lists(st.integers(2, 99), min_size=1))
def test_no_interval_alone_is_less_sure_than_all_of_them_together(compared: list[int]) -> None:
    _, each = sure(compared, "together").split(": ")

    assert all(float(number) > 95 for number in each.removesuffix(" % each").split(" to "))


@pytest.mark.parametrize(("names", "words"), [(FEW, "95 %. control"), (MANY, f"{EACH}. control")])
def test_every_legend_of_ratios_says_how_sure_they_are(invent: Invent, names: Sequence[str], words: str) -> None:
    old, new = (invent({name: [[seconds]] * 7 for name in names}) for seconds in (1e-4, 2e-4))
    pair = Pair(old, new)
    changed = changes.between(pair)

    documents = [
        tables.document(old, compare(old)),
        changes_report.document(pair, changed),
        changes_report.excerpt(pair, changed, ()),
    ]

    for document in documents:
        (legend,) = legends(document)
        assert words in legend


def test_the_legend_of_cold_starts_says_how_sure_they_are() -> None:
    start = ColdStart(ended=9, began=1, asyncio=2, loop=3, first=4)
    cold = (
        ColdCell("asyncio", "baseline", (start,) * 9),
        ColdCell("uvloop", "loop", (start,) * 9),
        ColdCell("rloop", "loop", (start,) * 9),
    )
    resources = Resources(started="2026", facts={}, scenario="manual", seed=1, loops=(), cold=cold)

    (legend,) = legends(resources_report.document(resources))

    assert "of the median over all sweeps, 95 % for all loops together: 97.5 % each." in legend
