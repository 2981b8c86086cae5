"""asyncio.run(get_data(), loop_factory=new_loop)."""

import asyncio

from scenarios._workload import GetData, LoopFactory, Records

SINCE = (3, 12)
WHY = "asyncio.run takes a loop_factory from Python 3.12 on"
NEEDS = ("result_or_exception",)
USED_IN = ("script", "CLI")


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Let asyncio do everything, with the loop factory that it is given."""
    return asyncio.run(get_data(), loop_factory=new_loop)


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
