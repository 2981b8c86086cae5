"""Invented documents in every format: nothing is lost, nothing is too wide, and no text is taken for markup."""

import html
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import texts
from bench.reports.document import (
    MICROSECOND,
    Block,
    Caution,
    Column,
    Command,
    Document,
    Heading,
    Listing,
    Note,
    Number,
    Paragraph,
    Percent,
    Row,
    Table,
    Words,
)
from bench.reports.grids import COMMENTS, CSV, FOR_PEOPLE, HTML, MARKDOWN, STYLES, TERMINAL
from bench.reports.prose import unbroken
from bench.reports.rendering import RENDERERS, render

WIDTHS = st.none() | st.integers(20, 120)
PEOPLE = [style for style in STYLES if FOR_PEOPLE.fullmatch(style)]
# Words that no format has of its own, so that each can be counted.
WORDS = st.text("abcd", min_size=1, max_size=9).map("q{}q".format)
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
HOSTILE = st.text("|\\`*_#<>[](){}&;$%^~-+=!\"'\x1b\r\n\t\x07\u202eq", max_size=12) | st.sampled_from([
    "</table>", "<script>", "&lt;", "|---|", "\x1b[2J", "```", "<!--", r"\end{tabular}", "||", r"\|",
    "\N{NO-BREAK SPACE}",
])  # fmt: skip
ENTRIES = TEXTS | WORDS.map(lambda word: Words((word, word))) | st.integers(0, 9) | st.none() | st.booleans()


def tables(
    words: st.SearchStrategy[str] = TEXTS, entries: st.SearchStrategy[object] = ENTRIES
) -> st.SearchStrategy[Table]:
    """Tables of one key and up to three groups of one or two columns."""
    columns = st.builds(
        Column,
        words,
        st.none(),
        st.sampled_from(["left", "right"]),
        if_narrow=st.sampled_from(["part", "wrap", "below"]),
    )
    groups = st.lists(st.lists(columns, min_size=1, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple)
    return groups.flatmap(lambda groups: st.builds(
        Table, st.builds(Column, words, st.none(), st.just("left")).map(lambda key: (key,)), st.just(groups),
        st.lists(_rows(words, entries, sum(map(len, groups))), min_size=1, max_size=3).map(tuple),
    ))  # fmt: skip


def _rows(keys: st.SearchStrategy[str], entries: st.SearchStrategy[object], length: int) -> st.SearchStrategy[Row]:
    return st.tuples(keys, *[entries] * length)


PROSE: st.SearchStrategy[Block] = (
    st.builds(Heading, TEXTS, st.integers(1, 3)) | st.builds(Paragraph, TEXTS) | st.builds(Note, TEXTS)
    | st.builds(Caution, TEXTS, TEXTS, TEXTS) | st.builds(Command, WORDS, TEXTS)
    | st.builds(Listing, st.lists(TEXTS, min_size=1, max_size=3).map(tuple))
)  # fmt: skip
BLOCKS = st.lists(PROSE | tables(), max_size=4).map(tuple)
DOCUMENTS = st.builds(
    Document, st.none() | st.builds(Heading, TEXTS, st.just(1)), st.none() | st.builds(Paragraph, TEXTS),
    BLOCKS, BLOCKS, BLOCKS,
)  # fmt: skip


def words_of(block: Block) -> "Counter[str]":
    """The words that a block must show, each as often as it has it."""
    if isinstance(block, Table):
        entries = [entry for row in block.rows for entry in row]
        parts = [column.name for column in block.columns] + [entry for entry in entries if isinstance(entry, str)]
        parts += [word for entry in entries if isinstance(entry, Words) for word in entry.words]
    elif isinstance(block, Listing):
        parts = list(block.items)
    else:
        parts = [getattr(block, name, "") for name in ("text", "title", "cause", "remedy", "purpose", "command")]
    return Counter(word for part in parts for word in part.split())


@given(DOCUMENTS, st.sampled_from(STYLES), WIDTHS)
def test_every_word_of_a_document_stands_in_every_rendering(document: Document, style: str, width: int | None) -> None:
    text = render(document, style, width)

    blocks = document.page() if style in MARKDOWN else document.screen()
    expected = sum(map(words_of, blocks), Counter())
    assert expected <= Counter(re.findall(r"q[a-z]+q", html.unescape(text)))


@given(DOCUMENTS)
def test_a_page_has_the_conclusion_first_and_a_screen_has_it_last(document: Document) -> None:
    title, end = ((block,) if block else () for block in (document.title, document.conclusion))

    assert (*document.page(),) == (*title, *end, *document.summary, *document.body, *document.details)
    assert (*document.screen(),) == (*document.body, *document.summary, *end)


@given(st.lists(PROSE, max_size=5).map(tuple), st.sampled_from(PEOPLE), st.integers(10, 120))
def test_no_line_of_prose_is_wider_than_the_terminal_unless_it_is_one_word_or_a_command(
    blocks: tuple[Block, ...], style: str, width: int
) -> None:
    lines = render(Document(body=blocks), style, width).splitlines()

    commands = [f"    {block.purpose}: {block.command}" for block in blocks if isinstance(block, Command)]
    for line in lines:
        assert len(line) <= width or len(line.split()) == 1 or line in commands
    assert all(command in lines for command in commands)


@given(tables(), st.sampled_from(PEOPLE), st.integers(10, 120))
def test_each_part_of_a_table_repeats_the_keys(table: Table, style: str, width: int) -> None:
    text = render(Document(body=(table,)), style, width)

    parts = [part for part in text.strip("\n").split("\n\n") if not part.partition("\n")[0].endswith(":")]
    assert len(parts) <= len(table.groups)
    for part in parts:
        keys = Counter(word for row in table.rows for word in str(row[0]).split())
        assert keys <= Counter(re.findall(r"q[a-z]+q", part))


@given(tables(HOSTILE, HOSTILE), st.sampled_from(MARKDOWN))
def test_hostile_texts_leave_a_markdown_table_its_rows_and_columns(table: Table, style: str) -> None:
    lines = render(Document(body=(table,)), style).splitlines()

    assert len(lines) == len(table.rows) + 2
    for line in lines:
        # As GitHub reads it: a backslash takes the character after it along, and a bar ends a cell.
        cells = re.findall(r"(?:\\.|[^|\\])*\|", line)
        assert "".join(cells) == line
        assert len(cells) == len(table.columns) + 1
    assert not re.search(r"(?<!\\)(\\\\)*<", "\n".join(lines))


class Tags(HTMLParser):
    """Which tags a text has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Count it."""
        del attrs
        self.tags.append(tag)

    def handle_comment(self, data: str) -> None:
        """Refuse it."""
        raise AssertionError(data)


@given(tables(HOSTILE, HOSTILE), st.builds(Note, HOSTILE), st.sampled_from(HTML))
def test_hostile_texts_leave_an_html_table_its_rows_and_columns(table: Table, note: Note, style: str) -> None:
    tags = Counter(Tags(render(Document(body=(note, table)), style)).tags)

    assert set(tags) == {"p", "table", "thead", "tbody", "tr", "th", "td"}
    assert (tags["tr"], tags["th"]) == (len(table.rows) + 1, len(table.columns))
    assert tags["td"] == len(table.rows) * len(table.columns)


@given(tables(HOSTILE, HOSTILE), st.lists(st.builds(Note, HOSTILE), max_size=3), st.sampled_from(STYLES))
def test_nothing_that_steers_a_terminal_is_left(table: Table, notes: list[Note], style: str) -> None:
    text = render(Document(body=(table, *notes)), style, 80)

    assert texts.lines(text) == text


@given(tables(HOSTILE, HOSTILE))
def test_a_table_on_a_screen_has_a_line_for_each_row_whatever_it_holds(table: Table) -> None:
    named = replace(table, keys=(Column("key"),), rows=tuple(("key", *row[1:]) for row in table.rows))

    assert len(render(Document(body=(named,)), "simple").split("\n")) == len(table.rows) + 3


@pytest.mark.parametrize("style", ["tsv", "jira", "mediawiki", "moinmoin", "textile", "orgtbl", "asciidoc", "youtrack"])
def test_what_divides_columns_divides_none_in_a_text(style: str) -> None:
    divider = "\t" if style == "tsv" else "|"

    plain, hostile = (
        render(Document(body=(Table((Column("a"),), ((Column("b"),),), ((text, 1),)),)), style)
        for text in ("x", f"{divider}x{divider}")
    )

    assert re.sub(r"\\\|", "", hostile).count(divider) == plain.count(divider)


def test_a_command_stands_directly_below_its_block_and_is_never_wrapped() -> None:
    command = Command("reproduce with", "python -m scenarios.manual --loop rloop --times 400")

    text = render(Document(body=(Note("rloop died"), command, Note("more"))), "simple", 20)

    assert text == f"rloop died\n    reproduce with: {command.command}\n\nmore\n"


def test_names_are_not_broken_and_lists_hang() -> None:
    items = Listing((f"made by {unbroken('with Runner()')} and more", "second"))

    assert render(Document(body=(items,)), "simple", 20) == "made by\n    with Runner()\n    and more\nsecond\n"
    assert render(Document(body=(items,)), "simple") == "made by with Runner() and more\nsecond\n"


def test_every_format_of_tabulate_has_a_renderer() -> None:
    assert list(RENDERERS) == [*STYLES, TERMINAL, CSV]


@pytest.mark.parametrize(("style", "mark"), COMMENTS.items())
def test_where_a_format_has_no_prose_notes_are_comments(style: str, mark: str) -> None:
    blocks = (Heading("title"), Note("note"), Command("try", "this"), Listing(("first", "second")))

    lines = render(Document(body=blocks), style).splitlines()

    assert [line for line in lines if line] == [
        f"{mark}title", f"{mark}note", f"{mark}    try: this", f"{mark}first", f"{mark}second",
    ]  # fmt: skip


def test_prose_in_html_has_tags() -> None:
    blocks = (Heading("a < b"), Note("note"), Command("try", "this"), Listing(("first", "second")))

    assert render(Document(body=blocks), "html") == (
        "<h2>a &lt; b</h2>\n\n<p>note</p>\n<p>try: this</p>\n\n<ul>\n<li>first</li>\n<li>second</li>\n</ul>\n"
    )


def test_csv_is_one_table_of_all_rows_without_prose() -> None:
    tables = [
        Table((Column("loop"),), ((Column(name, MICROSECOND), Column("")),), ((name, entry, Words(("x", "y"))),))
        for name, entry in (("a", Number(2e-6)), ("b", Percent(0.5)), ("c", None), ("d", "p,q"))
    ]

    text = render(Document(body=(*tables[:2], Note("note"), Heading("next"), *tables[2:])), CSV)

    assert text.splitlines() == [
        "section,loop,a,column 3,b,c,d", ',a,2e-06,"x, y",,,', ',b,,"x, y",0.5,,', 'next,c,,"x, y",,,',
        'next,d,,"x, y",,,"p,q"',
    ]  # fmt: skip
    assert render(Document(summary=tuple(tables[:1])), CSV).startswith("loop,a,column 3\n")


def test_an_empty_document_is_an_empty_line() -> None:
    assert {render(Document(body=(Table((Column("a"),), (), ()),)), style) for style in STYLES} == {"\n"}


@pytest.mark.parametrize("words", [("doctor", "--json"), ("list",), ("lifecycle", "--loop", "asyncio")], ids=" ".join)
def test_what_compares_nothing_loads_nothing_to_compare_with(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bench", *words],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip

    loaded = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "bench.reports.rendering" in loaded
    assert not loaded & {"pandas", "scipy", "numpy", "pyperf", "rich"}
