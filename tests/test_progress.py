"""What is said while it runs."""

import io

import pytest
from invented import about

from bench import plan, progress
from bench.plan import Round


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """So it says."""
        return True


def rounds(number: int) -> list[Round]:
    return list(plan.schedule(about(["manual", "warm"], ["asyncio"]).groups, number, 1, {}, {}))


def test_plain_lines_say_what_is_in_hand_and_the_time_left() -> None:
    stream, clock = io.StringIO(), iter(range(0, 1000, 4))

    given = list(progress.tracked(rounds(5), stream, lambda: next(clock)))

    lines = stream.getvalue().splitlines()
    assert given == rounds(5)
    assert lines[0].startswith("0/10 rounds: ")
    assert lines[0].endswith(", round 1")
    assert len(lines) > 1
    assert all(", about " in line and line.endswith(" s left") for line in lines[1:])


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    stream = Terminal()

    turns = progress.tracked(rounds(3), stream)
    for _ in range(4):
        next(turns)
    turns.close()

    assert "3/6 rounds" in stream.getvalue()
    assert "s left" not in stream.getvalue()


def test_without_a_stream_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(list(progress.tracked(rounds(2), None))) == 4
    assert capsys.readouterr() == ("", "")
