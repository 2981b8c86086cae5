"""A pair: two runs of one plan, measured at different times, and what differs between them."""

import itertools
import math
import shlex
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bench.errors import PROGRAM, BenchError
from bench.machine import facts
from bench.plan.cells import Plan
from bench.statistics import estimates
from bench.statistics.digests import Digest, value_seconds
from bench.statistics.estimates import confidence
from bench.statistics.loads import Load, allowance, load_of
from bench.statistics.shared import Shared, narrowed
from bench.store.outcomes import TOTAL, Kept
from bench.subjects import scenarios
from bench.subjects.workloads import SLEEP

MACHINE = ("cpu", "cpus", "architecture", "affinity")  # if one differs, the seconds are of two machines
SAME_LENGTH = 1.25  # a larger difference in the length of values moves a ratio by some per cent (docs/method.md)


@dataclass(frozen=True, slots=True)
class Pair:
    """What an old run and a new one share; the names are the user's.

    `whole`: the two runs with what they do not share, if they have more. `left_out`: what that is, in words.
    `digests` are theirs where their values were not read.
    """

    old: Kept
    new: Kept
    old_name: str = "old"
    new_name: str = "new"
    whole: tuple[Kept, Kept] | None = None
    left_out: tuple[str, ...] = ()
    digests: tuple[Digest, Digest] | None = None

    @property
    def differences(self) -> tuple[str, ...]:
        """What differs: versions, machine, and how much was measured."""
        return self._changed({**_facts(self.old), **_facts(self.new)})

    @property
    def other_machine(self) -> tuple[str, ...]:
        """Why the seconds of the two can't be compared; empty if they can."""
        return self._changed(MACHINE)

    @property
    def other_lengths(self) -> Mapping[str, str]:
        """Groups in which the baseline's values lasted clearly longer or shorter than before, and how long.

        Each run calibrates its own iterations. Where other programs disturb that, values come out too short.
        """
        before, after = (dict(value_seconds(kept)) for kept in (self.old, self.new))
        if self.digests:
            before, after = (dict(digest.value_s) for digest in self.digests)
        return {
            group: f"{before[group] * 1000:.2g} ms then, {after[group] * 1000:.2g} ms now"
            for group in before
            if group in after and not 1 / SAME_LENGTH <= after[group] / before[group] <= SAME_LENGTH
        }

    @property
    def loads(self) -> tuple[Load, Load]:
        """How busy the machine was with other programs in the old run and in the new one, by all of their workers."""
        if self.digests:
            return self.digests[0].load, self.digests[1].load
        old, new = self.whole or (self.old, self.new)
        return load_of(old), load_of(new)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before reading the changes."""
        left_out = (f"left out: {'; '.join(self.left_out)}",) if self.left_out else ()
        return (*left_out, *self._confounded(), *self._busy(), *self._incomplete())

    def _changed(self, names: Collection[str]) -> tuple[str, ...]:
        earlier, now = (
            {name: value for name, value in _facts(kept).items() if name in names} for kept in (self.old, self.new)
        )
        return facts.differences(earlier, now)

    def _confounded(self) -> Iterator[str]:
        baseline = self.old.about.plan.baseline
        if self.other_machine:
            yield (
                f"† not comparable: the machine differs ({'; '.join(self.other_machine)}), "
                "and a change includes what the machine does to a ratio, so there is no verdict"
            )
        _, at, interpreter = baseline.partition("@")
        own = (f"{name}{at}{interpreter}" for name in ("python", "implementation", "build"))
        if changed := self._changed((*own, f"loop {baseline}")):
            yield (
                f"the baseline {baseline} itself differs ({'; '.join(changed)}): where it became faster, an "
                "unchanged loop is called slower, and the other way round"
            )

    def _busy(self) -> Iterator[str]:
        before, after = self.loads
        of_total, of_stage = (f"{math.exp(allowance(before, after, stage)):.2f}" for stage in (TOTAL, "work"))
        if allowance(before, after):
            stage = "" if of_stage == of_total else f" (that of a stage: {of_stage})"
            yield (
                f"the machine was busy with other things (load {before.average:.1f} then, {after.average:.1f} now, "
                f"{after.cpus} processors): that alone can change a loop's ratio by a factor of up to "
                f"{of_total}{stage}, so the intervals of changes are wider by this factor on "
                "either side; measure both runs on a quiet machine"
            )

    def _incomplete(self) -> Iterator[str]:
        for side, kept in (("old", self.old), ("new", self.new)):
            if not kept.complete:
                done, asked = kept.rounds_of_all, kept.about.plan.sampling.rounds
                yield f"{side}: not complete, {done} of {asked} rounds of every scenario"
            yield from (f"{side}: {problem}" for problem in dict.fromkeys(kept.notes))


def paired(old_name: str, old: Kept, new_name: str, new: Kept, digests: tuple[Digest, Digest] | None = None) -> Pair:
    """Pair what two runs share; raises BenchError if that is nothing, or if they were measured differently.

    `digests`: of the two, where they are known already.
    """
    again = f"{PROGRAM} {shlex.join(_words(old.about.plan))}"
    differing = [*unlike(old_name, settings(old), new_name, settings(new))]
    shared = Shared.of(old, new)
    if differing or not shared.comparable(old, new):
        differing += unlike(old_name, _parts(old), new_name, _parts(new))
        first = f"{old_name} and {new_name} are runs of different plans"
        raise BenchError("\n  ".join([first, *differing]) + f"\nmeasure both with the same plan: {again}")
    left_out = tuple(unlike("the old run", _parts(old), "the new run", _parts(new)))
    pair = Pair(narrowed(old, shared), narrowed(new, shared), old_name, new_name, (old, new), left_out, digests)
    _check(pair, again)
    return pair


def _check(pair: Pair, again: str) -> None:
    """Raise BenchError if there is nothing to be learned from what the two hold."""
    rounds = [[*Counter(run.cell for run in kept.runs).values()] for kept in (pair.old, pair.new)]
    if pair.digests:
        rounds = [[*map(len, digest.seconds.values())] for digest in pair.digests]
    for name, kept, number in zip((pair.old_name, pair.new_name), (pair.old, pair.new), rounds, strict=True):
        if max(number, default=0) == 1:
            needed = estimates.minimum_rounds(len(kept.about.plan.labels) - 1)
            raise BenchError(
                f"{name} has one round, so it is unknown how much its ratios vary between rounds\n"
                f"measure it with {needed} rounds or more: {again} --rounds {needed}"
            )
    alike = pair.digests[0].is_like(pair.digests[1]) if pair.digests else bool(pair.old.runs)
    if alike and pair.old.runs == pair.new.runs:
        raise BenchError(f"{pair.old_name} and {pair.new_name} hold the same measurements\nmeasure again: {again}")


def minimum_rounds(compared: int) -> int:
    """Rounds that the exact interval of a change needs in each run, for this number of loops in a table: 4 for one.

    With n in each, the widest interval runs from the least difference to the greatest. It misses with 2 / C(2n, n).
    """
    return next(n for n in itertools.count(2) if 2 / math.comb(2 * n, n) <= 1 - confidence(compared))


def unlike(old_name: str, before: Mapping[str, str], new_name: str, after: Mapping[str, str]) -> Iterator[str]:
    """What differs between the plans, in words."""
    for name, ours, theirs in ((old_name, before, after), (new_name, after, before)):
        if alone := [what for what in ours if what not in theirs and not what.startswith("stages")]:
            yield f"only in {name}: {', '.join(alone)}"
    for what in (what for what in before if what in after and before[what] != after[what]):
        yield f"{what}: {before[what]} in {old_name}, {after[what]} in {new_name}"


def settings(kept: Kept) -> Mapping[str, str]:
    """Everything that must be the same in both runs, in words."""
    plan = kept.about.plan
    return {
        "method": f"version {kept.about.method}",
        "sleep of the workload": f"{plan.delay_s:g} s",
        "baseline": plan.baseline,
        "thread": plan.thread,
        "interpreters": ", ".join(plan.told_apart) or "one",
        "length of a value": f"{plan.sampling.value_s * 1000:g} ms",
    }


def _parts(kept: Kept) -> Mapping[str, str]:
    """The loops, scenarios and workloads of a run, in words: two runs are compared in what is the same."""
    return {
        **{f"loop {name}": "planned" for name in kept.about.plan.loops},
        **{f"scenario {name}": "planned" for name in kept.about.plan.scenarios},
        **{f"workload {name}": "planned" for name in kept.about.plan.workloads},
        **{f"stages of {scenario.name}": ", ".join(scenario.stages) for scenario in kept.about.scenarios},
    }


def _facts(kept: Kept) -> Mapping[str, str]:
    """Where it was measured, and how much."""
    plan = kept.about.plan
    amount = {"rounds": str(plan.sampling.rounds), "sweeps": str(plan.sampling.sweeps)}
    return {**kept.about.facts, "affinity": plan.affinity or "none", **amount}


def _words(plan: Plan) -> list[str]:
    """The options that plan the same run, except for how much is measured."""
    chosen = () if plan.scenarios == scenarios.names_by_default() else plan.scenarios
    words = [word for name in plan.loops if name != plan.baseline_loop for word in ("--loop", name)]
    words = words or ["--loop", plan.baseline_loop]
    words += [word for name in chosen for word in ("--scenario", name)]
    words += [] if plan.baseline == "asyncio" else ["--baseline", plan.baseline]
    words += [word for name in plan.interpreters for word in ("--python", name)]
    words += [word for name in plan.workloads if plan.workloads != (SLEEP,) for word in ("--workload", name)]
    words += [] if plan.thread == "main" else ["--thread", plan.thread]
    return words + (["--delay", f"{plan.delay_s:g}"] if plan.delay_s else [])
