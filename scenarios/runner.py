"""with asyncio.Runner(loop_factory=new_loop) as runner: runner.run(get_data())."""

import asyncio

from scenarios._workload import GetData, LoopFactory, Records

NEEDS = ("result_or_exception",)
USED_IN = ("tests", "CLI")


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Let a Runner create and close the loop; it could run more coroutines in between."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(get_data())


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
