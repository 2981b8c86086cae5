"""Serves an echo with a protocol: n requests of some bytes from another process, over some connections at once."""

import asyncio
import functools
import json
import os

from scenarios._workload import Records, WrongRunError, records
from scenarios.workloads._client import Client

EACH_S = 1e-4
LEAST = {"size": 16}
MOST = {"size": 262_144, "connections": 1000}  # larger echoes would not fit into the buffers of the kernel


class Gone:
    """Waits until the loop has noticed the end of all connections."""

    def __init__(self, connections: int) -> None:
        self._left = connections
        self._all = asyncio.get_running_loop().create_future()

    def one(self) -> None:
        """Note that one is gone."""
        self._left -= 1
        if not self._left:
            self._all.set_result(None)

    async def wait(self) -> None:
        """Wait for the last."""
        await self._all


class Echo(asyncio.Protocol):
    """One connection."""

    def __init__(self, gone: Gone) -> None:
        self._gone = gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what the echo is written to."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Send it back."""
        self._transport.write(data)  # type: ignore[attr-defined]  # asyncio promises a transport that can

    def connection_lost(self, _error: Exception | None) -> None:
        """The client has closed it."""
        self._gone.one()


async def get_data(requests: int = 100, size: int = 1024, connections: int = 1, *, port: int) -> Records:
    """Serve this many requests of `size` bytes each, over this many connections at once."""
    gone = Gone(connections)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(functools.partial(Echo, gone), "127.0.0.1", 0, backlog=connections)
    return await driven(server, gone, {"requests": requests, "size": size, "connections": connections}, port)


async def driven(server: asyncio.Server, gone: Gone, sizes: dict[str, int], port: int) -> Records:
    """Let the client at `port` send its requests to this server, and wait until it and all connections are done."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        asked = {"ask": "drive", "port": server.sockets[0].getsockname()[1], "token": os.getpid(), **sizes}
        writer.write(json.dumps(asked).encode() + b"\n")
        answer = json.loads(await reader.readuntil(b"\n"))
    finally:
        writer.close()
        server.close()
    if "error" in answer:
        raise WrongRunError(answer["error"])
    await gone.wait()
    await server.wait_closed()
    await writer.wait_closed()
    return records()


def figures(port: int) -> dict[str, float]:
    """Requests in a second, their latency in seconds, and which part of the time was the client's own."""
    with Client(port) as client:
        return client.ask(ask="driven", token=os.getpid())
