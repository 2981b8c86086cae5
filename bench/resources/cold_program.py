"""The shortest program that people write: import asyncio, import the loop, run one scenario once, end.

It runs in a fresh interpreter. It reports the monotonic clock in nanoseconds at four moments: at its own first line,
after the import of asyncio, after the import of the loop's package, and at the first line of `get_data`. All code in
this file is part of what is timed, so keep it short.
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
    sys.path.append("")  # finds a user's own factory in the current folder
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
    """Run one lifecycle as `scenarios.prepared` does, without its imports."""
    import contextlib

    from scenarios._workload import Records, get_data

    async def stamped_get_data() -> Records:
        stamps.append(time.monotonic_ns())
        return await get_data()

    module = import_module(f"scenarios.{scenario}")
    with getattr(module, "prepare", contextlib.nullcontext)(given) as starter:
        module.scenario(starter, stamped_get_data)
