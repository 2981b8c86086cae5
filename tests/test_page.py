"""The page of a report, and what only it shows. How it behaves is tried in test_browser."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pages
import pytest
from invented import about

from bench.plan.cells import Plan
from bench.plan.sampling import FAST, RIGOROUS, Sampling
from bench.reports import again, page, troubles
from bench.reports.charted import MOST_ROWS, charted
from bench.reports.document import (
    Caution,
    Chart,
    Column,
    Command,
    Count,
    Document,
    Heading,
    Interval,
    Listing,
    Note,
    Number,
    Paragraph,
    Percent,
    Share,
    Table,
    Verdict,
    View,
)
from bench.reports.files import FILES
from bench.reports.pictures import Axis, Line, Picture, Point, Subject
from bench.reports.rendering import render
from bench.reports.tables import document
from bench.statistics.comparisons import compare
from bench.statistics.estimates import Estimate
from bench.store.outcomes import Kept

KEPT = pages.kept(rounds=9, sweeps=4)
HOSTILE = (pages.TAG, pages.SPECIALS)
NAME = Column("loop", side="left")
PLAIN_CHART = Chart("c", "Title", "About.", Picture(Axis("x", 1, 2), ()), Table((NAME,), (), ()))


class Found(HTMLParser):
    """What a browser would see: the elements, and the texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.fields: dict[str, set[str]] = {}
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element."""
        self.names.append(tag)
        for name, value in attrs:
            self.fields.setdefault(name, set()).add(value or "")

    def handle_data(self, data: str) -> None:
        """A text."""
        self.texts.append(data.strip())


def shown(*blocks: object, **fields: object) -> Found:
    """The page of a document with these blocks below a heading."""
    return Found(page.text(Document(body=(Heading("Section"), *blocks), **fields)))  # type: ignore[arg-type]  # invented


@pytest.mark.parametrize("name", [*FILES, "github", "simple", "html", "csv"])
def test_hostile_names_are_text_in_every_format(name: str) -> None:
    comparisons = compare(KEPT)

    text = FILES[name](KEPT, comparisons, None) if name in FILES else render(document(KEPT, comparisons), name)

    if name in {"report.html", "html"}:
        found = Found(text)
        assert not {"img", "b", "i"} & {*found.names}
        assert pages.TAG in " ".join(found.texts)
    elif name.endswith(".svg"):
        assert {element.tag.rpartition("}")[2] for element in ET.fromstring(text).iter()} == {  # noqa: S314  (ours)
            "svg", "style", "rect", "text", "line", "path", "title", "tspan", "g",
        }  # fmt: skip
    elif name in {"report.md", "github"}:
        assert not re.search(r"(?<!\\)<img", re.sub(r"``.*?``|`[^`]*`", "", text))
        assert r"a\|b" in text


def test_a_page_asks_for_nothing() -> None:
    text = pages.page(KEPT)

    assert not re.findall(r"""(?:src|href)=["'](?!#|data:,)""", text)
    assert not re.findall(r"url\(|@import|fetch\(|https?://(?!www\.w3\.org)", text)
    assert "default-src 'none'" in text


def test_the_same_run_gives_the_same_page() -> None:
    assert pages.page(KEPT) == pages.page(pages.kept(rounds=9, sweeps=4))


def test_what_is_missing_or_not_to_be_trusted_is_a_row_with_its_reason() -> None:
    _, table, *notes = troubles.section(KEPT, compare(KEPT))

    assert isinstance(table, Table)
    assert {(scenario, loop, what) for scenario, loop, what, _ in table.rows} >= {
        ("run_forever", "rloop", "skipped"), ("warm", "talyn", "failed"), ("runner", "talyn", "fewer rounds"),
        ("warm", "control", "not to be trusted"),
    }  # fmt: skip
    assert notes == []


def test_what_a_reader_must_know_of_a_run_stands_once() -> None:
    kept = replace(KEPT, problems=("journal.jsonl line 3 is left out",))

    for name in ("report.md", "report.html"):
        assert FILES[name](kept, compare(kept), None).count("line 3 is left out") == 1


def test_a_run_without_troubles_says_so() -> None:
    whole = replace(KEPT, outcomes=())

    blocks = troubles.section(whole, ())

    assert Paragraph("Nothing was skipped, and nothing failed.") in blocks


def test_what_is_missing_is_named_by_its_kind() -> None:
    short = pages.kept(["asyncio", "rloop"], rounds=4)
    begun = replace(short, outcomes=())
    without = replace(KEPT, outcomes=tuple(one for one in KEPT.runs if one.cell.label == "uvloop"))

    kinds = []
    for kept in (short, begun, without):
        _, table = troubles.section(kept, compare(kept))
        assert isinstance(table, Table)
        kinds.append({row[2] for row in table.rows})

    assert kinds[0] >= {"skipped", "no interval"}
    assert kinds[1] == {"skipped", "not measured"}
    assert kinds[2] == {"skipped", "not measured", "unusual"}


@pytest.mark.parametrize("kept", [
    Kept(about(["manual"], ["asyncio"]), ()),
    pages.kept(["asyncio"]),
    pages.kept(["asyncio", "uvloop"], rounds=1),
    pages.kept(["asyncio", "uvloop"], rounds=2, sweeps=1),
    replace(KEPT, outcomes=tuple(one for one in KEPT.runs if one.cell.label == "uvloop")),
    replace(KEPT, outcomes=tuple(one for one in KEPT.runs if one.cell.role != "control")),
    replace(KEPT, outcomes=KEPT.outcomes[: len(KEPT.outcomes) // 3]),
], ids=["nothing", "one loop", "one round", "two rounds", "no baseline", "no control", "half"])  # fmt: skip
def test_a_run_that_is_not_whole_has_a_page(kept: Kept) -> None:
    found = Found(pages.page(kept))
    picture = FILES["ratios.svg"](kept, compare(kept), None)

    assert {"main", "h1", "h2"} <= {*found.names}
    assert ET.fromstring(picture).tag.endswith("svg")  # noqa: S314  (ours)


def test_a_run_of_many_loops_and_rounds_has_a_small_page() -> None:
    names = ["asyncio", *(f"loop{number}" for number in range(99))]
    few, many = pages.kept(names, 9, 2, 1), pages.kept(names, 20, 2, 1)

    assert few.about.plan.sampling.rounds * 100 < MOST_ROWS < many.about.plan.sampling.rounds * 100
    text, of_few = (pages.page(kept) for kept in (many, few))

    assert len(re.findall('class="cloud', text)) == 100
    assert len(re.findall('class="cloud', of_few)) == 900
    assert "all rounds: 40 values" in text
    assert len(text.encode()) < 1_000_000


def test_each_kind_of_block_stands_in_the_page() -> None:
    found = shown(
        Heading("Part", 3), Note("A note."), Caution("NO", "cause", "remedy"), Caution("WELL", "why"),
        Command("see it", "python -m <x>"), Listing(("one", "two")), Paragraph("Words."), PLAIN_CHART,
    )  # fmt: skip

    words = " ".join(found.texts)
    for text in ("Part", "A note.", "remedy", "see it", "python -m <x>", "one", "two", "Words.", "About."):
        assert text in words
    assert found.names.count("h2") == 1


def test_a_page_without_a_title_and_without_sections_is_a_page() -> None:
    assert "Report" in Found(page.text(Document(summary=(Note("x"),)))).texts
    assert "nav" not in Found(page.text(Document())).names


def test_entries_keep_the_numbers_that_they_are_sorted_by() -> None:
    columns = tuple(Column(name) for name in "abcdefgh")
    row = ("x", Number(1e-5), Interval(Estimate(2, 1.5, None)), Count(3), Percent(0.25), Share(4, 0.1, 0.2), 5, True)

    found = shown(Table((columns[0],), (columns[1:],), (row,)))

    assert found.fields["data-v"] == {"1e-05", "2;1.5;", "3", "0.25", "4", "5"}


def test_rows_say_which_loop_scenario_and_verdict_they_are_about() -> None:
    table = Table((Column("scenario"), NAME), ((Column("v"),),), (("s", "l", Verdict("faster")), ("", "m", "word")))

    found = shown(table)

    assert found.fields["data-scenario"] == {"s"}
    assert found.fields["data-loop"] == {"l", "m"}
    assert found.fields["data-verdict"] == {"faster"}


def test_sections_have_names_of_their_own_and_views_only_what_there_is() -> None:
    found = Found(page.text(Document(
        body=(Heading("A b!"), Heading("A b!"), Heading("???"), Heading("x", key="main"), Heading("y", key="ünï")),
        views=(View("one", ("main", "gone")), View("none", ("gone",))),
    )))  # fmt: skip

    assert found.fields["id"] >= {"a-b", "a-b-2", "section", "main-2", "ünï"}
    assert '{"one": ["main"]}' in found.texts


def test_only_loops_that_a_picture_marks_can_be_hidden() -> None:
    lines = (
        Line((Point(1),), Subject()), Line((), Subject("bare")), Line((Point(1, "c1", 2),), Subject("one")),
        Line((Point(1, "c1", 2),), Subject("one")),
    )  # fmt: skip

    found = shown(replace(PLAIN_CHART, picture=Picture(Axis("x", 1, 2), lines)))

    assert found.texts.count("one") == 1


def test_charts_stand_below_the_table_of_their_scenario() -> None:
    comparisons = compare(KEPT)
    whole = document(KEPT, comparisons)
    without_tables = replace(whole, body=tuple(block for block in whole.body if not isinstance(block, Table)))

    kinds = [type(block).__name__ for block in charted(whole, KEPT, comparisons).body]
    others = [type(block).__name__ for block in charted(without_tables, KEPT, comparisons).body]

    assert kinds[:5] == ["Note", "Heading", "Table", "Chart", "Chart"]
    assert kinds.count("Chart") == others.count("Chart") == 6
    assert charted(replace(whole, body=(Heading("else"),)), KEPT, comparisons).body == (Heading("else"),)


PLAN = Plan(("asyncio",), ("warm",), "asyncio", Sampling(rounds=6), seed=3)


@pytest.mark.parametrize(("plan", "words"), [
    (PLAN, "--baseline asyncio --loop asyncio --scenario warm --rounds 6 --seed 3"),
    (replace(PLAN, sampling=FAST), "--fast --seed 3"),
    (replace(PLAN, sampling=RIGOROUS), "--rigorous --seed 3"),
    (replace(PLAN, sampling=Sampling(rounds=9, precision=0.02, max_time_s=120)), "warm --seed 3"),
    (replace(PLAN, sampling=Sampling(rounds=2)), "--rounds 2 --without-intervals --seed 3"),
    (replace(PLAN, sampling=Sampling(rounds=2, precision=0.005)), "--rounds 2 --precision 0.5% --seed 3"),
    (replace(PLAN, sampling=Sampling(rounds=7, max_time_s=90)), "--rounds 7 --max-time 90s --seed 3"),
    (replace(PLAN, loops=("uvloop", "asyncio", "x:y"), baseline="uvloop"), "--loop asyncio --loop x:y --scenario"),
    (replace(PLAN, delay_s=0.5, thread="worker", affinity="1-2", timeout_s=9.0),
     "--delay 0.5 --thread worker --affinity 1-2 --timeout 9 --seed 3"),
    (replace(PLAN, loops=("a b", "asyncio")), "--loop 'a b'"),
    (replace(PLAN, workloads=("turns=1", "turns=500"), together=True, scenarios=("bridge",), affinity=None),
     "advise --baseline asyncio --loop asyncio --profile bridge --workload turns --affinity none --seed 3"),
    (replace(PLAN, workloads=("turns=1", "turns=500"), together=True, scenarios=("runner", "bridge", "fixture"),
             affinity="auto", sampling=Sampling(rounds=6, max_time_s=90)),
     "advise --baseline asyncio --loop asyncio --workload turns --max-time 90s --affinity auto --seed 3"),
])  # fmt: skip
def test_the_command_makes_the_run_again(plan: Plan, words: str) -> None:
    assert words in again.command(plan)
