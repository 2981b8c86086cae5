"""n requests to a server on loopback, asyncio streams, all over one connection; request and answer are JSON."""

import asyncio

from scenarios._workload import Records
from scenarios.workloads.fetch import LEAST, MOST, ask

__all__ = ["LEAST", "MOST", "get_data"]

EACH_S = 1e-4


async def get_data(requests: int = 10, answer: int = 150, *, port: int) -> Records:
    """Fetch the records this many times, in answers of this many bytes."""
    records: Records = []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for number in range(requests):
            records = await ask(reader, writer, number, answer)
    finally:
        writer.close()
    await writer.wait_closed()
    return records
