"""n requests to a server on loopback, with streams and a connection for each; answers of some bytes of JSON."""

import asyncio
import json
from typing import TYPE_CHECKING

from scenarios._workload import Records, WrongRunError
from scenarios.workloads import _client

if TYPE_CHECKING:  # a Python without TLS can do all else
    import ssl

EACH_S = 3e-4
LEAST = {"answer": 150}
MOST = {"answer": 100_000_000}


async def get_data(requests: int = 1, answer: int = 150, *, port: int, tls: "ssl.SSLContext | None" = None) -> Records:
    """Fetch the records this many times, in answers of this many bytes."""
    records: Records = []
    for number in range(requests):
        reader, writer = await connected(port, tls)
        try:
            records = await ask(reader, writer, number, answer)
        finally:
            writer.close()
        await writer.wait_closed()
    return records


async def connected(port: int, tls: "ssl.SSLContext | None") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the server."""
    if tls:
        return await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname="localhost")
    return await asyncio.open_connection("127.0.0.1", port)


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, size: int) -> Records:
    """Send one request, and read its answer of `size` bytes."""
    writer.write(b'{"number": %d, "size": %d}\n' % (number, size))
    await writer.drain()
    answer = json.loads(await reader.readexactly(size))
    if answer["number"] != number:
        raise WrongRunError(f"the answer to request {number} was that to request {answer['number']}")
    records: Records = answer["records"]
    return records


def figures(answer: int, port: int) -> dict[str, float]:
    """What a request takes without a loop, and the server's part of it."""
    return _client.floor(port, answer, keep_alive=False)
