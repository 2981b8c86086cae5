"""Loops that are slower than asyncio's by a known amount, which stands in their name, so a plan holds it.

`plus_250` does 250 extra turns of work in its factory; `trials` calibrates how long a turn takes. `wait_5000_in_close`
waits for 5,000 ns by the clock in each call of `close`, so its truth is built in. `plus_0` and `wait_0_in_close` are
asyncio's loop through the same code: the amount is the only difference.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Callable

PLACES = ("factory", "create_task", "call_soon", "close")
PLUS = re.compile(r"plus_(\d{1,9})")
WAIT = re.compile(rf"wait_(\d{{1,9}})_in_({'|'.join(PLACES)})")


def loop_name(turns: int) -> str:
    """Name of the loop whose factory does this many extra turns of work."""
    return f"{__name__}:plus_{turns}"


def waiting_loop_name(nanoseconds: int, place: str = "factory") -> str:
    """Name of the loop that waits for this long in its factory, or in each call of one of its methods."""
    return f"{__name__}:wait_{nanoseconds}_in_{place}"


def __getattr__(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """Make the factory that `plus_<turns>` or `wait_<nanoseconds>_in_<place>` names."""
    if match := PLUS.fullmatch(name):
        return _working(int(match[1]))
    if match := WAIT.fullmatch(name):
        return _waiting(int(match[1]), match[2])
    examples = (loop_name(250), waiting_loop_name(5000, "close"))
    raise AttributeError(
        f"{__name__} has loops such as {' and '.join(name.partition(':')[2] for name in examples)}, but not {name}"
    )


def _working(turns: int) -> Callable[[], asyncio.AbstractEventLoop]:
    def new_event_loop() -> asyncio.AbstractEventLoop:
        # Not range(): it creates each integer above 256, so later turns would cost twice as much.
        for _ in itertools.repeat(None, turns):
            pass
        return asyncio.new_event_loop()

    return new_event_loop


def _waiting(nanoseconds: int, place: str) -> Callable[[], asyncio.AbstractEventLoop]:
    def new_event_loop() -> asyncio.AbstractEventLoop:
        _wait(nanoseconds)
        return asyncio.new_event_loop()

    if place == "factory":
        return new_event_loop
    plain = getattr(asyncio.SelectorEventLoop, place)

    def slower(loop: asyncio.AbstractEventLoop, *arguments: object, **options: object) -> object:
        _wait(nanoseconds)
        return plain(loop, *arguments, **options)

    return type("Waiting", (asyncio.SelectorEventLoop,), {place: slower, "__module__": __name__})


def _wait(nanoseconds: int) -> None:
    ends = time.perf_counter_ns() + nanoseconds
    while time.perf_counter_ns() < ends:
        pass
