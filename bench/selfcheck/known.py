"""Loops that are slower than asyncio's by a known amount: `plus_250` does 250 extra turns of work.

`plus_0` is asyncio's loop through the same factory, so the turns are the only difference between the two. `trials`
calibrates how long a turn takes. The amount stands in the name, so a plan holds it.
"""

import asyncio
import itertools
import re
from collections.abc import Callable

PLUS = re.compile(r"plus_(\d{1,9})")


def loop_name(turns: int) -> str:
    """Name of the loop whose factory does this many extra turns of work."""
    return f"{__name__}:plus_{turns}"


def __getattr__(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """Make the factory that `plus_<turns>` names."""
    match = PLUS.fullmatch(name)
    if not match:
        raise AttributeError(f"{__name__} has loops such as {loop_name(250).partition(':')[2]}, but not {name}")
    turns = int(match[1])

    def new_event_loop() -> asyncio.AbstractEventLoop:
        # Not range(): it creates each integer above 256, so later turns would cost twice as much.
        for _ in itertools.repeat(None, turns):
            pass
        return asyncio.new_event_loop()

    return new_event_loop
