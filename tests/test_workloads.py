"""The workloads: their sizes as text, what they do in a good loop, and that a loop which skips work is refused."""

import asyncio
import contextlib
import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.subjects import loops, workloads
from scenarios import workloads as folder
from scenarios._workload import EXPECTED, Records, WrongRunError
from scenarios.workloads import _client, _server

pytestmark = pytest.mark.every_python
LITTLE = (
    "sleep", "turns=3", "turns=1", "gather=5", "timers=4", "threadsafe=2", "subprocess=2", "fetch=2,answer=70000",
    "fetch_keep_alive=3", "tls=2,answer=70000", "tls_keep_alive=2", "serve=4,size=64,connections=3",
    "serve_streams=3,size=70000,connections=2", "serve=1,connections=3",
)  # fmt: skip


def ran(text: str, new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop) -> Records:
    """What a workload returns in a loop."""
    workload = workloads.named(text)
    get_data = workload.get_data(0.0, _server.start() if workload.serves else 0)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(get_data())


@pytest.mark.parametrize("text", LITTLE)
def test_every_workload_returns_the_two_records(text: str) -> None:
    assert ran(text) == EXPECTED


def test_a_workload_of_every_file_is_tried() -> None:
    files = {file.stem for file in Path(folder.__path__[0]).glob("*.py") if file.stem[0] != "_"}

    assert {workloads.named(text).name for text in LITTLE} == set(workloads.names()) == files
    assert all(workloads.named(name).title for name in files)
    assert workloads.names()[0] == "sleep"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("sleep", "sleep"),
        ("turns", "turns=1000"),
        ("turns=007", "turns=7"),
        ("fetch", "fetch=1,answer=150"),
        ("fetch=3,answer=5000", "fetch=3,answer=5000"),
        ("fetch,answer=5000", "fetch=1,answer=5000"),
    ],
)
def test_a_workload_is_written_with_all_its_sizes(text: str, whole: str) -> None:
    assert str(workloads.named(text)) == whole
    assert str(workloads.named(whole)) == whole


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trns=5", "no workload is called 'trns'; the nearest: turns"),
        ("", "no workload is called ''"),
        ("_server", "no workload is called '_server'"),
        ("turns=0", "turns=0: give a number of turns from 1 to 1000000"),
        ("turns=2000000", "from 1 to 1000000"),
        ("fetch,answer=9", "give a number of answer from 150 to 100000000"),
        ("timers=1", "from 2 to"),
        ("serve,size=1000000", "give a number of size from 16 to 262144"),
        ("turns=", "a size is a whole number\nwrite turns=1000"),
        ("turns=1e3", "a size is a whole number"),
        ("turns=-1", "a size is a whole number"),
        ("turns,5", "a size is a whole number"),
        ("sleep=1", "sleep has no size\nwrite sleep, which has no size"),
        ("fetch=1,port=80", "fetch has no size port\nwrite fetch=1,answer=150"),
    ],
)
def test_a_workload_that_is_written_wrongly_is_refused_with_what_to_write(text: str, problem: str) -> None:
    with pytest.raises(BenchError, match=problem):
        workloads.named(text)


@pytest.mark.usefixtures("_bad_loops")
@pytest.mark.parametrize(
    ("text", "loop", "problem"),
    [
        ("turns", "Turns", "the loop skipped a turn"),
        ("turns=1", "Turns", "the loop skipped a turn"),
        ("gather", "Turns", "a task ended when 1 of 100 had started"),
        ("gather=10", "Results", "gather returned other results"),
        ("timers=10", "Cancelling", "of 10 timers, every second one cancelled, 10 fired"),
        ("threadsafe=2", "HandingOver", "in another thread than the loop's"),
        ("threadsafe=2", "Threads", "in the loop's own thread"),
    ],
)
def test_a_loop_that_skips_work_is_refused(text: str, loop: str, problem: str) -> None:
    with pytest.raises(WrongRunError, match=problem):
        ran(text, loops.load_factory(loops.named(f"skipping:{loop}")))


@dataclasses.dataclass
class NoProcess:
    """What a loop returns that has started nothing."""

    status: int
    pid: int = 7

    async def wait(self) -> int:
        """End at once."""
        return self.status


@pytest.mark.parametrize(("status", "problem"), [(3, "true ended with status 3"), (0, "no process of its own")])
def test_a_program_that_did_not_run_is_refused(status: int, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(_program: str) -> NoProcess:
        return NoProcess(status)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)

    with pytest.raises(WrongRunError, match=problem):
        ran("subprocess=2")


def test_the_answer_to_another_request_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = _server._answer
    monkeypatch.setattr(_server, "_answer", lambda number, size: answer(number + 1, size))

    with pytest.raises(WrongRunError, match="the answer to request 0 was that to request 1"):
        ran("fetch_keep_alive")


def _nothing(**_: int) -> bytes:
    raise ConnectionError


def test_half_an_answer_is_an_error_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_server, "_answer", _nothing)

    with pytest.raises(asyncio.IncompleteReadError, match="0 bytes read on a total of 150"):
        ran("fetch")


@pytest.mark.parametrize("name", ["fetch", "fetch_keep_alive", "tls", "tls_keep_alive"])
def test_a_request_without_a_loop_is_timed_and_the_servers_part_of_it(name: str) -> None:
    figures = workloads.named(f"{name},answer=5000").figures(_server.start())

    assert set(figures) == {"figure_floor", "figure_server"}
    assert min(figures.values()) > 0


def test_long_answers_are_timed_not_often(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    answer = _server._answer

    def counted(number: int, size: int) -> bytes:
        asked.append(number)
        return answer(number, size)

    monkeypatch.setattr(_client, "MOST_S", 0)
    monkeypatch.setattr(_server, "_answer", counted)

    workloads.named("fetch_keep_alive").figures(_server.start())

    assert len(asked) == _client.WARM_UPS + 1


def test_a_workload_without_a_server_or_with_one_that_has_ended_has_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert workloads.named("turns").figures(0) == {}

    monkeypatch.setattr(_server, "_reply", _nothing)
    assert workloads.named("fetch_keep_alive").figures(_server.start()) == {}


def test_a_certificate_of_another_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    monkeypatch.setattr(_client, "trusting", ssl.create_default_context)

    with pytest.raises(ssl.SSLCertVerificationError):
        ran("tls")


def test_many_clients_are_served_at_once() -> None:
    port = _server.start()

    with contextlib.ExitStack() as opened:
        clients = [opened.enter_context(_client.Client(port)) for _ in range(5)]
        answers = [client.ask(number=number, size=150) for number, client in enumerate(clients)]

    assert [answer["number"] for answer in answers] == [0, 1, 2, 3, 4]


def test_the_server_prints_its_port_and_ends_with_its_stdin() -> None:
    server = subprocess.run(
        [sys.executable, "-m", workloads.SERVER], input=b"", capture_output=True, check=True, timeout=300
    )

    assert int(server.stdout) > 0
