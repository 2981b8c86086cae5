"""By hand, equivalent: the same, plus the cleanup that asyncio.run does at the end."""

import asyncio

from scenarios._workload import GetData, LoopFactory, Records

NEEDS = ("result_or_exception",)
USED_IN = ("tests",)


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Cancel the remaining tasks, shut down async generators and the executor, close: nothing stays behind."""
    loop = new_loop()
    asyncio.set_event_loop(loop)
    try:
        task = loop.create_task(get_data())
        loop.run_until_complete(task)
        return task.result()
    finally:
        try:
            remaining = asyncio.all_tasks(loop)
            for other in remaining:
                other.cancel()
            if remaining:
                loop.run_until_complete(asyncio.gather(*remaining, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
            asyncio.set_event_loop(None)


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
