"""Loops that serve, and the client that drives them: what it counts, and what it says of those that serve badly."""

import asyncio
import resource
from collections import deque

import pytest

from bench.subjects import workloads
from scenarios._workload import WrongRunError
from scenarios.workloads import _driver, _server, serve

pytestmark = pytest.mark.every_python


def serves(text: str, port: int) -> None:
    """Let asyncio serve once."""
    asyncio.run(workloads.named(text).get_data(0.0, port)())


def test_rate_and_latency_are_of_all_requests_of_one_loop() -> None:
    workload, port = workloads.named("serve=5,size=64,connections=2"), _server.start()

    serves(str(workload), port)
    serves(str(workload), port)
    figures = workload.figures(port)

    assert set(figures) == {"figure_rate", "figure_p50", "figure_p99", "figure_client"}
    assert 0 < figures["figure_p50"] <= figures["figure_p99"] < 100
    assert figures["figure_client"] > 0


def test_p99_is_exceeded_by_one_request_in_a_hundred() -> None:
    _driver._DRIVEN[7] = _driver._Driven(deque(float(number) for number in range(101)), 101, 50.5, 5.05)

    assert _driver.driven(7) == pytest.approx({"rate": 2, "p50": 50, "p99": 99, "client": 0.1})
    assert 7 not in _driver._DRIVEN


class Bad(serve.Echo):
    """Closes the connection instead of answering."""

    def data_received(self, _data: bytes) -> None:
        """Don't."""
        self._transport.close()


class Other(serve.Echo):
    """Answers with something else."""

    def data_received(self, data: bytes) -> None:
        """Turn it around."""
        super().data_received(data[::-1])


class More(serve.Echo):
    """Answers with more."""

    def data_received(self, data: bytes) -> None:
        """Add something."""
        super().data_received(data + b"!")


class Silent(serve.Echo):
    """Never answers."""

    def data_received(self, data: bytes) -> None:
        """Don't."""


@pytest.mark.parametrize(
    ("protocol", "problem"),
    [
        (Bad, "the loop closed a connection after 0 bytes of an echo"),
        (Other, "the echo of a request was something else"),
        (More, "the echo of a request was something else"),
        (Silent, "the loop that serves gave no echo within 0.1 s"),
    ],
)
def test_a_loop_that_serves_badly_is_refused(
    protocol: type[serve.Echo], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "Echo", protocol)
    if protocol is Silent:
        monkeypatch.setattr(_driver, "PATIENCE_S", 0.1)

    with pytest.raises(WrongRunError, match=problem):
        serves("serve=1,size=64", _server.start())


def test_more_connections_than_file_descriptors_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 1000))

    with pytest.raises(
        WrongRunError, match=r"100 connections take 164 file descriptors.* 64: allow more \(ulimit -n 164"
    ):
        serves("serve,connections=100", _server.start())


def test_a_process_without_a_limit_may_have_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    serves("serve=1,size=64", _server.start())
