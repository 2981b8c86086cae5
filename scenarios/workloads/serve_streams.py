"""Serves the same echo with streams."""

import asyncio

from scenarios._workload import Records
from scenarios.workloads.serve import LEAST, MOST, Gone, driven, figures

__all__ = ["LEAST", "MOST", "figures", "get_data"]

EACH_S = 1e-4
AT_ONCE = 1 << 16  # bytes


async def get_data(requests: int = 100, size: int = 1024, connections: int = 1, *, port: int) -> Records:
    """Serve this many requests of `size` bytes each, over this many connections at once."""
    gone = Gone(connections)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while received := await reader.read(AT_ONCE):
            writer.write(received)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        gone.one()

    server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=connections)
    return await driven(server, gone, {"requests": requests, "size": size, "connections": connections}, port)
