"""asyncio.run(get_data()), the loop chosen by the event loop policy."""

import asyncio
import contextlib
import warnings
from collections.abc import Iterator

from scenarios._workload import GetData, LoopFactory, Records

GIVEN = "policy"
UNTIL = (3, 16)
WHY = "event loop policies are gone from Python 3.16 on"
NEEDS = ("result_or_exception",)
USED_IN = ("script", "CLI")


@contextlib.contextmanager
def prepare(new_loop: LoopFactory) -> Iterator[LoopFactory]:
    """Install a policy that creates loops with `new_loop`, unless asyncio's default policy already does."""
    if new_loop is asyncio.new_event_loop:
        yield new_loop
        return
    with warnings.catch_warnings():
        # Deprecated since 3.14, removed in 3.16; until then this is what policies are for.
        warnings.simplefilter("ignore", DeprecationWarning)

        class Policy(asyncio.DefaultEventLoopPolicy):
            def new_event_loop(self) -> asyncio.AbstractEventLoop:
                return new_loop()

        asyncio.set_event_loop_policy(Policy())
        try:
            yield new_loop
        finally:
            asyncio.set_event_loop_policy(None)


def scenario(_new_loop: LoopFactory, get_data: GetData) -> Records:
    """Let asyncio do everything, with the loop that its policy creates."""
    return asyncio.run(get_data())


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)
