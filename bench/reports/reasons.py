"""Reasons in words: what happened, in which rounds, how much was kept, and the command that reproduces it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.reports.document import Block, Command, Note

if TYPE_CHECKING:  # pandas comes with what it imports
    from bench.statistics.reasons import Reason

REPRODUCE = "reproduce with"


@dataclass(frozen=True, slots=True)
class Gap:
    """Why the row of a table is missing, or not whole: the words, and the commands that reproduce it."""

    missing: bool
    words: str
    commands: tuple[str, ...] = ()


def notes(gaps: Iterable[tuple[str, Gap]]) -> Iterator[Block]:
    """A note for each gap, with the labels of all rows that it is about, and its commands."""
    labels: dict[Gap, list[str]] = {}
    for label, gap in gaps:
        labels.setdefault(gap, []).append(label)
    for gap, names in labels.items():
        yield Note(f"{', '.join(names)}: {'not in the table: ' if gap.missing else ''}{gap.words}")
        yield from (Command(REPRODUCE, command) for command in gap.commands)


def sentence(reasons: "Sequence[Reason]") -> str:
    """All of them in one sentence, without a command."""
    parts = [_with_rounds(reason) for reason in reasons]
    counts = dict.fromkeys(reason.kept for reason in reasons if reason.kept)
    parts += [f"{kept} of {planned} rounds kept" for kept, planned in counts]
    return "; ".join(parts)


def commands(reasons: "Iterable[Reason]") -> tuple[str, ...]:
    """The commands that reproduce what happened, each once."""
    return tuple(dict.fromkeys(reason.command for reason in reasons if reason.command))


def line(reasons: "Sequence[Reason]") -> str | None:
    """All of them and the commands on one line, for other programs; None if there are none."""
    return "; ".join([sentence(reasons), *(f"{REPRODUCE}: {one}" for one in commands(reasons))]) if reasons else None


def _with_rounds(reason: "Reason") -> str:
    rounds = ", ".join(str(index + 1) for index in reason.rounds)
    return f"{reason.what} (round {rounds})" if rounds else reason.what
