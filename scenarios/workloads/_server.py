"""The server that workloads fetch from: blocking sockets and threads, so that no event loop serves another.

As a program it prints its port and serves until its stdin ends. It listens on 127.0.0.1 only. Each line of a connection
is a request in JSON: for the two records, or one of `ASKS`. A connection that begins with TLS is answered with TLS.
"""

import functools
import json
import socket
import statistics
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from scenarios._workload import EXPECTED
from scenarios.workloads import _driver
from scenarios.workloads._client import CERTIFICATE, HERE

if TYPE_CHECKING:  # a Python without TLS can do all else
    import ssl

BACKLOG = 128
OWN = deque[float](maxlen=200)  # seconds of CPU time that the latest answers took
HANDSHAKE = b"\x16"  # the first byte of a client that wants TLS


def start() -> int:
    """Serve in threads beside this one, until the program ends; returns the port, which the kernel chose."""
    listener = socket.create_server((HERE, 0), backlog=BACKLOG)
    _wait(listener, threading.Semaphore(0))
    port: int = listener.getsockname()[1]
    return port


def _wait(listener: socket.socket, others: threading.Semaphore) -> None:
    """Let one thread more wait for connections."""
    threading.Thread(target=_accept, args=[listener, others], daemon=True).start()


def _accept(listener: socket.socket, others: threading.Semaphore) -> None:
    """Serve one connection after another. `others` counts the other threads that wait for one: starting one costs."""
    meter = _Meter()
    while True:
        connection, _ = listener.accept()
        if not others.acquire(blocking=False):
            _wait(listener, others)
        _serve(connection, meter)
        others.release()


class _Meter:
    """Notes the CPU time of one thread for each of its answers."""

    def __init__(self) -> None:
        self._before = time.thread_time()

    def note(self) -> None:
        """Another answer is sent: what was spent since the one before it was for this one."""
        now = time.thread_time()
        OWN.append(now - self._before)
        self._before = now


def _serve(connection: socket.socket, meter: _Meter) -> None:
    """Answer the requests of one connection, line by line, until the client closes it."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        try:
            if connection.recv(1, socket.MSG_PEEK) == HANDSHAKE:
                connection = _security().wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as requests:
                for request in map(json.loads, requests):
                    connection.sendall(_reply(**request))
                    if "ask" not in request:
                        meter.note()
        except OSError:
            return  # the client is gone: killed, perhaps


@functools.cache
def _security() -> "ssl.SSLContext":
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def _reply(ask: str = "", **words: int) -> bytes:
    """The line that answers a request."""
    if not ask:
        return _answer(**words)
    try:
        answer = ASKS[ask](**words)
    except OSError as error:
        answer = {"error": str(error)}
    return json.dumps(answer).encode() + b"\n"


def _answer(number: int, size: int) -> bytes:
    """JSON of exactly `size` bytes."""
    answer = json.dumps({"number": number, "records": EXPECTED})
    return answer.ljust(size - 1).encode() + b"\n"


def _own() -> Mapping[str, float]:
    """Seconds of CPU time that the server spent on a request: the median of the latest, whoever asked for them."""
    return {"seconds": statistics.median(OWN.copy())}  # as other threads add to it


ASKS: Mapping[str, Callable[..., Mapping[str, float | str]]] = MappingProxyType(
    {"own": _own, "drive": _driver.drive, "driven": _driver.driven}
)


def main() -> None:
    """Serve until whoever started this program has closed its stdin, or has ended."""
    print(start(), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
