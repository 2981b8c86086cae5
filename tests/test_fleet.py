"""A fleet for real: a scheduler and workers by their command lines, on loopback, that are killed and come back."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import trustme

from bench.measurement.processes import environment
from bench.store.folder import RunFolder

DASK = Path(sys.executable).with_name("dask")
HOSTS = ("127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.4")  # two workers under one name
PATIENCE_S = 300.0  # a test that passes does not use it up
PLAN = ("--loop", "asyncio-select", "--scenario", "warm", "--rounds", "2", "--without-intervals", "--quiet")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is this machine on Linux only")


class Lab:
    """An administrator's machines: what they start, kill and start again."""

    def __init__(self, place: Path, tls: Sequence[str] = ()) -> None:
        self.place = place
        self.tls = tls
        self.address = ""
        self.processes: list[subprocess.Popen[str]] = []
        self.environment = {
            **environment(),
            "XDG_CACHE_HOME": str(place / "cache"),
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
        }

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """A process that ends with the test."""
        with (self.place / f"log-{len(self.processes)}").open("w") as log:
            process = subprocess.Popen(words, text=True, stdout=log, stderr=log, env=self.environment, cwd=self.place)
        self.processes.append(process)
        return process

    def scheduler(self) -> "subprocess.Popen[str]":
        """A scheduler; the second one listens where the first did."""
        file = self.place / "scheduler.json"
        file.unlink(missing_ok=True)
        port = self.address.rpartition(":")[2] or "0"
        words = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--scheduler-file", str(file), *self.tls)
        process = self.start(str(DASK), "scheduler", *words)
        wait(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = json.loads(file.read_text())["address"]
        return process

    def worker(self, host: str) -> "subprocess.Popen[str]":
        """A worker that may measure."""
        words = ("--host", host, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--resources", "bench=1", *self.tls)
        return self.start(str(DASK), "worker", self.address, "--local-directory", str(self.place / "dask"), *words)

    def bench(self, *words: str) -> "subprocess.Popen[str]":
        """A command of ours."""
        return self.start(sys.executable, "-m", "bench", *words)

    def said(self, process: "subprocess.Popen[str]") -> str:
        """What a process has printed so far."""
        return (self.place / f"log-{self.processes.index(process)}").read_text()

    def end(self, process: "subprocess.Popen[str]", code: int) -> str:
        """Wait for a command, which must end with this code; what it has printed."""
        assert process.wait(PATIENCE_S) == code, self.said(process)
        return self.said(process)


def wait(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextlib.contextmanager
def lab(place: Path, tls: Sequence[str] = ()) -> Iterator[Lab]:
    """A lab without any process, and without any at its end."""
    opened = Lab(place, tls)
    try:
        yield opened
    finally:
        for process in reversed(opened.processes):
            process.terminate()
        for process in opened.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()


def complete(place: Path) -> bool:
    """Whether all three hosts have measured all of the plan."""
    return all(RunFolder(place / host).load().complete for host in dict.fromkeys(HOSTS))


def test_two_orders_a_killed_worker_and_a_killed_scheduler_end_with_complete_tables(tmp_path: Path) -> None:
    with lab(tmp_path) as opened:
        scheduler = opened.scheduler()
        workers = [opened.worker(host) for host in HOSTS]
        wait(lambda: all("Registered to" in opened.said(worker) for worker in workers))

        orders = [opened.bench("--fleet", opened.address, *PLAN, "-o", name) for name in ("first", "second")]
        wait((tmp_path / "first" / "127.0.0.3" / "journal.jsonl").exists)
        workers[2].send_signal(signal.SIGKILL)
        workers[2].wait()
        workers[2] = opened.worker(HOSTS[2])
        printed = [opened.end(order, 0) for order in orders]

        assert all(complete(tmp_path / name) for name in ("first", "second"))
        assert all("average of 3" in text for text in printed)
        journals = {file.read_bytes() for file in tmp_path.glob("*/127*/journal.jsonl")}
        assert len(journals) == 6

        third = opened.bench("--fleet", opened.address, *PLAN, "--rounds", "1", "-o", "third")
        wait(lambda: any(tmp_path.glob("third/127*/journal.jsonl")))
        scheduler.send_signal(signal.SIGKILL)
        said = opened.end(third, 3)
        assert "the scheduler is lost" in said
        assert "the hosts keep what they measure" in said
        for worker in workers:
            worker.terminate()
            worker.wait(PATIENCE_S)
        opened.scheduler()
        for host in HOSTS:
            opened.worker(host)
        opened.end(opened.bench("--fleet", opened.address, "--resume", "third", "--quiet"), 0)
        assert complete(tmp_path / "third")
        assert (tmp_path / "third" / "machines.json").exists()


def test_a_scheduler_with_tls_is_spoken_to_with_certificates_alone(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "127.0.0.2")
    ca, cert, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem"))
    authority.cert_pem.write_to_path(ca)
    issued.cert_chain_pems[0].write_to_path(cert)
    issued.private_key_pem.write_to_path(key)
    words = ("--protocol", "tls", "--tls-ca-file", str(ca), "--tls-cert", str(cert), "--tls-key", str(key))
    (tmp_path / "tls.yaml").write_text(
        f"distributed: {{comm: {{tls: {{ca-file: {ca}, client: {{cert: {cert}, key: {key}}}}}}}}}\n"
    )

    with lab(tmp_path, words) as opened:
        opened.scheduler()
        worker = opened.worker("127.0.0.2")
        wait(lambda: "Registered to" in opened.said(worker))
        known = opened.bench("fleet", opened.address, "--fleet-security", "tls.yaml", "--json")
        opened.end(known, 0)
        assert opened.address.startswith("tls://")
        assert re.search(r'"able": true', opened.said(known))
        strangers = opened.bench("fleet", opened.address)
        assert "no scheduler answers at tls://" in opened.end(strangers, 2)
