"""How orders end, with a scheduler that is made up: lost hosts, failures, schedulers that forget, and Ctrl-C."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from commands import main
from test_fleet_orders import ORDER, kept

from bench.cli import ordering
from bench.errors import BenchError
from bench.fleet import orders
from bench.fleet.orders import Delivery, End, Host, Piece
from bench.store.folder import RunFolder

pytest.importorskip("distributed")
from bench.fleet import collecting, connection, host
from bench.fleet.collecting import collect

THERE = {ORDER.host: Host(ORDER.host, 1, 1)}


class Future:
    """What a scheduler says of a task: one status after another, the last for ever."""

    def __init__(self, *statuses: str, result: object = None) -> None:
        self.statuses = list(statuses)
        self.answer = result
        self.is_cancelled = False

    @property
    def status(self) -> str:
        """What is said now."""
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def result(self, timeout: float | None = None) -> object:
        """The result, or what was raised."""
        assert timeout is None or timeout >= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def exception(self) -> object:
        """What was raised."""
        return self.answer

    def cancel(self) -> None:
        """Nobody waits any more."""
        self.is_cancelled = True


class Scheduler:
    """A client that gives these futures, and tells its events."""

    def __init__(self, *futures: Future) -> None:
        self.futures = list(futures)
        self.listeners: list[Callable[[tuple[float, Mapping[str, Any]]], None]] = []

    def submit(self, *_: object, **how: object) -> Future:
        """The next future; never on another host."""
        assert (how["workers"], how["allow_other_workers"], how["pure"]) == ([ORDER.host], False, False)
        assert how["resources"] == {"bench": 1}
        return self.futures.pop(0)

    def subscribe_topic(self, topic: str, listener: Callable[[tuple[float, Mapping[str, Any]]], None]) -> None:
        """Remember who listens."""
        assert topic == ORDER.topic
        self.listeners.append(listener)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "LOOK_S", 0)
    monkeypatch.setattr(host, "LOOK_S", 0)


@pytest.fixture
def whole(tmp_path: Path) -> Piece:
    """All of a run."""
    kept(tmp_path / "there", 2)
    text = (tmp_path / "there" / "run.json").read_text("utf-8")
    return Piece(text, 0, (tmp_path / "there" / "journal.jsonl").read_bytes())


def collected(
    monkeypatch: pytest.MonkeyPatch, scheduler: Scheduler, folder: Path, there: Mapping[str, Host], patience_s: float
) -> End:
    """How the only order ended."""
    monkeypatch.setattr(connection, "hosts", lambda _: there)
    told: list[End] = []
    (end,) = collect(scheduler, {folder: ORDER}, patience_s, told.append)  # type: ignore[arg-type, unused-ignore]  # made up
    assert told == [end]
    return end


def test_a_scheduler_that_forgets_is_asked_again_and_all_of_the_run_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Piece
) -> None:
    scheduler = Scheduler(Future("pending", "cancelled"), Future("finished", result=Delivery(whole, "", profiled=True)))

    end = collected(monkeypatch, scheduler, tmp_path / "here", THERE, 600)

    assert end == End(ORDER.host, tmp_path / "here", "", profiled=True)
    assert RunFolder(tmp_path / "here").load().complete
    cut = whole.lines[: whole.lines.index(b"\n") + 1]
    for begin, lines in ((0, cut), (len(whole.lines) + 9, cut)):
        event = {"host": ORDER.host, "about": whole.about, "begin": begin, "lines": lines}
        scheduler.listeners[0]((0.0, event))
    assert (tmp_path / "here" / "journal.jsonl").read_bytes() == cut, "what leaves a gap is not kept"


def test_what_fails_on_a_host_is_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Future("error", result=RuntimeError("its workers died"))

    assert collected(monkeypatch, Scheduler(failed), tmp_path, THERE, 600).reason == "its workers died"
    ended = Future("finished", result=Delivery(None, "no such loop", profiled=False))
    assert collected(monkeypatch, Scheduler(ended), tmp_path, THERE, 600).reason == "no such loop"


def test_a_host_without_a_worker_is_given_up_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Future("pending")

    assert collected(monkeypatch, Scheduler(waiting), tmp_path, {}, 0).reason == collecting.LOST
    assert waiting.is_cancelled


def test_a_host_that_does_not_answer_says_why() -> None:
    busy = Future("pending", result=TimeoutError())

    assert connection.answer(busy, -1) == "busy: it does not answer, as while it measures"
    assert busy.is_cancelled
    broken = Future("error", result=ModuleNotFoundError("No module named 'bench'"))
    assert connection.answer(broken, 9) == "does not answer: ModuleNotFoundError: No module named 'bench'"


def test_a_scheduler_that_is_gone_is_lost() -> None:
    with pytest.raises(connection.LostError, match="the scheduler is lost"):
        connection.hosts(SimpleNamespace(scheduler=None))


@pytest.mark.parametrize("text", ["[", "just words", None])
def test_security_that_is_no_configuration_is_refused(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "tls.yaml").write_text(text)

    with pytest.raises(BenchError, match=r"tls\.yaml"):
        connection._security(tmp_path / "tls.yaml")


class Callback:
    """A periodic call of a worker."""

    running = True

    def stop(self) -> None:
        """No more calls."""
        self.running = False

    def start(self) -> None:
        """Calls again."""
        self.running = True

    def is_running(self) -> bool:
        """Whether it is called."""
        return self.running


def test_the_profiler_is_off_while_it_is_measured_and_the_loop_s_own_is_noticed() -> None:
    callback = Callback()
    loop = SimpleNamespace(add_callback=lambda call: call())
    worker = SimpleNamespace(periodic_callbacks={"profile": callback}, loop=loop)

    with host._unprofiled(worker) as profiled:
        assert not profiled
        assert not callback.is_running()
    assert callback.is_running()
    end = threading.Event()
    watching = threading.Thread(target=end.wait, name="Profile")
    watching.start()
    with host._unprofiled(worker) as profiled:
        assert profiled
    end.set()
    watching.join()


def test_a_task_is_wanted_while_it_executes_and_nobody_knows_once_its_worker_ends() -> None:
    def wanted(status: str, tasks: Mapping[str, object]) -> bool | None:
        worker = SimpleNamespace(status=SimpleNamespace(value=status), state=SimpleNamespace(tasks=tasks))
        return host._is_wanted(worker, "key")

    assert wanted("running", {"key": SimpleNamespace(state="executing")}) is True
    assert wanted("running", {"key": SimpleNamespace(state="cancelled")}) is False
    assert wanted("running", {}) is False
    assert wanted("closing", {}) is None


@contextmanager
def _nobody(*_: object) -> Iterator[None]:
    yield None


def fleet(monkeypatch: pytest.MonkeyPatch, hosts: Mapping[str, Host], collect: Callable[..., Sequence[End]]) -> None:
    """A fleet of these hosts."""
    fake = SimpleNamespace(connected=_nobody, hosts=lambda _: hosts, LostError=connection.LostError)
    made_up = SimpleNamespace(collect=collect, folder_of=collecting.folder_of)
    monkeypatch.setattr(ordering, "imported", lambda: (made_up, fake))


def test_the_command_merges_what_came_back_and_says_what_did_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hosts = {name: Host(name, 1, measuring) for name, measuring in (("a", 1), ("b", 1), ("c", 0))}

    def collect(
        _client: object, known: Mapping[Path, orders.Order], _patience_s: float, tell: Callable[[End], None]
    ) -> list[End]:
        first, second = known
        kept(first, 2)
        ends = [End("a", first, profiled=True), End("b", second, collecting.LOST)]
        for end in ends:
            tell(end)
        return ends

    fleet(monkeypatch, hosts, collect)
    lab = str(tmp_path / "lab")

    assert main("--fleet", "tcp://127.0.0.1:1", "-o", lab, "--scenario", "manual") == 3
    captured = capsys.readouterr()
    assert "left out: c has no worker that may measure" in captured.err
    assert f"a: measured\nb: {collecting.LOST}\n" in captured.err
    assert f"b is not whole: {collecting.LOST}" in captured.out
    assert "Dask's profiler ran on a beside the measurement" in captured.out
    assert [order.host for order in orders.read(tmp_path / "lab")] == ["a", "b"]

    fleet(monkeypatch, hosts, lambda *_: [End("b", tmp_path / "lab" / "b", "no such loop")])
    assert main("--fleet", "tcp://127.0.0.1:1", "--resume", lab) == 2
    assert "no host has measured anything: b: no such loop" in capsys.readouterr().err
    fleet(monkeypatch, {"c": hosts["c"]}, lambda *_: [])
    assert main("--fleet", "tcp://127.0.0.1:1", "-o", str(tmp_path / "other")) == 2
    assert "no host of tcp://127.0.0.1:1 may measure" in capsys.readouterr().err


@pytest.mark.parametrize(("ending", "code"), [(KeyboardInterrupt(), 130), (connection.LostError("lost"), 3)])
def test_whatever_ends_the_command_early_it_says_how_to_collect_later(
    ending: BaseException,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def collect(*_: object) -> list[End]:
        raise ending

    fleet(monkeypatch, {"a": Host("a", 1, 1)}, collect)
    where = ["tcp://127.0.0.1:1", "--fleet-security", "tls.yaml"]

    assert main("--fleet", *where, "-o", str(tmp_path / "lab")) == code
    assert f"--fleet {' '.join(where)} --resume {tmp_path / 'lab'}" in capsys.readouterr().err
