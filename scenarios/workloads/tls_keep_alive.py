"""The requests of fetch over TLS, all over one connection."""

from scenarios._workload import Records
from scenarios.workloads import _client, fetch_keep_alive
from scenarios.workloads.fetch import LEAST, MOST

__all__ = ["LEAST", "MOST", "figures", "get_data"]

EACH_S = 3e-4


async def get_data(requests: int = 10, answer: int = 150, *, port: int) -> Records:
    """Fetch the records this many times, in answers of this many bytes."""
    return await fetch_keep_alive.get_data(requests, answer, port=port, tls=_client.trusting())


def figures(answer: int, port: int) -> dict[str, float]:
    """What a request takes without a loop, and the server's part of it."""
    return _client.floor(port, answer, _client.trusting(), keep_alive=True)
