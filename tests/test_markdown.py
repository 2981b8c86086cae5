"""Documents as pages."""

import pytest

from bench.reports.document import Caution, Column, Command, Document, Heading, Listing, Note, Paragraph, Table
from bench.reports.rendering import render


def page(*blocks: "Heading | Paragraph | Note | Caution | Command | Listing | Table") -> str:
    return render(Document(body=blocks), "github")


def test_a_page_begins_with_its_title_and_its_conclusion_and_ends_with_the_details() -> None:
    document = Document(
        Heading("Title", 1), Paragraph("conclusion"), (Note("summary"),), (Note("body"),), (Note("details"),)
    )

    assert render(document, "github") == "# Title\n\nconclusion\n\nsummary\n\nbody\n\ndetails\n"


def test_every_block_has_its_form() -> None:
    table = Table((Column("key", side="left"),), ((Column("one"),),), (("a", 1),))

    text = page(
        Heading("part", 3), table, Caution("Title", "cause", "remedy"), Caution("Title", "cause"),
        Command("reproduce with", "python -m scenarios.warm"), Listing(("first", "second")),
    )  # fmt: skip

    assert text == (
        "### part\n\n| key   |   one |\n|-------|-------|\n| a     |     1 |\n\n**Title:** cause; remedy\n\n"
        "**Title:** cause\n\nreproduce with: `python -m scenarios.warm`\n\n- first\n- second\n"
    )


@pytest.mark.parametrize(("text", "written"), [
    ("a < b", r"a \< b"), ("<script>", r"\<script>"), ("&lt; & &#60;", r"\&lt; & \&#60;"), ("a\\b", r"a\\b"),
    ("[x](y)", r"[x]\(y)"), ("[1] x", "[1] x"), ("[x]: y", r"\[x]: y"), ("# x", r"\# x"), ("- x", r"\- x"),
    ("1. x", r"1\. x"), ("12) x", r"12\) x"), ("1.5 x", "1.5 x"), ("2026-11-23 x", "2026-11-23 x"), ("* x", r"\* x"),
    ("```x", r"\```x"), ("`x` y", "`x` y"), ("snake_case", "snake_case"), ("a\n\n# b", "a # b"), ("–", "–"),
])  # fmt: skip
def test_texts_are_no_markup_but_for_code(text: str, written: str) -> None:
    assert page(Paragraph(text)) == page(Note(text)) == f"{written}\n"
    assert page(Listing((text,))) == f"- {written}\n"


def test_a_table_has_as_many_cells_as_columns_whatever_they_hold() -> None:
    table = Table((Column("a|b", side="left"),), ((Column("c"),),), ((r"x\|y|", "<b>\n"),))

    lines = page(table).splitlines()

    assert lines[0].split() == ["|", r"a\|b", "|", "c", "|"]
    assert lines[2].split() == ["|", r"x\\\|y\|", "|", r"\<b>", "|"]


@pytest.mark.parametrize(("command", "code"), [("a `b`", "`` a `b` ``"), ("a  b\n", "`a b`"), ("``", "``` `` ```")])
def test_a_command_is_code_whatever_it_holds(command: str, code: str) -> None:
    assert page(Command("try", command)) == f"try: {code}\n"
