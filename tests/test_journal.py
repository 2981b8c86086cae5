"""Reading a journal: what is sound is used, the rest is named by its line."""

import io
from collections.abc import Sequence

import pytest
from invented import about, run

from bench.plan.cells import Cell
from bench.store import journal
from bench.store.outcomes import Done, Failure, Outcome, Run, line_of

PLAN = about(["manual"], ["asyncio", "uvloop"])
BASELINE, CONTROL, UVLOOP = PLAN.cells
STAGES = {cell: {"total", *PLAN.groups[0].scenario.stages} for cell in PLAN.cells}
OUTCOMES: Sequence[Outcome] = (
    run(BASELINE, 0, [1.0, 2.0]), run(CONTROL, 0, [1.0, 2.0]), Failure(UVLOOP, 0, "why"), Done("manual", 0),
)  # fmt: skip
LINES = [line_of(outcome) for outcome in OUTCOMES]


def read(content: bytes, longest: int = 10_000) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    return journal.read(io.BytesIO(content), STAGES, lambda _run: None, longest)


def test_of_a_journal_cut_short_anywhere_all_whole_lines_are_used() -> None:
    content = b"".join(LINES)
    ends = [0, *(at + 1 for at, byte in enumerate(content) if byte == ord("\n"))]

    for cut in range(len(content) + 1):
        found, problems = read(content[:cut])

        whole = sum(end - 1 <= cut for end in ends[1:])  # where but the end of its line is missing, it is whole
        torn = cut not in {*ends, *(end - 1 for end in ends)}
        assert found == OUTCOMES[:whole]
        assert [text.partition(" is left out: ")[0] for text in problems] == [f"line {whole + 1}"] * torn


@pytest.mark.parametrize("size", [999, 1000, 1001, 5000])
def test_a_line_that_is_too_long_counts_once_and_no_part_of_it_is_used(size: int) -> None:
    padded = b" " * (size - len(LINES[3])) + LINES[3]

    found, problems = read(LINES[2] + padded + b"{\n" + LINES[3], longest=1000)

    fits = size <= 1000
    assert found == (OUTCOMES[2], *[OUTCOMES[3]] * fits, OUTCOMES[3])
    assert [problem.partition(":")[0] for problem in problems] == [
        *["line 2 is left out"] * (not fits), "line 3 is left out",
    ]  # fmt: skip
    assert fits or problems[0] == "line 2 is left out: it is longer than 1000 bytes"


def test_the_end_of_a_line_that_is_too_long_may_be_missing() -> None:
    found, problems = read(LINES[3] + b" " * 2000, longest=1000)

    assert found == (OUTCOMES[3],)
    assert problems == ("line 2 is left out: it is longer than 1000 bytes",)


@pytest.mark.parametrize(("line", "problem"), [
    (LINES[0], "its cell has a run of round 1 already"),
    (line_of(run(UVLOOP, 0, [1.0])), "it has 1 values, the others of its round 2"),
    (line_of(Done("warm", 0)), "its scenario is not in the plan"),
    (line_of(run(Cell("warm", "uvloop", "loop"), 0, [1.0])), "its cell is not in the plan"),
])  # fmt: skip
def test_what_does_not_fit_is_left_out(line: bytes, problem: str) -> None:
    found, problems = read(b"".join([*LINES, line]))

    assert found == OUTCOMES
    assert problems == (f"line 5 is left out: {problem}",)


def test_what_else_is_refused_of_a_run_is_said() -> None:
    def refuse(_run: Run) -> None:
        raise ValueError("why \x1b[31mnot")

    found, problems = journal.read(io.BytesIO(b"".join(LINES)), STAGES, refuse)

    assert found == OUTCOMES[2:]
    assert problems == ("line 1 is left out: why not", "line 2 is left out: why not")


def test_many_problems_are_counted() -> None:
    _, problems = read(b"{}\n" * 1000)

    assert len(problems) == journal.MOST_PROBLEMS + 1
    assert problems[-1] == "lines after these are left out too: 980"
