"""Collects what loops cost besides time, each figure from fresh processes of `bench.resources.gauge`.

A loop that dies, hangs or leaks until nothing is left to it is given up after two failures, with the reasons; the
others go on.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from bench.measurement.processes import AS_MODULE, EndedError, Process, Start, SuspendedError, death
from bench.measurement.suspension import ask_again
from bench.resources import strace
from bench.resources.readings import LIFECYCLE_STEP, LIFECYCLES, OPEN, OPEN_STEP, PROCESSES, Calls, LoopCosts, Readings
from bench.subjects.loops import Loop
from bench.subjects.scenarios import Scenario
from bench.texts import publishable

STRIKES = 2  # failures after which a loop is not started again
CHECK_TIMEOUT_S = 10.0
TRACED_LIFECYCLES = 2 * 10 + 3  # two counts, and the first few, which are left out


@dataclass(frozen=True, slots=True)
class Survey:
    """What to look at: system calls in all `scenarios`, lifecycles and cold starts in the one `scenario`."""

    loops: tuple[Loop, ...]
    scenarios: tuple[Scenario, ...]
    scenario: Scenario
    rounds: int
    seed: int
    timeout_s: float


class Surveyor:
    """Looks at the loops of one survey, and remembers which of them fail."""

    def __init__(self, survey: Survey, say: Callable[[str], None]) -> None:
        self.survey = survey
        self.say = say
        self._strikes: Counter[str] = Counter()
        self._missing: dict[str, list[str]] = {}

    def costs(self, loop: Loop, no_calls: str | None) -> LoopCosts:
        """All figures of one loop."""
        name, found = self.survey.scenario.name, dict[str, tuple[Readings, ...]]()
        skipped = self.survey.scenario.skip_reason(loop, sys.version_info[:2])
        looks = [("opened", OPEN, OPEN_STEP), ("lived", LIFECYCLES, LIFECYCLE_STEP)]
        for kind, count, step in looks[: 1 if skipped else 2]:
            self.say(f"{loop.name}: {kind}")
            words = [kind, "--count", str(count), "--step", str(step), "--scenario", name]
            found[kind] = tuple(self._readings(loop, words, PROCESSES, count // step + 1))
            found[f"traced_{kind}"] = tuple(self._readings(loop, [*words, "--traced"], 1, count // step + 1))
        calls = () if no_calls else tuple(self._calls(loop))
        missing = tuple(self._missing.get(loop.name, ()))
        return LoopCosts(loop.name, loop.version, **found, calls=calls, missing=missing, skipped=skipped)

    def _readings(self, loop: Loop, words: list[str], processes: int, rows: int) -> Iterator[Readings]:
        for _ in range(processes):
            if self._given_up(loop):
                return
            try:
                found, _ = self._gauge(loop, words, AS_MODULE, rows)
            except EndedError as error:
                self._miss(loop, f"{words[0]}: {error}")
                continue
            if found.ending:
                done = found.readings[-1].loops if found.readings else 0
                self._miss(loop, f"{words[0]}, after {done} loops: {found.ending}")
            yield found

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
        """Have one gauge deliver, at least so many rows; raises EndedError with the reason why not."""
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
            found = _delivery(process.answer(self.survey.timeout_s), rows)
            if status := process.status():
                self._end_badly(loop, f"{death(status)} after delivering")
            elif status is None:
                self._end_badly(loop, "did not end after delivering")
        finally:
            process.kill()
        return found, process.log

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
        return f"strace is Linux', this is {sys.platform}"
    if not shutil.which(strace.COMMAND[0]):
        return "there is no strace here: install your system's package of that name (apt-get install strace)"
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
        found = msgspec.json.decode(answer, type=Readings)
    except (ValueError, RecursionError):
        raise EndedError(f"wrote into the harness's pipe: {answer[:60]!r}") from None
    if found.error is not None:
        raise EndedError(found.error)
    if not found.ending and len(found.readings) < rows:
        raise EndedError("delivered too few readings")
    return found
