"""await asyncio.sleep(delay): the original program; --delay says for how long."""

from scenarios._workload import get_data

__all__ = ["get_data"]

EACH_S = 0.0
