"""n timers set, 1 µs apart, every second one cancelled, the rest fired in order; the first is due after 1 ms."""

import asyncio

from scenarios._workload import Records, WrongRunError, records

EACH_S = 4e-6
LEAST = {"timers": 2}
DELAY_S, APART_S = 0.001, 1e-6  # loops that count whole microseconds may mix up what is closer


async def get_data(timers: int = 1000) -> Records:
    """Set this many timers, cancel every second one, and wait for the last of the others."""
    loop = asyncio.get_running_loop()
    fired: list[int] = []
    done = loop.create_future()
    handles = [loop.call_later(DELAY_S + number * APART_S, fired.append, number) for number in range(timers)]
    loop.call_later(DELAY_S + timers * APART_S, done.set_result, None)
    for handle in handles[1::2]:
        handle.cancel()
    await done
    if fired != [*range(0, timers, 2)]:
        raise WrongRunError(f"of {timers} timers, every second one cancelled, {len(fired)} fired, or not in order")
    return records()
