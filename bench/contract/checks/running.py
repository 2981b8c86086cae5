"""Running a loop and stopping it: results, exceptions, the current loop and the running one."""

import asyncio
import sys

from bench.contract.promises import Subject, check, completed, expect, opened, refused
from bench.subjects import loops, scenarios
from scenarios._workload import EXPECTED, get_data


@check()
def right_records(subject: Subject) -> None:
    """asyncio.run: Execute the coroutine coro and return the result."""
    declared = map(scenarios.named, scenarios.names_by_default())
    for scenario in [one for one in declared if not one.skip_reason(subject.loop, sys.version_info[:2])]:
        with scenarios.prepared(scenario, subject.loop, loops.load_factory(subject.loop)) as once:
            records = once(get_data)
        expect(records == EXPECTED, f"scenario {scenario.name} returned {records!r:.200}")


@check()
def result_or_exception(subject: Subject) -> None:
    """loop.run_until_complete: Return the Future's result or raise its exception."""

    async def fails() -> None:
        raise ZeroDivisionError

    async def returns() -> int:
        return 42

    expect(completed(subject, returns) == 42, "the result is not what the coroutine returned")  # noqa: PLR2004  (any)
    with refused(ZeroDivisionError, "the exception of the coroutine was not raised"):
        completed(subject, fails)


@check()
def abstract_base(subject: Subject) -> None:
    """asyncio.AbstractEventLoop: Abstract base class for asyncio-compliant event loops."""
    with opened(subject) as loop:
        expect(isinstance(loop, asyncio.AbstractEventLoop), "the loop is not an instance of AbstractEventLoop")


@check()
def running_loop(subject: Subject) -> None:
    """asyncio.get_running_loop: Return the running event loop in the current OS thread."""

    async def main() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    with opened(subject) as loop:
        expect(loop.run_until_complete(main()) is loop, "inside a coroutine it returned something else")
        with refused(RuntimeError, "it still returns a loop after the loop has stopped"):
            asyncio.get_running_loop()


@check()
def current_loop(subject: Subject) -> None:
    """asyncio.set_event_loop: Set loop as the current event loop for the current OS thread."""

    async def main() -> asyncio.AbstractEventLoop:
        return asyncio.get_event_loop()

    with opened(subject) as loop:
        asyncio.set_event_loop(loop)
        expect(asyncio.get_event_loop() is loop, "get_event_loop() returned another loop")
        expect(loop.run_until_complete(main()) is loop, "get_event_loop() in a coroutine returned another loop")
        asyncio.set_event_loop(None)


@check()
def stop_ends_run_forever(subject: Subject) -> None:
    """loop.run_forever: Run the event loop until stop() is called."""
    with opened(subject) as loop:
        for _ in range(2):
            loop.call_later(0.01, loop.stop)
            loop.run_forever()


@check()
def stop_before_run(subject: Subject) -> None:
    """loop.run_forever: If stop() is called before, run what was already scheduled, and then exit."""
    called: list[str] = []
    with opened(subject) as loop:
        loop.call_soon(called.append, "scheduled before")
        loop.stop()
        loop.run_forever()
    expect(called == ["scheduled before"], "it ended without running the callback that was already scheduled")


@check()
def stop_ends_the_batch(subject: Subject) -> None:
    """loop.run_forever: New callbacks scheduled by callbacks will not run if stop() is called while it is running."""
    called: list[str] = []
    with opened(subject) as loop:

        def stops() -> None:
            loop.stop()
            loop.call_soon(called.append, "new")

        loop.call_soon(stops)
        loop.call_soon(called.append, "same batch")
        loop.run_forever()
        expect(called == ["same batch"], f"until it ended, it ran these callbacks: {called}")
        loop.call_soon(loop.stop)
        loop.run_forever()
    expect(called == ["same batch", "new"], "the next run_forever() did not run the new callback")


@check()
def nested_run(subject: Subject) -> None:
    """asyncio.run: Cannot be called when another asyncio event loop is running in the same thread."""

    async def inner() -> None:
        pass

    async def main(again: asyncio.AbstractEventLoop) -> None:
        coroutine = inner()
        try:
            again.run_until_complete(coroutine)
        finally:
            coroutine.close()

    with opened(subject) as loop, opened(subject) as other:
        with refused(RuntimeError, "a running loop was run once more"):
            loop.run_until_complete(main(loop))
        with refused(RuntimeError, "a second loop ran inside a running one"):
            loop.run_until_complete(main(other))


@check()
def system_exit(subject: Subject) -> None:
    """asyncio.TaskGroup: The initial KeyboardInterrupt or SystemExit is re-raised."""

    async def exits() -> None:
        sys.exit(3)

    with refused(SystemExit, "SystemExit from a coroutine was not raised"):
        completed(subject, exits)
    with opened(subject) as loop:
        loop.call_soon(sys.exit, 3)
        loop.call_later(0.05, loop.stop)
        with refused(SystemExit, "SystemExit from a callback did not end run_forever()"):
            loop.run_forever()


@check()
def debug_mode(subject: Subject) -> None:
    """loop.set_debug: Set the debug mode of the event loop."""
    with opened(subject) as loop:
        expect(loop.get_debug() is False, "it is on without being asked for")
        for enabled in (True, False):
            loop.set_debug(enabled)
            expect(loop.get_debug() is enabled, f"after set_debug({enabled}), get_debug() says {loop.get_debug()}")
