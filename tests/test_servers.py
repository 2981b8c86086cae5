"""Rounds whose workers talk to a server: real processes."""

import os
import signal
import socket
import time
from types import SimpleNamespace

import pytest

from bench.measurement import placement, servers
from bench.measurement.meter import STRIKES, Meter
from bench.measurement.processes import EndedError, HungError
from bench.measurement.servers import Server
from bench.measurement.workers import Worker
from bench.plan.cells import Cell, Plan, groups
from bench.plan.rounds import Round
from bench.plan.sampling import Sampling
from bench.store.outcomes import Done, Failure, Outcome, Run
from bench.subjects import scenarios, workloads
from scenarios.workloads import _client, _server

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
    assert [{*run.figures} for run in outcomes if isinstance(run, Run)] == [{"floor", "server"}] * 2
    assert [outcome.group for outcome in outcomes if isinstance(outcome, Done)] == ["warm/fetch=2,answer=150"]
    assert server._process
    assert server._process.status() == -signal.SIGKILL


def test_a_worker_that_asks_for_the_servers_share_takes_it_from_nobody() -> None:
    port = _server.start()
    _client.floor(port, 150, keep_alive=True)

    with _client.Client(port) as one, _client.Client(port) as other:
        assert one.ask(ask="own")["seconds"] > 0
        assert other.ask(ask="own")["seconds"] > 0


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


class Silent:
    """A process that runs on."""

    def ending(self) -> None:
        """Tell that it has not ended."""


def server_at(port: int) -> Server:
    """Ask for the reason of a worker whose server listens, or should, at this port."""
    server = Server("fetch")
    server._process, server._port = Silent(), port  # type: ignore[assignment]  # it runs as one
    return server


def test_a_server_that_stalls_is_named_where_a_worker_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "PATIENCE_S", 0.1)
    hung, wrong = HungError("no answer within 20 s: killed"), EndedError("died")

    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections, and does nothing
        server = server_at(listener.getsockname()[1])
        assert server.reason(hung) == "no answer within 20 s: killed (its server does not answer)"
        assert server.reason(wrong) == "died"
    assert server.reason(hung) == "no answer within 20 s: killed (its server does not answer)"
    assert server_at(0).reason(hung) == "no answer within 20 s: killed"
    assert server_at(_server.start()).reason(hung) == "no answer within 20 s: killed"


def test_a_server_that_hangs_up_is_named_where_a_worker_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(**_: int) -> bytes:
        raise ConnectionError

    monkeypatch.setattr(_server, "_answer", nothing)

    reason = server_at(_server.start()).reason(HungError("x"))

    assert reason == "x (its server closes connections without an answer)"


@pytest.mark.parametrize(("of_server", "again"), [("", 0), (" (its server does not answer)", 1)])
def test_a_cell_that_hung_is_measured_again_if_that_was_its_servers_fault(of_server: str, again: int) -> None:
    plan = Plan(("asyncio",), ("warm",), "asyncio", LITTLE, 1)
    meter = Meter(plan)
    cell = Cell("warm", "asyncio", "baseline")
    worker = SimpleNamespace(cell=cell, process=SimpleNamespace(output=""))
    server = SimpleNamespace(reason=lambda error: f"{error}{of_server}")

    failure = meter._failure(server, worker, 0, HungError("no answer"))  # type: ignore[arg-type]  # they act as these

    assert failure.reason == f"no answer{of_server}"
    assert (meter._strikes[cell] < STRIKES) == again
    assert ("asyncio" in meter._hung) != again


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
