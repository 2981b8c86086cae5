"""One test of pytest with an async fixture: a Runner, which runs the fixture, get_data and the fixture's end.

This is pytest-asyncio: `pytest_asyncio/plugin.py`, lines 414, 431, 915 and 1058 of 1.5.0. Each further fixture is two
runs more. The hook `pytest_asyncio_loop_factories` chooses another loop.
"""

import asyncio
import contextvars
from collections.abc import AsyncGenerator

from scenarios._workload import GetData, LoopFactory, Records

BY_DEFAULT = False
NEEDS = ("result_or_exception",)


async def fixture() -> AsyncGenerator[None]:
    """Yield once, as fixtures do."""
    yield


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Run a fixture to its yield, the test, and the rest of the fixture."""
    context = contextvars.copy_context()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        generator = fixture()

        async def set_up() -> None:
            await anext(generator)

        async def tear_down() -> None:
            await anext(generator, None)

        runner.run(set_up(), context=context)
        records = runner.run(get_data(), context=context)
        runner.run(tear_down(), context=context)
    return records


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
