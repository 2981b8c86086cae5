"""One test of unittest: a Runner in debug mode, which runs the set-up, get_data and the tear-down.

This is `unittest.IsolatedAsyncioTestCase`: `unittest/async_case.py`, `_setupAsyncioRunner` and `_callAsync` of CPython
3.11 to 3.14. Its attribute `loop_factory` chooses another loop from Python 3.13 on.
"""

import asyncio
import contextvars

from scenarios._workload import GetData, LoopFactory, Records

BY_DEFAULT = False
NEEDS = ("result_or_exception",)


async def nothing() -> None:
    """Set up or tear down nothing, as in a test case that does not override them."""


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Run the three coroutines of a test in one context."""
    context = contextvars.copy_context()
    with asyncio.Runner(debug=True, loop_factory=new_loop) as runner:
        runner.run(nothing(), context=context)
        records = runner.run(get_data(), context=context)
        runner.run(nothing(), context=context)
    return records


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
