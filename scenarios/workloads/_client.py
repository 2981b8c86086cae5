"""A client without an event loop: blocking sockets. What a request takes here is the floor for every loop."""

import functools
import json
import socket
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:  # a Python without TLS can do all else
    import ssl

HERE = "127.0.0.1"
CERTIFICATE = Path(__file__).with_name("_localhost.pem")  # with its key, as it protects nothing
AUTHORITY = Path(__file__).with_name("_authority.pem")  # who signed it
PATIENCE_S = 10.0  # until a client gives up
WARM_UPS, MOST, MOST_S = 10, 200, 0.1  # requests: untimed, timed at most, and seconds for the timed ones

clock = time.perf_counter


@functools.cache
def trusting() -> "ssl.SSLContext":
    """What trusts those who signed the server's certificate, and nobody else."""
    import ssl

    return ssl.create_default_context(cafile=str(AUTHORITY))


def connected(port: int) -> socket.socket:
    """A connection to a port of this machine whose calls wait as long as it takes."""
    connection = socket.create_connection((HERE, port), PATIENCE_S)
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Client:
    """A connection to the server."""

    def __init__(self, port: int, tls: "ssl.SSLContext | None" = None) -> None:
        self._socket = connected(port)
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname="localhost")
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def ask(self, **words: str | int) -> dict[str, float]:
        """The answer to one request; raises OSError if the server has ended."""
        self._socket.sendall(json.dumps(words).encode() + b"\n")
        if not (line := self._answers.readline()):
            raise ConnectionError("the server closed the connection")
        answer: dict[str, float] = json.loads(line)
        return answer


def floor(port: int, size: int, tls: "ssl.SSLContext | None" = None, *, keep_alive: bool) -> dict[str, float]:
    """Seconds of a request of `fetch` without a loop, and the server's own part of them.

    The server's own part is its CPU time: every loop waits for it. Both are medians. Clients of other workers may ask
    for the same at the same time.
    """
    seconds: list[float] = []
    with ExitStack() as opened:
        beside = opened.enter_context(Client(port))
        kept = opened.enter_context(Client(port, tls)) if keep_alive else None
        for _ in range(WARM_UPS):
            _request(port, size, tls, kept)
        ends = clock() + MOST_S
        while not seconds or (len(seconds) < MOST and clock() < ends):
            began = clock()
            _request(port, size, tls, kept)
            seconds.append(clock() - began)
        own = beside.ask(ask="own")["seconds"]
    return {"floor": statistics.median(seconds), "server": own}


def _request(port: int, size: int, tls: "ssl.SSLContext | None", kept: Client | None) -> None:
    if kept:
        kept.ask(number=0, size=size)
        return
    with Client(port, tls) as connection:
        connection.ask(number=0, size=size)
