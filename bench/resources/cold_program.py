"""A program as short as people write them: import asyncio, import the loop, run one scenario once, end.

It is started in a fresh interpreter, and tells the monotonic clock's nanoseconds at its own first line, when asyncio is
imported, when the loop's package is, and at the first line of `get_data`. All that stands here is timed: keep it short.
"""

import sys
import time
from importlib import import_module

from bench.subjects.places import load, load_factory
from bench.worker.pipe import Turns, in_words


def main() -> None:
    """Run what the command line names: scenario, factory, class of selectors, own run; the last two may be empty."""
    stamps = [time.monotonic_ns()]
    turns = Turns()
    sys.path.append("")  # for a factory of the user's own
    try:
        import asyncio  # noqa: F401  (its import is timed)

        stamps.append(time.monotonic_ns())
        scenario, place, selector, own_run = sys.argv[1:]
        factory = load_factory(place, selector)
        stamps.append(time.monotonic_ns())
        _run(scenario, load(own_run) if own_run else factory, stamps)
    except BaseException as error:
        turns.deliver({"error": in_words(error)})
        raise
    turns.write(b'{"stamps":%a}\n' % stamps)


def _run(scenario: str, given: object, stamps: list[int]) -> None:
    """One lifecycle, as `catalog.prepared` would start it, less its imports."""
    import contextlib

    from scenarios._workload import Records, get_data

    async def stamped_get_data() -> Records:
        stamps.append(time.monotonic_ns())
        return await get_data()

    module = import_module(f"scenarios.{scenario}")
    with getattr(module, "prepare", contextlib.nullcontext)(given) as starter:
        module.scenario(starter, stamped_get_data)
