"""What loops keep of asyncio's promises, as a document, from invented findings."""

from bench.contract.checks import every
from bench.contract.conformance import WHITE_BOX
from bench.contract.findings import Finding, How
from bench.reports import contract
from bench.reports.document import Command, Heading, Table, Words
from bench.reports.rendering import RENDERERS, render

AREAS = ("running", "calls", "threads", "close", "system", "network", "manners")


def finding(loop: str, check: str, how: How = "kept", reason: str = "", area: str = "network") -> Finding:
    kept = None if how == "not applicable" else how == "kept"
    return Finding(loop, "1.0", "3.14.0", check, area, kept, how, reason)


FOUND = (
    finding("asyncio", "tcp"),
    finding("asyncio", "tls"),
    finding("asyncio", "eager_tasks", "not applicable", "asyncio has it from Python 3.12 on", "calls"),
    finding("zloop", "tcp", "died", "died of SIGSEGV"),
    finding("zloop", "tls", "broken", "NotImplementedError"),
    finding("zloop", "eager_tasks", "not applicable", "asyncio has it from Python 3.12 on", "calls"),
    finding("yloop", "tcp"),
    finding("yloop", "tls", "broken", "NotImplementedError"),
    finding("yloop", "eager_tasks", "not applicable", "asyncio has it from Python 3.12 on", "calls"),
)


def test_a_row_for_each_loop_counts_what_it_keeps_in_each_area() -> None:
    lines = render(contract.document(FOUND), "simple").splitlines()

    assert lines[2].split() == ["loop", "kept", "network", "calls"]
    assert [line.split() for line in lines[4:7]] == [
        ["asyncio", "2/2", "2/2", "–"], ["zloop", "0/2", "0/2", "–"], ["yloop", "1/2", "1/2", "–"],
    ]  # fmt: skip


def test_only_what_is_not_kept_stands_below_and_loops_that_do_the_same_share_a_row() -> None:
    text = render(contract.document(FOUND), "simple")

    details = text.partition("What is not kept")[2].splitlines()
    assert [line.split(maxsplit=1) for line in details[4:6]] == [
        ["tcp", "zloop: died: died of SIGSEGV"], ["tls", "zloop, yloop: broken: NotImplementedError"],
    ]  # fmt: skip
    assert "Not applicable: eager_tasks: asyncio has it from Python 3.12 on" in text
    assert "What is not kept" not in render(contract.document(FOUND[:2]), "simple")


def test_it_ends_with_a_sentence_to_quote() -> None:
    text = render(contract.document(FOUND), "simple")

    assert text.endswith("Promises of asyncio kept on Python 3.14.0: asyncio 1.0 2/2, zloop 1.0 0/2, yloop 1.0 1/2.\n")


def test_ten_loops_fit_a_terminal_of_80_columns_in_one_table() -> None:
    checks = every().values()
    found = [
        finding(f"asyncio-loop{n}", check.name, "broken" if n else "kept", "not so " * 30, check.area)
        for n in range(10)
        for check in checks
    ]

    text = render(contract.document(found), "simple", 80)

    assert max(len(line) for line in text.splitlines() if "see one alone: " not in line) <= 80
    assert sum(line.split()[:2] == ["loop", "kept"] for line in text.splitlines()) == 1


def test_every_format_has_the_loops_and_the_reasons() -> None:
    for style in RENDERERS:
        text = render(contract.document(FOUND), style)
        assert "zloop" in text
        assert "NotImplementedError" in text


def test_the_list_has_the_promise_of_each_check() -> None:
    checks = {name: (check.area, check.promise) for name, check in every().items()}

    text = render(contract.listed(checks), "simple")

    assert all(check.promise in text for check in every().values())


def test_cpythons_tests_have_a_heading_of_their_own_and_white_box_ones_are_counted() -> None:
    name = next(iter(WHITE_BOX))
    found = (
        finding("zloop", "test_events.test_close", "hung", "no end"),
        finding("zloop", name, "not applicable", "white-box: it"),
    )

    text = render(contract.document(found, contract.CPYTHON), "simple")

    assert text.startswith("What loops pass of CPython's own tests for event loops, on Python 3.14.0\n")
    assert (
        "    see one alone: python -m bench check --conformance --loop zloop --check test_events.test_close\n" in text
    )
    assert "1 tests look inside a loop, and are not tried." in text
    assert name not in text
    assert text.endswith("CPython's tests passed on Python 3.14.0: zloop 1.0 0/1.\n")


def test_a_section_of_a_page_has_each_fact_in_a_column_of_its_own() -> None:
    blocks = [*contract.section(FOUND, contract.CPYTHON)]

    heading, counts, _legend, _title, broken, command, *_ = blocks
    assert isinstance(heading, Heading)
    assert (heading.level, heading.key) == (2, "conformance")
    assert heading.reading
    assert isinstance(counts, Table)
    assert isinstance(broken, Table)
    assert broken.rows == (
        ("tcp", "network", Words(("zloop",)), "died", "died of SIGSEGV"),
        ("tls", "network", Words(("zloop", "yloop")), "broken", "NotImplementedError"),
    )
    assert isinstance(command, Command)
    assert "--conformance" in command.command
    assert not [block for block in contract.section(FOUND[:3]) if isinstance(block, Command)]
    assert [*contract.section(())] == []
