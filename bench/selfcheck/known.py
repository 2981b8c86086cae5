"""Loops whose difference from asyncio's own is known: `bench.selfcheck.known:plus_250` makes 250 turns of work more.

`plus_0` is asyncio's loop through the same factory, so that the turns are all the difference between the two. How long
a turn takes is for `trials` to calibrate. The name says what a worker is to do, so a plan keeps it.
"""

import asyncio
import itertools
import re
from collections.abc import Callable

PLUS = re.compile(r"plus_(\d{1,9})")


def loop_name(turns: int) -> str:
    """Name of the loop whose factory does so many turns of work more."""
    return f"{__name__}:plus_{turns}"


def __getattr__(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """Make the factory that `plus_<turns>` names."""
    found = PLUS.fullmatch(name)
    if not found:
        raise AttributeError(f"{__name__} has {loop_name(250).partition(':')[2]} and its like, and no {name}")
    turns = int(found[1])

    def new_event_loop() -> asyncio.AbstractEventLoop:
        # Not range(): its integers from 257 on are created one by one, and the later turns would cost twice as much.
        for _ in itertools.repeat(None, turns):
            pass
        return asyncio.new_event_loop()

    return new_event_loop
