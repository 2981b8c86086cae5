"""How far the harness can be trusted on this machine: a table of scores, and one sentence; and JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.reports.layout import NOTHING, indented, paragraphs, parted
from bench.reports.numbers import percent
from bench.selfcheck.scores import Score, Trial, distrusted, scored, smallest_difference
from bench.selfcheck.trials import Design

LONGER_S = 60.0  # what the sentence names besides the trials' own time


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """All of one selfcheck; what is derived stands beside what it is derived from.

    `turn_share` is what one turn of the known work takes, as a part of a lifecycle; `smallest` the smallest difference
    that is told in 19 of 20 trials of their own length.
    """

    started: str
    facts: Mapping[str, str]
    design: Design
    turn_share: float
    trials: Sequence[Trial]
    scores: Sequence[Score]
    smallest: float | None


def selfcheck(
    started: str, facts: Mapping[str, str], design: Design, turn_share: float, trials: Sequence[Trial]
) -> SelfCheck:
    """Join what was found."""
    smallest = smallest_difference(trials, design.trial_s)
    return SelfCheck(started, facts, design, turn_share, trials, scored(trials), smallest)


def as_json(check: SelfCheck) -> str:
    """One object, with every trial."""
    return indented(check)


def as_text(check: SelfCheck, style: str, width: int | None) -> str:
    """The table, in two where it is wider than `width`; what its columns mean; and the sentence."""
    lines = [_line(score) for score in check.scores]
    names = list(lines[0]) if lines else []
    tables = parted(lines, [names[:2], names[2:6], names[6:]], style, width)
    return paragraphs([*tables, LEGEND, *_warnings(check), sentence(check)], width)


LEGEND = (
    "different: trials whose interval excludes 1, and the exact 95 % interval of their share; slower: those that say "
    "so; beyond 1 %: trials called faster or slower, as the tables do; error: root mean square of ratio ÷ truth; bias: "
    "its mean; interval: half its width, median; time: of one trial."
)


def sentence(check: SelfCheck) -> str:
    """What a person can quote."""
    ours = [score for score in check.scores if score.way == "lock-step"]
    if not ours:
        return "No trial was made to its end: give more time, --max-time."
    itself, *slower = ours
    found = [f"a difference of {_effect(score)} is found in {score.right} of {score.trials} trials" for score in slower]
    said = f"a loop compared with itself is called different in {itself.different} of {itself.trials}"
    parts = [f"On this machine, in {itself.seconds:.0f} s, {'; '.join([*found, said])}.", _smallest(check)]
    return " ".join([*parts, *_beside_pyperf(check.scores)])


def _smallest(check: SelfCheck) -> str:
    times = dict.fromkeys((check.design.trial_s, LONGER_S))
    found = [f"{percent(smallest_difference(check.trials, seconds) or 0)} in {seconds:g} s" for seconds in times]
    return f"The smallest difference that is found in 19 of 20: about {', '.join(found)}."


def _beside_pyperf(scores: Sequence[Score]) -> Iterator[str]:
    both = {score.way: score for score in scores if not score.effect}
    if len(both) > 1:
        usual, ours = both["pyperf"], both["lock-step"]
        yield (
            f"In the same time pyperf's own scheduler calls it different in {usual.different} of {usual.trials}; it is "
            f"off by {percent(usual.error)} (root mean square), lock-step by {percent(ours.error)}."
        )


def _warnings(check: SelfCheck) -> list[str]:
    return [
        f"NOT TO BE TRUSTED: a loop was called different from itself in {score.different} of {score.trials} trials, "
        "which is more than the 5 % that may be; what disturbs this machine: python -m bench doctor"
        for score in check.scores
        if distrusted(score)
    ]


def _line(score: Score) -> dict[str, str]:
    low, high = score.share.low or 0, score.share.high or 0
    return {
        "how": score.way,
        "truth": f"{_effect(score)} slower" if score.effect else "itself",
        "trials": str(score.trials),
        "different": f"{score.different} ({100 * low:.0f}–{100 * high:.0f} %)",
        "slower": str(score.right) if score.effect else NOTHING,
        "beyond 1 %": str(score.called),
        "error": percent(score.error),
        "bias": f"{100 * score.bias:+.2f} %",
        "interval": f"±{percent(score.half_width)}",
        "time": f"{score.seconds:.0f} s",
    }


def _effect(score: Score) -> str:
    return f"{100 * score.effect:g} %"
