"""The records that travel between the user's machine and the hosts, the addresses of schedulers, and kept orders."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench import texts
from bench.errors import BenchError
from bench.store import files

ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}", re.ASCII)
RESOURCE = "bench"  # of a worker that may measure
HOW = f"start its worker with: --nthreads 1 --resources {RESOURCE}=1"
KEPT = "fleet.json"  # the orders, in the fleet's folder


@dataclass(frozen=True, slots=True)
class Order:
    """What one host is to measure: `words` are the options of `run`; `identity` is the same on all hosts."""

    identity: str
    host: str
    words: tuple[str, ...]

    @property
    def topic(self) -> str:
        """Under which its pieces are told."""
        return f"evloop-bench-{self.identity}"

    @property
    def folder_name(self) -> str:
        """The name of its run folder on the host, where several hosts may share a disk."""
        return f"{self.identity}-{name_of(self.host)}"


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a host's run folder: all of its run.json, and its journal from the byte `begin` on."""

    about: str
    begin: int
    lines: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an order ended on its host: all of the run, and what its log said last, if it did not end well.

    `profiled`: Dask's profiler ran beside the measurement.
    """

    all: Piece | None
    said: str
    profiled: bool


@dataclass(frozen=True, slots=True)
class End:
    """What became of an order: its run folder here, why it is not whole, if it is not, and if it was profiled."""

    host: str
    folder: Path
    reason: str = ""
    profiled: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """What a host says of itself: what `run` would put into run.json, and what disturbs there."""

    version: str
    facts: Mapping[str, str]
    loops: tuple[str, ...]
    disturbances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the fleet as the scheduler knows it: its number of workers, and how many may measure."""

    name: str
    workers: int
    measuring: int


def name_of(host: str) -> str:
    """The name of a host's folder."""
    return re.sub(r"[^\w.-]+", "-", host).strip(".-") or "host"


def check_address(address: str, *, insecure: bool) -> None:
    """Raise BenchError for what is not the address of a scheduler, and for an open one that others may reach."""
    found = ADDRESS.fullmatch(address)
    if not found:
        raise BenchError(f"{address} is not the address of a scheduler\nwrite it as tcp://host:8786 or tls://host:8786")
    if found[1] == "tcp" and not insecure and not _is_loopback(found[2].strip("[]")):
        raise BenchError(
            f"{address} is an open scheduler: whoever reaches it runs any program on every host\n"
            "let it use TLS, and give tls://… and --fleet-security FILE; or, in a network that you trust: --insecure"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def write(output: Path, orders: tuple[Order, ...]) -> None:
    """Keep the orders in a new folder; raises BenchError for one that holds anything."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        if any(output.iterdir()):
            raise BenchError(f"{output} is not empty: a fleet's runs need a folder of their own\nname another: -o DIR")
        files.write(output / KEPT, msgspec.json.format(msgspec.json.encode(orders)).decode() + "\n")
    except OSError as error:
        raise BenchError(f"{output} can't be written: {error.strerror}\nname another folder: -o DIR") from None


def read(output: Path) -> tuple[Order, ...]:
    """The orders of a fleet's folder; raises BenchError for anything else."""
    try:
        return msgspec.json.decode(files.read(output / KEPT), type=tuple[Order, ...])
    except (OSError, ValueError) as error:
        raise BenchError(f"{output} is not the folder of a fleet: {KEPT}: {texts.said(error)}") from None
