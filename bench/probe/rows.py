"""`ROWS`: the calls of the table, one short function each, that makes the call inside of `witness.watch()`.

All before that is the situation. Unless a row is `fresh`, another loop was made current before: so it can be seen
whether the call touches it.
"""

import asyncio
import importlib
import selectors
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.probe.witness import Loop, Witness, is_loop, said

Given: TypeAlias = Literal["factory", "own"] | None

GRACE_S = 0.05  # that a loop is given to stop by itself


@dataclass(frozen=True, slots=True)
class Row:
    """A call in a situation, None where it is the only one; `given`: what it needs, a factory or a loop's own call."""

    call: str
    situation: str | None
    given: Given
    fresh: bool
    make: Callable[[Witness], None]


ROWS: dict[str, Row] = {}


def row(
    call: str, situation: str | None = None, *, given: Given = None, fresh: bool = False
) -> Callable[[Callable[[Witness], None]], None]:
    """Enter a function into ROWS, by its name."""

    def enter(make: Callable[[Witness], None]) -> None:
        ROWS[make.__name__] = Row(call, situation, given, fresh, make)

    return enter


def load(place: str | None, selector: str | None) -> Callable[..., object]:
    """Import what is at `package.module:attribute`: what creates a loop, or a loop's own call."""
    if place is None:
        return asyncio.new_event_loop
    module, _, path = place.partition(":")
    found = importlib.import_module(module)
    for attribute in path.split("."):
        found = getattr(found, attribute)
    kind = getattr(selectors, selector) if selector else None
    return (lambda: found(kind())) if kind else found  # type: ignore[operator,return-value]  # called: then it shows


def observe(name: str, given: Callable[..., object]) -> dict[str, object]:
    """Set up the situation of a row, make its call, and say what was seen."""
    witness = Witness(given)
    try:
        if not ROWS[name].fresh:
            asyncio.set_event_loop(asyncio.SelectorEventLoop())
        ROWS[name].make(witness)
    except Exception as error:  # noqa: BLE001  (what the situation needs is not there: that is the reason)
        return Witness.nothing_seen(said(error))
    return witness.answer()


def _new_loop(witness: Witness) -> Loop:
    loop = witness.given()
    if not is_loop(loop):
        raise TypeError(f"the factory gave {type(loop).__name__}, no event loop")
    return loop


@row("asyncio.run")
def asyncio_run(witness: Witness) -> None:
    main = witness.main()
    with witness.watch():
        asyncio.run(main)


@row("asyncio.run(…, loop_factory=…)", given="factory")
def asyncio_run_factory(witness: Witness) -> None:
    main = witness.main()
    with witness.watch():
        asyncio.run(main, loop_factory=witness.given)  # type: ignore[arg-type]  # whatever was named
    main.close()


@row("asyncio.Runner()")
def runner(witness: Witness) -> None:
    with witness.watch():
        witness.out = asyncio.Runner()


@row(".get_loop()")
def runner_get_loop(witness: Witness) -> None:
    runner = asyncio.Runner()
    with witness.watch():
        witness.out = runner.get_loop()


@row("with Runner()")
def runner_with(witness: Witness) -> None:
    with witness.watch(), asyncio.Runner():
        witness.leave_on_new()


@row(".run()")
def runner_run(witness: Witness) -> None:
    runner, main = asyncio.Runner(), witness.main()
    with witness.watch():
        runner.run(main)


@row(".close()")
def runner_close(witness: Witness) -> None:
    runner = asyncio.Runner()
    runner.run(witness.main())
    loop = runner.get_loop()
    loop.call_soon(witness.look_inside)
    with witness.watch(loop):
        runner.close()


@row("asyncio.new_event_loop()")
def new_event_loop(witness: Witness) -> None:
    with witness.watch():
        witness.out = asyncio.new_event_loop()


@row("asyncio.get_event_loop()", "fresh main thread", fresh=True)
def get_event_loop_fresh(witness: Witness) -> None:
    with witness.watch():
        witness.out = asyncio.get_event_loop()


@row("asyncio.get_event_loop()", "after set_event_loop", fresh=True)
def get_event_loop_set(witness: Witness) -> None:
    asyncio.set_event_loop(asyncio.new_event_loop())
    with witness.watch():
        witness.out = asyncio.get_event_loop()


@row("asyncio.get_event_loop()", "after asyncio.run", fresh=True)
def get_event_loop_after_run(witness: Witness) -> None:
    asyncio.run(asyncio.sleep(0))
    with witness.watch():
        witness.out = asyncio.get_event_loop()


@row("asyncio.get_event_loop()", "in another thread", fresh=True)
def get_event_loop_thread(witness: Witness) -> None:
    def ask() -> None:
        with witness.watch():
            witness.out = asyncio.get_event_loop()

    thread = threading.Thread(target=ask, name="another")
    thread.start()
    thread.join()


@row("asyncio.get_event_loop()", "inside a coroutine")
def get_event_loop_inside(witness: Witness) -> None:
    async def ask() -> None:
        with witness.watch():
            witness.out = asyncio.get_event_loop()

    asyncio.run(ask())


@row("asyncio.get_running_loop()", "outside")
def get_running_loop_outside(witness: Witness) -> None:
    with witness.watch():
        witness.out = asyncio.get_running_loop()


@row("asyncio.get_running_loop()", "inside")
def get_running_loop_inside(witness: Witness) -> None:
    async def ask() -> None:
        with witness.watch():
            witness.out = asyncio.get_running_loop()

    asyncio.run(ask())


@row("asyncio.set_event_loop()", given="factory")
def set_event_loop(witness: Witness) -> None:
    loop = _new_loop(witness)
    with witness.watch(loop):
        asyncio.set_event_loop(loop)


@row("asyncio.get_event_loop_policy()")
def get_event_loop_policy(witness: Witness) -> None:
    with witness.watch():
        witness.out = asyncio.get_event_loop_policy()


@row(".get_event_loop()", fresh=True)
def policy_get_event_loop(witness: Witness) -> None:
    policy = asyncio.get_event_loop_policy()
    with witness.watch():
        witness.out = policy.get_event_loop()


@row(".new_event_loop()")
def policy_new_event_loop(witness: Witness) -> None:
    policy = asyncio.get_event_loop_policy()
    with witness.watch():
        witness.out = policy.new_event_loop()


@row("asyncio.set_event_loop_policy()")
def set_event_loop_policy(witness: Witness) -> None:
    policy = type(asyncio.get_event_loop_policy())()
    with witness.watch():
        asyncio.set_event_loop_policy(policy)


@row("loop.run_until_complete()", given="factory")
def run_until_complete(witness: Witness) -> None:
    loop, main = _new_loop(witness), witness.main()
    with witness.watch(loop):
        loop.run_until_complete(main)


@row("loop.run_forever()", given="factory")
def run_forever(witness: Witness) -> None:
    loop = _new_loop(witness)
    witness.leave_on(loop)
    loop.call_later(GRACE_S, witness.force, loop.stop)
    with witness.watch(loop):
        loop.run_forever()


@row("loop.stop()", given="factory")
def stop(witness: Witness) -> None:
    loop = _new_loop(witness)
    witness.leave_on(loop)

    def leave() -> None:
        raise SystemExit

    def call() -> None:
        with witness.watch(loop):
            loop.stop()
        loop.call_later(GRACE_S, witness.force, leave)

    loop.call_soon(call)
    try:
        loop.run_forever()
    except SystemExit:  # stop() did not do it
        return
    witness.look_after()


@row("loop.close()", given="factory")
def close(witness: Witness) -> None:
    loop = _new_loop(witness)
    asyncio.set_event_loop(loop)
    loop.run_until_complete(witness.main())
    with witness.watch(loop):
        loop.close()


@row("loop.shutdown_asyncgens()", given="factory")
def shutdown_asyncgens(witness: Witness) -> None:
    loop = _new_loop(witness)

    async def call() -> None:
        await witness.main()
        with witness.watch(loop):
            await loop.shutdown_asyncgens()

    loop.run_until_complete(call())


@row("loop.shutdown_default_executor()", given="factory")
def shutdown_default_executor(witness: Witness) -> None:
    loop = _new_loop(witness)

    async def call() -> None:
        await witness.main()
        with witness.watch(loop):
            await loop.shutdown_default_executor()

    loop.run_until_complete(call())


@row("", given="own")
def own_run(witness: Witness) -> None:
    main = witness.main()
    with witness.watch():
        witness.given(main)
    main.close()


@row("", given="own")
def own_call(witness: Witness) -> None:
    with witness.watch():
        witness.out = witness.given()
