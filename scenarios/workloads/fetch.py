"""n requests to a server on loopback, asyncio streams, one connection for each; request and answer are JSON."""

import asyncio
import json

from scenarios._workload import Records, WrongRunError

EACH_S = 3e-4
LEAST = {"answer": 150}
MOST = {"answer": 100_000_000}


async def get_data(requests: int = 1, answer: int = 150, *, port: int) -> Records:
    """Fetch the records this many times, in answers of this many bytes."""
    records: Records = []
    for number in range(requests):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            records = await ask(reader, writer, number, answer)
        finally:
            writer.close()
        await writer.wait_closed()
    return records


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, size: int) -> Records:
    """Send one request, and read its answer of `size` bytes."""
    writer.write(b'{"number": %d, "size": %d}\n' % (number, size))
    await writer.drain()
    answer = json.loads(await reader.readexactly(size))
    if answer["number"] != number:
        raise WrongRunError(f"the answer to request {number} was that to request {answer['number']}")
    records: Records = answer["records"]
    return records
