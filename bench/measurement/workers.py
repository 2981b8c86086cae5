"""The harness's end of the workers of a round."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from bench.measurement.clocks import CLOCKS_DIFFER, Turns, busiest, thread_seconds
from bench.measurement.delivery import Delivery, calibrated, delivery_of, run_of
from bench.measurement.lending import started
from bench.measurement.processes import EndedError, death
from bench.measurement.servers import Server
from bench.plan.cells import Cell, Plan
from bench.plan.rounds import Round
from bench.plan.sampling import MOST_REHEARSAL_S
from bench.store import outcomes


class Amount(NamedTuple):
    """How much each worker of a round measures: sweeps, and values in each turn."""

    sweeps: int
    in_a_turn: int

    @property
    def values(self) -> int:
        """Values in all."""
        return self.sweeps * self.in_a_turn


class Worker:
    """The parent's end of one worker."""

    def __init__(self, cell: Cell, plan: Plan, python: str | None = None) -> None:
        """`python`: the interpreter that it runs on, if it is not the harness's own."""
        self.cell = cell
        self.process = started("bench.worker.stopwatch", [str(os.getpid())], python)
        self.iterations = self.processors = 1
        self.nice, self.place = 0, ""
        self._plan = plan
        self._turns_s: list[float] = []
        self._threads: Mapping[int, float] = {}
        self._cpu_s = 0.0
        self.turns = Turns((), ())

    def load(self, timeout_s: float, since: float, server: Server) -> None:
        """Wait until it has loaded, and give it its cell."""
        self.ready(timeout_s, since)
        cell, plan, sampling = self.cell, self._plan, self._plan.sampling
        words = ["--worker", "--quiet", "--loops", "1", "--values", "1", "--warmups", "0"]
        words += ["--scenario", cell.scenario, "--loop", cell.loop, "--thread", cell.thread]
        words += ["--workload", cell.workload, "--port", str(server.port(timeout_s, since))]
        words += ["--delay", str(plan.delay_s)]
        words += ["--rehearsed", str(sampling.rehearsed), "--longest-rehearsal", str(MOST_REHEARSAL_S)]
        self.process.tell(f"{json.dumps(words)}\n".encode())

    def ready(self, timeout_s: float, since: float | None = None) -> None:
        """Wait for the empty line that means that the worker is ready, or that its turn is over."""
        answer = self.process.answer(timeout_s, since)
        if answer != b"\n":
            self._delivery(answer)
            raise EndedError("delivered before its turns were over")

    def calibrate(self, timeout_s: float) -> float:
        """Seconds of one lifecycle; sets the iterations to what makes a value as long as the plan says.

        Each of the warm-up's values tells how long the next is to be. The shortest lifecycle counts: noise only adds.
        """
        sampling = self._plan.sampling
        lifecycle_s = sampling.value_s
        for _ in range(sampling.warmups):
            began = time.monotonic()
            self.process.tell(b"%d\n" % self.iterations)
            answer = self.process.answer(timeout_s)
            try:
                seconds, processors = calibrated(answer)
            except ValueError:
                self._delivery(answer)
                raise EndedError("delivered before its turns were over") from None
            _refuse_claim(seconds, time.monotonic() - began)
            self.processors = max(self.processors, processors)
            lifecycle_s = min(lifecycle_s, seconds / self.iterations)
            self.iterations = sampling.iterations(lifecycle_s)
            if seconds > sampling.value_s and self.iterations == 1:
                return seconds
        return lifecycle_s

    def turn(self, amount: Amount, timeout_s: float) -> None:
        """Let it take its next turn, and wait for it; the first turn says how much there will be."""
        if len(self._turns_s) == 1:
            self._threads = thread_seconds(self.process.id)
        began = time.monotonic()
        numbers = (self.iterations, amount.values, amount.in_a_turn)
        self.process.tell(b"\n" if self._turns_s else b"%d %d %d\n" % numbers)
        self.ready(timeout_s)
        self._turns_s.append(time.monotonic() - began)

    def finish(self) -> None:
        """Let it deliver, after its last turn."""
        self._cpu_s = busiest(self._threads, thread_seconds(self.process.id))
        self.process.tell(b"\n")

    def run(self, round_: Round, values: int, timeout_s: float) -> outcomes.Run:
        """The values of all its turns, stage by stage, once it has delivered and ended."""
        stages = round_.group.scenario.stages
        delivery, status = self._delivery(self.process.answer(timeout_s)), self.process.status()
        totals = delivery.values.get(outcomes.TOTAL, ())
        if set(delivery.values) != {outcomes.TOTAL, *stages} or len(totals) != values:
            delivered = f"{len(totals)} values of {', '.join(delivery.values) or 'nothing'}"
            expected = f"{values} of {outcomes.TOTAL}, {', '.join(stages)}"
            raise EndedError(f"delivered {delivered}, expected {expected}")
        if len(delivery.turns) != len(self._turns_s):
            raise EndedError(f"delivered {len(delivery.turns)} turns, expected {len(self._turns_s)}")
        self.turns = Turns(self._turns_s, delivery.turns, self._cpu_s)
        _refuse_claim(self.iterations * sum(totals), sum(self._turns_s))
        ending = None
        if status is None:
            ending = "did not end after delivering its values"
        elif status:
            ending = f"{death(status)} after delivering its values"
        metadata = {**delivery.metadata, "loops": self.iterations, "nice": self.nice}
        if self.place:  # while it was timed; it delivers from anywhere
            metadata["cpu_affinity"] = self.place
        return run_of(replace(delivery, metadata=metadata), self.cell, round_.index, ending)

    @staticmethod
    def _delivery(answer: bytes) -> Delivery:
        try:
            delivery = delivery_of(answer)
        except ValueError:
            raise EndedError(f"wrote into the harness's pipe: {answer[:60]!r}") from None
        if delivery.error is not None:
            raise EndedError(delivery.error)
        return delivery


def _refuse_claim(claimed_s: float, turns_s: float) -> None:
    """Raise EndedError if a worker claims more seconds than its turns took."""
    if claimed_s > turns_s * CLOCKS_DIFFER:
        raise EndedError(
            f"its values add up to {claimed_s:.3g} s, but its turns took {turns_s:.3g} s: its clock is wrong"
        )
