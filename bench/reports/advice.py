"""Advice as a document: for each kind of program a sentence, a table and the settings; then what it rests on. And JSON.

Nothing is recommended without its interval.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from bench.advice.answers import Advice, Answer, Case, Paid, Verdict
from bench.advice.asked import PROFILES
from bench.advice.choosing import settings
from bench.reports.document import (
    LOOP,
    SCENARIO,
    Block,
    Caution,
    Column,
    Document,
    Heading,
    Interval,
    Listing,
    Note,
    Paragraph,
    Percent,
    Row,
    Table,
    Unit,
)
from bench.reports.numbers import interval, rough, unit_for
from bench.reports.prose import unbroken
from bench.reports.ratios import estimated, sure
from bench.reports.records import indented
from bench.reports.sentence import interpreter
from bench.statistics.break_even import BreakEven
from bench.statistics.estimates import Estimate
from bench.subjects import workloads

PERCENT = Unit("%", 0.01)
SOME = 0.095  # of a program: from 10 % on, whole per cents
NOISY = 0.05  # of a program
FEW = 10  # operations below this have a decimal
WORDS: dict[Verdict, str] = {
    "saves": "saves", "costs": "costs", "does not matter": "It does not matter here", "unclear": "Too close to tell",
}  # fmt: skip


def as_json(advice: Advice) -> str:
    """The whole record: answers, break-evens, and the numbers of charts."""
    return indented(advice)


def totals_as_csv(advice: Advice) -> str:
    """The numbers of charts: a row for each loop and number of operations, with the band of its total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["scenario", "workload", "loop", "operations", "seconds", "low", "high"])
    for curve in advice.curves:
        for operations, total in ((point.operations, point.total) for point in curve.points):
            numbers = (operations, total.value, total.low, total.high)
            writer.writerow([curve.scenario, curve.workload, curve.loop, *numbers])
    return text.getvalue()


def document(advice: Advice) -> Document:
    """The answers for each kind of program, and what they rest on."""
    return Document(
        title=Heading("Which loop?", 1),
        conclusion=Paragraph(closing_sentence(advice)),
        body=(*_profiles(advice), *_break_evens(advice), *_notes(advice)),
    )


def closing_sentence(advice: Advice) -> str:
    """When each loop has paid for its start, to quote; the first scenario and workload that were measured."""
    where = f"Against {advice.baseline} on {interpreter(advice.facts)}"
    if not advice.break_evens:
        return f"{where}, nothing was measured that could be compared."
    first = advice.break_evens[0]
    alike = (one for one in advice.break_evens if (one.scenario, one.workload) == (first.scenario, first.workload))
    paid = [f"{one.loop} {pays(one.break_even, 'operations')}" for one in alike]
    return f"{where}, in {first.scenario} with {first.workload}, {'; '.join(paid)}."


def pays(found: BreakEven, noun: str) -> str:
    """When a loop has paid for its start, in words."""
    if found.kind == "after":
        return f"has paid for its start after {counts(found)} {noun}"
    if found.kind == "unknown":
        before = f"; not before {_count(found.low)} {noun}" if found.low else ""
        return f"may or may not pay for its start{before}"
    return "is ahead from the first on" if found.kind == "always" else "never pays for its start"


def counts(found: BreakEven) -> str:
    """How a table shows a break-even: `9 (7–13)`, or in words where it has no number."""
    if found.value is None or found.low is None or found.high is None:
        return f"not before {_count(found.low)}" if found.low else found.kind
    return f"{_count(found.value)} ({_count(found.low)}–{_count(found.high)})"


def _count(operations: float) -> str:
    return f"{operations:,.0f}" if operations >= FEW else f"{operations:.1f}".removesuffix(".0")


def _profiles(advice: Advice) -> Iterator[Block]:
    for profile, cases in groupby(advice.cases, lambda case: case.profile):
        found = tuple(cases)
        yield Heading(f"{profile}: {PROFILES[profile].title}", key=profile)
        for case in found:
            yield Paragraph(" ".join(_sentences(advice, case)))
            yield _table(case)
            yield from _distrust(advice, case)
        loop = _example(advice, found)
        if loop in advice.factories:
            yield Note(f"To choose {loop} there:")
            yield Listing(tuple(settings(profile, loop, advice.factories[loop])))


def _example(advice: Advice, cases: Sequence[Case]) -> str:
    """The loop whose settings are shown: one that saves something, else the first that is not the baseline."""
    answers = [answer for case in cases for answer in case.answers if answer.loop != advice.baseline]
    answers.sort(key=lambda answer: answer.verdict != "saves")
    return answers[0].loop if answers else advice.baseline


def _sentences(advice: Advice, case: Case) -> Iterator[str]:
    """What the baseline takes, and what each other loop changes."""
    base = next(answer.total for answer in case.answers if answer.loop == advice.baseline)
    unit = unit_for(base.value)
    takes = unbroken(f"{interval(base, unit.size)} {unit.symbol}")
    yield f"{case.what} takes {takes} with {advice.baseline}."
    whole = f"your {rough(case.program_s)}" if case.program_s else "that"
    for word, words in WORDS.items():
        those = [answer for answer in case.answers if answer.verdict == word]
        if those and word in {"saves", "costs"}:
            yield from (f"{_changes(answer, word)} of {whole}{_paid(answer, case)}." for answer in those)
        elif those:
            parts = [f"{answer.loop} ({_between(answer.part)})" for answer in those if answer.part]
            yield f"{words}: {', '.join(parts)} of {whole}."
    yield from _more(advice, case)


def _changes(answer: Answer, word: Verdict) -> str:
    part = answer.part or Estimate(0, None, None)
    shown = interval(_negative(part) if word == "saves" else part, PERCENT.size)
    return f"{answer.loop} {word} {unbroken(f'{shown} %')}"


def _between(part: Estimate) -> str:
    """How much longer or shorter it takes, at the ends of the interval."""
    if part.low is None or part.high is None:
        return "too few rounds"
    ends = (f"{100 * end:+.0f}" if abs(end) >= SOME else f"{100 * end:+.2g}" for end in (part.low, part.high))
    return unbroken(f"{' to '.join(ends)} %")


def _paid(answer: Answer, case: Case) -> str:
    found = answer.break_even
    return f", and {pays(found, case.noun)}" if found and answer.verdict == "saves" else ""


def _more(advice: Advice, case: Case) -> Iterator[str]:
    """What only some profiles have to say."""
    rate = advice.asked.requests_per_s
    if case.profile == "cli" and advice.imports:
        yield f"To import asyncio takes as long as {interval(advice.imports)} lifecycles."
    for answer in case.answers if case.profile == "service" and rate else ():
        if rate and answer.difference and answer.difference.low is not None and answer.difference.high is not None:
            yield f"At {rate:g} requests/s, {answer.loop} {_each_second(answer, rate)}."


def _each_second(answer: Answer, rate: float) -> str:
    """What a loop saves or costs in each second, and after how many seconds it has paid for its start."""
    difference = answer.difference or answer.total
    value, *ends = (rough(abs(bound or 0) * rate) for bound in (difference.value, difference.low, difference.high))
    if (difference.low or 0) < 0 < (difference.high or 0):
        return f"saves up to {ends[0]} or costs up to {ends[1]} of each second"
    verb, ends = ("saves", ends[::-1]) if difference.value < 0 else ("costs", ends)
    found = answer.break_even
    when = ""
    if found and found.value is not None and found.low is not None and found.high is not None:
        value_s, low_s, high_s = (rough(count / rate) for count in (found.value, found.low, found.high))
        when = f", and has paid for its start after {value_s} ({low_s}–{high_s})"
    return f"{verb} {value} ({'–'.join(ends)}) of each second{when}"


def _negative(estimate: Estimate) -> Estimate:
    """The same with the other sign: what is saved, not what is spent."""
    low, high = (None if bound is None else -bound for bound in (estimate.high, estimate.low))
    return Estimate(-estimate.value, low, high)


def _table(case: Case) -> Table:
    unit = unit_for(min(answer.total.value for answer in case.answers))
    checked = any(answer.promises for answer in case.answers)
    columns = (
        Column("total", unit),
        Column("saves", unit),
        Column("of program", PERCENT),
        Column(f"after {case.noun}"),
    )
    rows = tuple(_row(answer, checked=checked) for answer in case.answers)
    return Table((LOOP,), (columns, *(((Column("promises"),),) if checked else ())), rows)


def _row(answer: Answer, *, checked: bool) -> Row:
    saved = [_negative(found) if found else None for found in (answer.difference, answer.part)]
    after = counts(answer.break_even) if answer.break_even else None
    promises = (answer.promises,) if checked else ()
    return (answer.loop, estimated(answer.total), *map(estimated, saved), after, *promises)


def _distrust(advice: Advice, case: Case) -> Iterator[Caution]:
    """A warning where the control differs from the baseline, or may differ by much."""
    noise = case.noise
    if noise is None or noise.low is None or noise.high is None:
        return
    title = "These numbers can't be trusted" if case.noise_verdict in {"saves", "costs"} else "Noisy"
    if title != "Noisy" or max(-noise.low, noise.high) > NOISY:
        cause = f"{advice.baseline} against itself came out at {_between(noise)}"
        yield Caution(title, cause, "close what runs beside it, and measure again, or for longer")


def _break_evens(advice: Advice) -> Iterator[Block]:
    """What the answers rest on: starts and operations, from lock-step rounds."""
    if not advice.break_evens:
        return
    yield Heading("When a start has paid, by itself")
    columns = (Column("start later by"), Column("saves each time"), Column("has paid after"))
    more = (Column("rounds"), Column("of operations"), Column("their share"))
    keys = (SCENARIO, Column("workload", side="left"), LOOP)
    rows = [_paid_row(one) for one in (*advice.break_evens, *advice.noise)]
    yield Table(keys, (columns, more), tuple(rows))
    titles = {one.workload: workloads.named(one.workload).title for one in advice.break_evens}
    yield Note(
        f"start later by: seconds that a lifecycle without operations takes longer than with {advice.baseline}; saves "
        "each time: what one operation takes less. Both are measured in the same lock-step rounds, with few operations "
        f"and with many; control: {advice.baseline} again, what is noise. In brackets the confidence interval, "
        f"{sure([len(_loops(advice))])}. A break-even is told only where the exact interval and Student's agree. "
        f"One operation: {'; '.join(f'{name}: {title}' for name, title in titles.items())}, for n = 1."
    )


def _loops(advice: Advice) -> Sequence[str]:
    return tuple(dict.fromkeys(one.loop for one in advice.break_evens))


def _paid_row(one: Paid) -> Row:
    seconds = [Interval(found, unit_for(abs(found.value))) for found in (one.start_excess, one.saving)]
    after = counts(one.break_even) if one.loop != "control" else None
    return (one.scenario, one.workload, one.loop, *seconds, after, one.rounds, one.operations, Percent(one.share))


def _notes(advice: Advice) -> Iterator[Block]:
    yield Note(
        "total: seconds of the whole thing; a whole script, command or test suite begins with the start of its "
        "interpreter, and has the imports of asyncio and of the loop in it. saves: less than with "
        f"{advice.baseline}; of program: that in % of yours, where you said how long it takes (--program, --handler), "
        "else of the least program that does this: of a longer one it is a smaller part. Below 1 % it does not matter. "
        "after: how many it takes until the loop is ahead. promises: of asyncio's, how many the loop keeps of those "
        "that the command check tried."
    )
    yield from map(Note, advice.notes)
    yield from map(Note, advice.missing)
