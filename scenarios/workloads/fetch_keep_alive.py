"""The requests of fetch, all over one connection."""

from typing import TYPE_CHECKING

from scenarios._workload import Records
from scenarios.workloads import _client
from scenarios.workloads.fetch import LEAST, MOST, ask, connected

if TYPE_CHECKING:  # a Python without TLS can do all else
    import ssl

__all__ = ["LEAST", "MOST", "figures", "get_data"]

EACH_S = 1e-4


async def get_data(requests: int = 10, answer: int = 150, *, port: int, tls: "ssl.SSLContext | None" = None) -> Records:
    """Fetch the records this many times, in answers of this many bytes."""
    records: Records = []
    reader, writer = await connected(port, tls)
    try:
        for number in range(requests):
            records = await ask(reader, writer, number, answer)
    finally:
        writer.close()
    await writer.wait_closed()
    return records


def figures(answer: int, port: int) -> dict[str, float]:
    """What a request takes without a loop, and the server's part of it."""
    return _client.floor(port, answer, keep_alive=True)
