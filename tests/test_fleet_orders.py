"""What a fleet needs no Dask for: addresses, orders, options, and following a run that does what it likes."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from commands import main
from invented import about, run

from bench import cli
from bench.cli import ordering
from bench.errors import BenchError
from bench.fleet import daemon, orders
from bench.fleet.daemon import Daemon
from bench.fleet.orders import Described, Host, Order, check_address, name_of
from bench.reports import fleet as report
from bench.reports.rendering import render
from bench.store.folder import RunFolder
from bench.store.outcomes import Done, Kept

ORDER = Order("20260101-000000-abcd", "127.0.0.1", ("--loop=uvloop",))
HERE = Described("0.3", {"python": "3.14.0", "cpu": "Z80"}, ("asyncio 3.14.0",), ("load 3 on 2 CPUs",))


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786", "tls://lab.example:8786"]
)
def test_a_scheduler_on_this_machine_or_with_tls_is_accepted(address: str) -> None:
    check_address(address, insecure=False)


def test_an_open_scheduler_elsewhere_needs_permission() -> None:
    check_address("tcp://lab:8786", insecure=True)

    with pytest.raises(BenchError, match=r"runs any program on every host\n.*--insecure"):
        check_address("tcp://lab:8786", insecure=False)
    with pytest.raises(BenchError, match="is not the address of a scheduler"):
        check_address("lab:8786", insecure=True)


def test_a_host_s_folder_has_a_name_that_every_disk_allows() -> None:
    assert [name_of(host) for host in ("127.0.0.1", "fe80::1%eth0", "../x", "…")] == [
        "127.0.0.1", "fe80-1-eth0", "x", "host",
    ]  # fmt: skip


def test_the_words_of_an_order_plan_the_same_run() -> None:
    given = [
        "--loop",
        "uvloop",
        "--loop",
        "rloop",
        "--precision",
        "0.5%",
        "--max-time",
        "2m",
        "--fast",
        "--thread",
        "worker",
    ]
    options = cli.parse(["run", "--fleet", "tcp://127.0.0.1:1", "-o", "lab", "-q", "--json", *given])

    found = ordering.words(options, cli.parser_of("run"))

    again = cli.parse(["run", *found])
    for name in ("loop", "precision", "max_time", "fast", "thread", "scenario", "rounds"):
        assert getattr(again, name) == getattr(options, name)
    assert again.seed is not None
    assert (again.fleet, again.output, again.json) == (None, None, False)
    assert ordering.words(cli.parse(["run", "--seed", "7"]), cli.parser_of("run")) == ("--seed=7",)


def test_orders_are_kept_in_a_folder_of_their_own(tmp_path: Path) -> None:
    orders.write(tmp_path / "lab", (ORDER,))

    assert orders.read(tmp_path / "lab") == (ORDER,)
    with pytest.raises(BenchError, match="is not empty"):
        orders.write(tmp_path / "lab", (ORDER,))
    with pytest.raises(BenchError, match="is not the folder of a fleet"):
        orders.read(tmp_path)
    with pytest.raises(BenchError, match="can't be written"):
        orders.write(tmp_path / "lab" / "fleet.json" / "x", (ORDER,))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--insecure"], "--insecure needs --fleet ADDRESS"),
        (["--fleet", "lab"], "lab is not the address of a scheduler"),
        (["--fleet", "tcp://127.0.0.1:1", "--dry-run"], "--dry-run can't be combined with --fleet"),
        (["fleet", "tcp://lab:1"], "is an open scheduler"),
    ],
)
def test_options_that_can_not_be_are_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*words) == 2
    assert said in capsys.readouterr().err


def test_without_dask_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bench.fleet.collecting", None)

    assert main("fleet", "tcp://127.0.0.1:1") == 2
    assert "pip install 'evloop-bench[fleet]'" in capsys.readouterr().err


def test_no_host_is_left_out_whatever_is_wrong_with_it() -> None:
    rows = ((Host("a", 2, 1), HERE), (Host("b", 1, 0), HERE), (Host("c", 1, 1), "busy: it does not answer"))

    text = render(report.document(rows), "simple")

    assert "1 of 3 hosts may measure." in text
    assert "No worker has come to this scheduler yet" in render(report.document(()), "simple")
    assert "b has no worker that may measure" in text
    assert "c: busy" in text
    assert "a is disturbed: load 3 on 2 CPUs" in text
    assert [row["able"] for row in json.loads(report.as_json(rows))] == [True, False, False]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The commands of daemons that are started, which are nothing."""
    commands: list[Sequence[str]] = []

    class Nothing:
        def __init__(self, command: Sequence[str], **_: object) -> None:
            commands.append(command)

    monkeypatch.setattr("bench.fleet.daemon.subprocess.Popen", Nothing)
    return commands


def kept(folder: Path, rounds: int) -> None:
    """Measure this many rounds of two into the folder."""
    invented = about(["manual"], ["asyncio"], rounds=2)
    outcomes = [run(cell, index, [1e-4]) for cell in invented.cells for index in range(rounds)]
    text = Kept(invented, (*outcomes, *(Done("manual", index) for index in range(rounds))))
    place = RunFolder(folder)
    place.create(text.about)
    for outcome in text.outcomes:
        place.append(outcome)


def test_a_run_is_begun_then_resumed_and_left_alone_once_it_is_complete(
    tmp_path: Path, started: list[Sequence[str]]
) -> None:
    place = tmp_path / "cache" / "run"
    one = Daemon(place, ("--fast",))

    assert one.start(None) is True
    assert started[-1][4:7] == ["--fast", "-o", str(place)]
    assert one.said() == ""
    assert one.start(-1) is False, "it got no further"
    kept(place, 1)
    assert one.start(-1) is True
    assert started[-1][4:6] == ["--resume", str(place)]
    assert one.start(one.size()) is False
    whole = Daemon(tmp_path / "cache" / "whole", ())
    kept(tmp_path / "cache" / "whole", 2)
    assert whole.start(None) is False
    assert len(started) == 2


def test_a_host_that_is_measuring_starts_no_second_run(tmp_path: Path, started: list[Sequence[str]]) -> None:
    place = tmp_path / "run"
    lock = daemon._taken(tmp_path / "lock")
    assert lock is not None

    assert Daemon(place, ()).start(None) is None
    assert not started


def test_a_run_that_is_not_measured_can_be_ended(tmp_path: Path) -> None:
    Daemon(tmp_path / "run", ()).end()


def following(tmp_path: Path, wanted: Iterator[bool | None]) -> Daemon:
    """A daemon that is followed for as long as it is wanted."""
    host = pytest.importorskip("bench.fleet.host")
    one = Daemon(tmp_path / "run", ())
    host.follow(one, lambda _: None, lambda: next(wanted))
    return one


def test_a_run_that_nobody_wants_is_ended_and_one_without_a_worker_goes_on(
    tmp_path: Path, started: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[Daemon] = []
    monkeypatch.setattr(Daemon, "end", lambda ended_one: ended.append(ended_one))  # noqa: PLW0108  (a method)

    following(tmp_path, iter([None]))
    assert not ended
    one = following(tmp_path, iter([True, False]))
    assert ended == [one]
    assert len(started) == 1


def test_what_a_host_sends_is_kept_in_its_place(tmp_path: Path) -> None:
    kept(tmp_path / "there", 1)
    sent = (tmp_path / "there" / "journal.jsonl").read_bytes()
    text = (tmp_path / "there" / "run.json").read_text("utf-8")
    here = RunFolder(tmp_path / "here")
    first = sent.index(b"\n") + 1

    here.receive(text, 0, sent[:first])
    here.receive(text, first, sent[first:])

    assert here.load() == replace(RunFolder(tmp_path / "there").load())
    with pytest.raises(BenchError, match="a part before this is missing"):
        here.receive(text, len(sent) + 1, b"{}\n")
    here.receive(text, 0, sent[:first])
    assert (tmp_path / "here" / "journal.jsonl").read_bytes() == sent[:first]
