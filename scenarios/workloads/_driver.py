"""What drives a loop that serves: one thread with many connections, each with one request at a time. No loop.

The connections' sockets block; `selectors` says which has something to read. It runs in the server's process.
"""

import selectors
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from scenarios.workloads._client import PATIENCE_S, clock, connected

NUMBER = 16  # bytes of a request that say which it is
SPARE = 64  # file descriptors that a process needs for other things
REMEMBERED = 200_000  # of the latest latencies


@dataclass(slots=True)
class _Driven:
    """How one loop has served so far: seconds from each request to its echo, of all, and of this thread's CPU time."""

    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    requests: int = 0
    seconds: float = 0.0
    own: float = 0.0


_DRIVEN: dict[int, _Driven] = {}


class _Connection:
    """Sends a request to the loop, and hears its echo. Copies little, as the client must not be the limit."""

    def __init__(self, port: int, size: int) -> None:
        self.socket = connected(port)
        self.sent = 0.0
        self._request, self._echo = bytearray(size), bytearray(size + 1)
        self._room, self._heard = memoryview(self._echo), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, number: int) -> None:
        """Send the request of this number."""
        self._request[:NUMBER] = b"%016d" % number
        self._heard = 0
        self.sent = clock()
        self.socket.sendall(self._request)

    def heard(self) -> bool:
        """Read what there is; whether the echo is complete. Raises OSError for another one, or none."""
        if not (more := self.socket.recv_into(self._room[self._heard :])):
            raise ConnectionError(f"the loop closed a connection after {self._heard} bytes of an echo")
        self._heard += more
        if self._heard < len(self._request):
            return False
        if self._heard > len(self._request) or not self._echo.startswith(self._request):
            raise ConnectionError("the echo of a request was something else")
        return True


def drive(port: int, token: int, requests: int, size: int, connections: int) -> Mapping[str, float]:
    """Send this many requests of `size` bytes, and wait for their echoes; `token` says which loop it is.

    Raises OSError where the loop answers wrongly, or not at all.
    """
    _refuse(connections)
    with ExitStack() as opened, selectors.DefaultSelector() as selector:
        them = [opened.enter_context(_Connection(port, size)) for _ in range(connections)]
        for connection in them:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        driven = _DRIVEN.setdefault(token, _Driven())
        own, began = time.thread_time(), clock()
        driven.latencies.extend(_echoes(selector, them, requests))
        driven.seconds += clock() - began
        driven.own += time.thread_time() - own
        driven.requests += requests
    return {"requests": requests}


def _echoes(selector: selectors.BaseSelector, connections: Sequence[_Connection], requests: int) -> Iterator[float]:
    """Seconds from each request to its echo; each connection sends its next one when it has heard the last."""
    numbers = iter(range(requests))
    for connection, number in zip(connections, numbers, strict=False):
        connection.send(number)
    left = requests
    while left:
        ready = selector.select(PATIENCE_S)
        if not ready:
            raise TimeoutError(f"the loop that serves gave no echo within {PATIENCE_S:g} s")
        for connection in (key.data for key, _ in ready):
            if connection.heard():
                yield clock() - connection.sent
                left -= 1
                for number in numbers:
                    connection.send(number)
                    break


def driven(token: int) -> Mapping[str, float]:
    """How that loop served: requests in a second, seconds of latency, and which part of the time was the client's."""
    found = _DRIVEN.pop(token)
    ordered = sorted(found.latencies)
    p50, p99 = (ordered[int(part * (len(ordered) - 1))] for part in (0.5, 0.99))
    return {"rate": found.requests / found.seconds, "p50": p50, "p99": p99, "client": found.own / found.seconds}


def _refuse(connections: int) -> None:
    """Raise OSError if so many connections take more file descriptors than a process may have."""
    if sys.platform == "linux":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if connections + SPARE > limit != resource.RLIM_INFINITY:
            needed = connections + SPARE
            raise OSError(
                f"{connections} connections take {needed} file descriptors, and a process may have {limit}: "
                f"allow more (ulimit -n {needed})"
            )
