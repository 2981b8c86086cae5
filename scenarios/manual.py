"""By hand, minimal: new_loop, set_event_loop, create_task, run_until_complete, close."""

import asyncio

from scenarios._workload import GetData, LoopFactory, Records

NEEDS = ("result_or_exception",)
USED_IN = ("tests",)


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Do what low-level examples do, and clean up less than asyncio.run does."""
    loop = new_loop()
    asyncio.set_event_loop(loop)
    try:
        task = loop.create_task(get_data())
        loop.run_until_complete(task)
        return task.result()
    finally:
        loop.close()
        asyncio.set_event_loop(None)


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
