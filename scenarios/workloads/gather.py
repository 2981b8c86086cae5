"""n tasks at once in asyncio.gather, each with one turn of the loop."""

import asyncio

from scenarios._workload import Records, WrongRunError, records

EACH_S = 8e-6


async def get_data(tasks: int = 100) -> Records:
    """Run this many tasks at once: all must have started before one ends, and each must return its own number."""
    started = 0

    async def task(number: int) -> int:
        nonlocal started
        started += 1
        await asyncio.sleep(0)
        if started < tasks:
            raise WrongRunError(f"a task ended when {started} of {tasks} had started: the loop skipped its turn")
        return number

    numbers = await asyncio.gather(*map(task, range(tasks)))
    if numbers != [*range(tasks)]:
        raise WrongRunError("gather returned other results than those of its tasks, in their order")
    return records()
