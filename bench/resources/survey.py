"""Collects what loops cost besides time, each figure from fresh processes of `bench.resources.gauge`.

A loop that dies, hangs, or leaks until it can't go on is given up after two failures, with the reasons. The other loops
go on.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from bench.measurement.processes import AS_MODULE, EndedError, Process, Start, SuspendedError, death
from bench.measurement.suspension import ask_again
from bench.resources import leaks, strace
from bench.resources.readings import OPEN, OPEN_STEP, PROCESSES, Calls, Field, LoopCosts, Readings
from bench.subjects.loops import Loop
from bench.subjects.scenarios import Scenario
from bench.texts import publishable

STRIKES = 2  # failures after which a loop is given up
CHECK_TIMEOUT_S = 60.0  # for a busy machine
END_TIMEOUT_S = 10.0  # the same: whatever a gauge has kept is freed now, perhaps under strace
TRACED_LIFECYCLES = 2 * 10 + 3  # two halves to compare, and the first three, which are left out


@dataclass(frozen=True, slots=True)
class Survey:
    """What to look at: system calls in all `scenarios`; leaks and cold starts only in `scenario`."""

    loops: tuple[Loop, ...]
    scenarios: tuple[Scenario, ...]
    scenario: Scenario
    rounds: int
    seed: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class _Series:
    """Readings of one gauge: every `step` loops until there were `count` of them."""

    kind: str
    count: int
    step: int
    traced: bool = False

    @property
    def words(self) -> list[str]:
        """Arguments of the gauge."""
        return [self.kind, "--count", str(self.count), "--step", str(self.step), *(["--traced"] if self.traced else [])]

    @property
    def rows(self) -> int:
        """How many readings there must be at least: one of them before the first loop."""
        return self.count // self.step + 1


OPENED, ABANDONED = _Series("opened", OPEN, OPEN_STEP), _Series("abandoned", OPEN, OPEN_STEP)
LIVED = _Series("lived", leaks.FIRST.lifecycles, leaks.FIRST.step)
LATER = _Series("lived", leaks.LATER.lifecycles, leaks.LATER.step)


class Surveyor:
    """Takes the figures of one survey, and remembers which loops fail."""

    def __init__(self, survey: Survey, say: Callable[[str], None]) -> None:
        self.survey = survey
        self.say = say
        self._strikes: Counter[str] = Counter()
        self._missing: dict[str, list[str]] = {}

    def costs(self, loop: Loop, no_calls: str | None) -> LoopCosts:
        """All figures of one loop."""
        skipped = self.survey.scenario.skip_reason(loop, sys.version_info[:2])
        opened, traced_opened = self._twice(loop, OPENED)
        costs = LoopCosts(loop.name, loop.version, opened, traced_opened=traced_opened, skipped=skipped)
        if not skipped:
            lived, traced_lived = self._twice(loop, LIVED)
            costs = replace(costs, lived=lived, traced_lived=traced_lived)
            suspects = leaks.to_confirm(costs)
            later, traced_later = (tuple(self._later(loop, suspects, traced=traced)) for traced in (False, True))
            costs = replace(costs, later=later, traced_later=traced_later)
        calls = () if no_calls else tuple(self._calls(loop))
        self.say(f"{loop.name}: abandoned")
        abandoned = tuple(self._complete(loop, ABANDONED))
        missing = tuple(self._missing.get(loop.name, ()))
        return replace(costs, calls=calls, abandoned=abandoned, missing=missing)

    def _twice(self, loop: Loop, series: _Series) -> Iterator[tuple[Readings, ...]]:
        """Readings without tracemalloc, and with it, whose own memory the kernel would count."""
        self.say(f"{loop.name}: {series.kind}")
        for traced in (False, True):
            yield tuple(self._complete(loop, replace(series, traced=traced)))

    def _later(self, loop: Loop, suspects: Sequence[Field], *, traced: bool) -> Iterator[Readings]:
        """Look at later lifecycles, if something may leak, until one process shows that nothing does."""
        fields = [what for what in suspects if (what == "traced") == traced]
        if not fields:
            return
        self.say(f"{loop.name}: later lifecycles, as {' and '.join(fields)} may leak")
        for delivery in self._readings(loop, replace(LATER, traced=traced)):
            yield delivery
            if all(leaks.cleared(what, delivery) for what in fields):
                return

    def _complete(self, loop: Loop, series: _Series) -> Iterator[Readings]:
        """Readings of fresh processes; where one ends early, the rest is missing."""
        for delivery in self._readings(loop, series):
            if delivery.ending:
                done = delivery.readings[-1].loops if delivery.readings else 0
                self._miss(loop, f"{series.kind}, after {done} loops: {delivery.ending}")
            yield delivery

    def _readings(self, loop: Loop, series: _Series) -> Iterator[Readings]:
        words = [*series.words, "--scenario", self.survey.scenario.name]
        for _ in range(PROCESSES):
            if self._given_up(loop):
                return
            try:
                delivery, _ = self._gauge(loop, words, AS_MODULE, series.rows)
            except EndedError as error:
                self._miss(loop, f"{series.kind}: {error}")
            else:
                yield delivery

    def _calls(self, loop: Loop) -> Iterator[Calls]:
        for scenario in self.survey.scenarios:
            if self._given_up(loop):
                return
            self.say(f"{loop.name}: system calls of {scenario.name}")
            if reason := scenario.skip_reason(loop, sys.version_info[:2]):
                yield Calls(scenario.name, missing=reason)
                continue
            words = ["marked", "--scenario", scenario.name, "--count", str(TRACED_LIFECYCLES)]
            try:
                _, log = self._gauge(loop, words, Start(tracer=strace.COMMAND))
                yield strace.calls(scenario, strace.lifecycles(log)[-2 * (TRACED_LIFECYCLES // 2 - 1) :])
            except (EndedError, ValueError) as error:
                yield Calls(scenario.name, missing=publishable(str(error)), failed=True)

    def _gauge(self, loop: Loop, words: list[str], start: Start, rows: int = 0) -> tuple[Readings, bytes]:
        """Have one gauge deliver at least `rows` readings; raises EndedError with the reason why it did not."""
        try:
            return ask_again(lambda: self._delivered(loop, words, start, rows))
        except SuspendedError:
            raise
        except EndedError:
            self._strikes[loop.name] += 1
            raise

    def _delivered(self, loop: Loop, words: list[str], start: Start, rows: int) -> tuple[Readings, bytes]:
        parent = ["--parent", str(os.getpid())] if not start.tracer else []
        process = Process("bench.resources.gauge", [*words, "--loop", loop.name, *parent], start=start)
        try:
            delivery = _delivery(process.answer(self.survey.timeout_s), rows)
            if status := process.status(END_TIMEOUT_S):
                self._end_badly(loop, f"{death(status)} after delivering")
            elif status is None:
                self._end_badly(loop, "did not end after delivering")
        finally:
            process.kill()
        return delivery, process.log

    def _given_up(self, loop: Loop) -> bool:
        return self._strikes[loop.name] >= STRIKES

    def _end_badly(self, loop: Loop, how: str) -> None:
        self._strikes[loop.name] += 1
        self._miss(loop, how)

    def _miss(self, loop: Loop, reason: str) -> None:
        reasons = self._missing.setdefault(loop.name, [])
        if publishable(reason) not in reasons:
            reasons.append(publishable(reason))


def why_no_calls() -> str | None:
    """Why system calls can't be counted here; None if they can."""
    if sys.platform != "linux":
        return f"strace exists only on Linux, this is {sys.platform}"
    if not shutil.which(strace.COMMAND[0]):
        return "strace is not installed: install your system's package of that name (apt-get install strace)"
    process = Process("pass", (), start=Start(switch="-c", tracer=strace.COMMAND))
    try:
        _, status = process.end(CHECK_TIMEOUT_S)
    except EndedError as error:
        return f"strace does not work here: {error}"
    finally:
        process.kill()
    return None if status == 0 else f"strace does not work here: {publishable(process.output.strip()[-200:])}"


def _delivery(answer: bytes, rows: int) -> Readings:
    try:
        delivery = msgspec.json.decode(answer, type=Readings)
    except (ValueError, RecursionError):
        raise EndedError(f"wrote into the harness's pipe: {answer[:60]!r}") from None
    if delivery.error is not None:
        raise EndedError(delivery.error)
    if not delivery.ending and len(delivery.readings) < rows:
        raise EndedError("delivered too few readings")
    return delivery
