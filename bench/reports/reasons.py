"""Reasons as sentences: what happened, in which rounds, how much was kept, and the command that reproduces it."""

from collections.abc import Iterable, Sequence

from bench.statistics.reasons import Reason

REPRODUCE = "reproduce with: "


def sentence(reasons: Sequence[Reason]) -> str:
    """All of them in one sentence, without a command."""
    parts = [_with_rounds(reason) for reason in reasons]
    counts = dict.fromkeys(reason.kept for reason in reasons if reason.kept)
    parts += [f"{kept} of {planned} rounds kept" for kept, planned in counts]
    return "; ".join(parts)


def commands(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """The commands that reproduce what happened, each once."""
    return tuple(dict.fromkeys(reason.command for reason in reasons if reason.command))


def line(reasons: Sequence[Reason]) -> str | None:
    """All of them and the command on one line, for other programs; None if there are none."""
    return "; ".join([sentence(reasons), *(REPRODUCE + command for command in commands(reasons))]) if reasons else None


def _with_rounds(reason: Reason) -> str:
    rounds = ", ".join(str(index + 1) for index in reason.rounds)
    return f"{reason.what} (round {rounds})" if rounds else reason.what
