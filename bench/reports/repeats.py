"""How far a comparison moves when it is repeated, as a document and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.plan.cells import CONTROL
from bench.reports.document import LOOP, Column, Document, Entry, Note, Number, Paragraph, Percent, Row, Share, Table
from bench.reports.numbers import percent
from bench.reports.records import indented
from bench.selfcheck.repeats import Design, Repeated, Repetition, repeated


@dataclass(frozen=True, slots=True)
class Repeats:
    """All of one `selfcheck --repeat`."""

    started: str
    facts: Mapping[str, str]
    design: Design
    repetitions: Sequence[Repetition]
    scores: Sequence[Repeated]


def repeats(started: str, facts: Mapping[str, str], design: Design, repetitions: Sequence[Repetition]) -> Repeats:
    """The runs with what follows from them."""
    return Repeats(started, facts, design, repetitions, repeated(repetitions))


def as_json(made: Repeats) -> str:
    """One object, with every run."""
    return indented(made)


LEGEND = (
    "ratio: median of all runs; spread: standard deviation of the ratios' logarithms; interval: half the width of a "
    "run's 95 % interval, median; held: runs whose interval holds the median of the other runs, and the exact 95 % "
    "interval of their share."
)


def document(made: Repeats) -> Document:
    """A row for each loop and the control, what the columns mean, and the sentence."""
    names = (("runs", "ratio", "lowest", "highest"), ("spread", "interval", "held"))
    groups = tuple(tuple(Column(name) for name in group) for group in names)
    return Document(
        conclusion=Paragraph(sentence(made)), body=(Table((LOOP,), groups, tuple(map(_row, made.scores))), Note(LEGEND))
    )


def sentence(made: Repeats) -> str:
    """What a person can quote."""
    loops = [score for score in made.scores if score.label != CONTROL]
    if not loops:
        return "Fewer than two runs were made: nothing can be said of their spread."
    design = made.design
    beside = f", every second one beside {design.load} busy processes" if design.load else ""
    began = f"{loops[0].runs} runs of {design.run_s:g} s over {design.max_time_s / 60:.3g} min{beside}"
    return f"In {began}, in {design.scenario}: {'; '.join(_said(loops))}."


def _said(scores: Sequence[Repeated]) -> Iterator[str]:
    for score in scores:
        yield (
            f"{score.label} came out at {score.lowest:.3g} to {score.highest:.3g} (spread {percent(score.spread)}), "
            f"and a run's interval held the others' median in {score.held} of {score.runs}"
        )


def _row(score: Repeated) -> Row:
    held: Entry = Share(score.held, score.share.low or 0, score.share.high or 0)
    ratios = (Number(value) for value in (score.ratio, score.lowest, score.highest))
    return (score.label, score.runs, *ratios, Percent(score.spread), Percent(score.half_width, "±"), held)
