"""How far the harness can be trusted on this machine, as a document: scores and a sentence; and as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.reports import trust
from bench.reports.document import SECOND, Column, Count, Document, Note, Paragraph, Percent, Row, Share, Table
from bench.reports.numbers import percent
from bench.reports.records import indented
from bench.selfcheck.scores import Score, Trial, scored, smallest_difference
from bench.selfcheck.trials import Design

LONGER_S = 60.0  # what the sentence names besides the trials' own time


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """All of one selfcheck; what is derived stands beside what it is derived from.

    `turn_share` is what one turn of the known work takes, as a part of a lifecycle; `smallest` the smallest difference
    that is found in 19 of 20 trials of their own length.
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
    """The trials with what follows from them."""
    smallest = smallest_difference(trials, design.trial_s)
    return SelfCheck(started, facts, design, turn_share, trials, scored(trials), smallest)


def as_json(check: SelfCheck) -> str:
    """One object, with every trial."""
    return indented(check)


def document(check: SelfCheck) -> Document:
    """A row for each score, what the columns mean, and the sentence."""
    names_of_keys = ("how", "truth", "beside") if check.design.load else ("how", "truth")
    keys = tuple(Column(name, side="left") for name in names_of_keys)
    names = (("trials", "different", "slower", "beyond 1 %"), ("error", "bias", "interval", "time"))
    groups = tuple(tuple(Column(name) for name in group) for group in names)
    rows = tuple(_row(score, loaded=bool(check.design.load)) for score in check.scores)
    return Document(
        conclusion=Paragraph(sentence(check)),
        summary=tuple(trust.of_harness(check.scores)),
        body=(Table(keys, groups, rows), Note(LEGEND)),
    )


LEGEND = (
    "different: trials whose 95 % interval excludes 1, and the exact 95 % interval of their share; slower: those that "
    "say so; beyond 1 %: trials called faster or slower, as the tables do; error: root mean square of ratio ÷ truth; "
    "bias: its mean; interval: half its width, median; time: of one trial."
)


def sentence(check: SelfCheck) -> str:
    """What a person can quote."""
    ours = [score for score in check.scores if score.way == "lock-step"]
    if not ours:
        return "No trial was made to its end: give more time, --max-time."
    worst = {effect: min((score for score in ours if score.effect == effect), key=_found) for effect in _effects(ours)}
    parts = [
        f"a difference of {_effect(score)} is found in {score.right} of {score.trials} trials{_where(check, score)}"
        for effect, score in worst.items()
        if effect
    ]
    if itself := worst.get(0.0):
        called = f"{itself.different} of {itself.trials}{_where(check, itself)}"
        parts.append(f"a loop compared with itself is called different in {called}")
    first = f"On this machine, in {ours[0].seconds:.0f} s, {'; '.join(parts)}."
    return " ".join([first, *_off(check, ours), _smallest(check), *_beside_pyperf(check.scores)])


def _effects(scores: Iterable[Score]) -> Iterable[float]:
    """The known differences, and then none."""
    return dict.fromkeys(sorted((score.effect for score in scores), key=lambda effect: (not effect, effect)))


def _found(score: Score) -> float:
    """How good a score is: the share of right trials of a known difference, of equal ones of a loop with itself."""
    return score.right / score.trials if score.effect else 1 - score.different / score.trials


def _where(check: SelfCheck, score: Score) -> str:
    return f" beside {_busy(score.beside)}" if check.design.load else ""


def _off(check: SelfCheck, scores: Sequence[Score]) -> Iterator[str]:
    """By how much ratios of known differences were off, at worst, alone and beside the load."""
    known = [score for score in scores if score.effect]
    if known and check.design.load:
        loads = sorted({score.beside for score in known})
        parts = [
            f"{percent(max(score.error for score in known if score.beside == load))} beside {_busy(load)}"
            for load in loads
        ]
        yield f"Ratios were off by at most {', '.join(parts)} (root mean square)."


def _busy(load: int) -> str:
    return f"{load} busy processes" if load else "nothing"


def _smallest(check: SelfCheck) -> str:
    times = dict.fromkeys((check.design.trial_s, LONGER_S))
    sizes = [f"{percent(smallest_difference(check.trials, seconds) or 0)} in {seconds:g} s" for seconds in times]
    return f"The smallest difference that is found in 19 of 20: about {', '.join(sizes)}."


def _beside_pyperf(scores: Sequence[Score]) -> Iterator[str]:
    both = {score.way: score for score in scores if not score.effect}  # the one beside the load comes last
    if len(both) > 1:
        theirs, ours = both["pyperf"], both["lock-step"]
        yield (
            f"In the same time pyperf's own scheduler calls it different in {theirs.different} of {theirs.trials}; "
            f"it is off by {percent(theirs.error)} (root mean square), lock-step by {percent(ours.error)}."
        )


def _row(score: Score, *, loaded: bool) -> Row:
    return (
        score.way,
        f"{_effect(score)} slower" if score.effect else "itself",
        *((_busy(score.beside),) if loaded else ()),
        score.trials,
        Share(score.different, score.share.low or 0, score.share.high or 0),
        score.right if score.effect else None,
        score.called,
        Percent(score.error),
        Percent(score.bias, "+"),
        Percent(score.half_width, "±"),
        Count(round(score.seconds), SECOND),
    )


def _effect(score: Score) -> str:
    return f"{100 * score.effect:g} %"
