"""n times await asyncio.sleep(0): the loop's own step."""

import asyncio

from scenarios._workload import Records, WrongRunError, records

EACH_S = 2e-6


async def get_data(turns: int = 1000) -> Records:
    """Let the loop take this many turns; the first and the last must be real ones."""
    await _watched_turn()
    for _ in range(turns - 2):
        await asyncio.sleep(0)
    if turns > 1:
        await _watched_turn()
    return records()


async def _watched_turn() -> None:
    """One turn, in which the loop must run what was scheduled before it."""
    ran: list[bool] = []
    asyncio.get_running_loop().call_soon(ran.append, True)  # noqa: FBT003  (that it ran)
    await asyncio.sleep(0)
    if not ran:
        raise WrongRunError("the loop skipped a turn: what was scheduled before sleep(0) did not run meanwhile")
