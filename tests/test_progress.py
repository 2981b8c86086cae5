"""What is shown while a command runs."""

import io
import math

import pytest
from invented import about

from bench.cli.progress import Track, tracked
from bench.plan.rounds import Round, schedule


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It always is."""
        return True


def rounds(number: int) -> list[Round]:
    return list(schedule(about(["manual", "warm"], ["asyncio"]).groups, number, 1, {}, {}))


def track(number: int, certain: int, left_s: float = math.inf) -> Track[Round]:
    return Track(rounds(number), certain, "rounds", str, lambda: left_s, lambda: 24.2)


def test_plain_lines_show_the_current_step_and_the_time_left() -> None:
    stream, clock = io.StringIO(), iter(range(0, 1000, 4))

    given = list(tracked(track(5, 10), stream, lambda: next(clock)))

    lines = stream.getvalue().splitlines()
    assert given == rounds(5)
    assert lines[0].endswith(", round 1: 0/10 rounds")
    assert len(lines) > 1
    assert all("/10 rounds, about " in line and line.endswith(" s left") for line in lines[1:])


def test_steps_that_are_not_certain_are_shown_as_the_time_left_for_them() -> None:
    stream, clock = io.StringIO(), iter(range(0, 1000, 12))

    list(tracked(track(5, 2, left_s=33.4), stream, lambda: next(clock)))

    lines = stream.getvalue().splitlines()
    assert [line.partition(": ")[2] for line in lines[:4]] == [
        "0/2 rounds", "1/2 rounds, about 24 s left", "2 rounds, at most 33 s left", "3 rounds, at most 33 s left",
    ]  # fmt: skip


def test_time_that_is_over_is_not_negative() -> None:
    assert track(1, 5, left_s=-3).state(7) == "7 rounds, at most 0 s left"


def test_where_nothing_is_certain_only_the_time_is_shown() -> None:
    assert track(1, 0, left_s=40).state(7) == "at most 40 s left"


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    stream = Terminal()

    turns = tracked(track(3, 6), stream)
    for _ in range(4):
        next(turns)
    turns.close()

    assert "3/6 rounds" in stream.getvalue()


def test_without_a_stream_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(list(tracked(track(2, 4), None))) == 4
    assert capsys.readouterr() == ("", "")
