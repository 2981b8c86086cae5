"""By hand, equivalent: the same, and all that asyncio.run does at the end."""

import asyncio

from scenarios._workload import GetData, LoopFactory, Records, program


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Cancel what is left, shut generators and executor down, close: nothing stays behind."""
    loop = new_loop()
    asyncio.set_event_loop(loop)
    try:
        task = loop.create_task(get_data())
        loop.run_until_complete(task)
        return task.result()
    finally:
        try:
            left = asyncio.all_tasks(loop)
            for task_left in left:
                task_left.cancel()
            if left:
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
            asyncio.set_event_loop(None)


if __name__ == "__main__":
    program(__file__)
