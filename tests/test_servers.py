"""Rounds whose workers talk to a server: real processes."""

import os
import signal
import time

import pytest

from bench.measurement import placement
from bench.measurement.meter import Meter
from bench.measurement.servers import Server
from bench.measurement.workers import Worker
from bench.plan.cells import Plan, groups
from bench.plan.rounds import Round
from bench.plan.sampling import Sampling
from bench.store.outcomes import Done, Failure, Outcome, Run
from bench.subjects import scenarios, workloads

LITTLE = Sampling(rounds=1, sweeps=3, value_s=0.0005, in_a_turn=1, warmups=1, rehearsed=1)


def measured() -> list[Outcome]:
    """What a round of asyncio that fetches yields."""
    plan = Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1, affinity="auto", workloads=("fetch=2,answer=150",))
    (group,) = groups(plan, [scenarios.named("warm")], [])
    return list(Meter(plan).measure(Round(group, 0, "0")))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """The servers that were asked for their port."""
    servers: list[Server] = []
    port = Server.port

    def watched(server: Server, timeout_s: float, since: float) -> int:
        servers.append(server)
        return port(server, timeout_s, since)

    monkeypatch.setattr(Server, "port", watched)
    return servers


def test_workers_fetch_from_a_server_that_ends_with_the_round(started: list[Server]) -> None:
    outcomes = measured()

    (server, _) = started
    assert [type(outcome) for outcome in outcomes] == [Run, Run, Done]
    assert [outcome.group for outcome in outcomes if isinstance(outcome, Done)] == ["warm/fetch=2,answer=150"]
    assert server._process
    assert server._process.status() == -signal.SIGKILL


@pytest.mark.skipif(len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="takes two processors")
def test_a_server_shares_no_processor_with_its_workers() -> None:
    with placement.site("auto") as site, Server("fetch") as server:
        port = server.port(60, time.monotonic())
        server.place(site)

        assert port > 0
        assert server._process
        assert not os.sched_getaffinity(server._process.id) & site.processors


def test_where_no_server_is_needed_none_is_started() -> None:
    with Server("turns") as server:
        assert server.port(0, 0) == 0
        assert server._process is None


def test_a_server_that_does_not_start_is_the_reason_in_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workloads, "SERVER", "scenarios.workloads.none")

    failures = [outcome for outcome in measured() if isinstance(outcome, Failure)]

    assert [failure.cell.label for failure in failures] == ["asyncio", "control"]
    assert all(failure.reason.startswith("its server: exited with status 1") for failure in failures)
    assert all(failure.reason.endswith("No module named scenarios.workloads.none") for failure in failures)


def test_a_server_that_dies_is_a_reason(started: list[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    calibrate = Worker.calibrate

    def after_its_death(worker: Worker, timeout_s: float) -> float:
        process = started[0]._process
        assert process
        process.kill()
        return calibrate(worker, timeout_s)

    monkeypatch.setattr(Worker, "calibrate", after_its_death)

    failures = [outcome for outcome in measured() if isinstance(outcome, Failure)]

    assert [failure.cell.label for failure in failures] == ["asyncio", "control"]
    assert all(failure.reason.startswith("ConnectionRefusedError") for failure in failures)
    assert all("(its server died of SIGKILL" in failure.reason for failure in failures)
