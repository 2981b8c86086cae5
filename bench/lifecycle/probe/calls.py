"""`ROWS`: the calls of the table, one short function each, which makes the call inside `witness.watch()`.

What a function does before that is the row's situation. Functions are in the table's order, and give rows their names.
"""

import asyncio
import threading

from bench.lifecycle.probe.rows import ROWS, row
from bench.lifecycle.probe.witness import Loop, Witness, is_loop

__all__ = ["ROWS"]

GRACE_S = 0.05  # a loop that has not stopped by then is made to stop


def _new_loop(witness: Witness) -> Loop:
    loop = witness.given()
    if not is_loop(loop):
        raise TypeError(f"the factory returned no event loop: {type(loop).__name__}")
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


@row("asyncio.Runner()")
def runner(witness: Witness) -> None:
    with witness.watch():
        witness.returned = asyncio.Runner()


@row(".get_loop()")
def runner_get_loop(witness: Witness) -> None:
    runner = asyncio.Runner()
    with witness.watch():
        witness.returned = runner.get_loop()


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
    with witness.watch(loop):
        runner.close()


@row("asyncio.new_event_loop()")
def new_event_loop(witness: Witness) -> None:
    with witness.watch():
        witness.returned = asyncio.new_event_loop()


@row("asyncio.get_event_loop()", "fresh main thread", fresh=True)
def get_event_loop_fresh(witness: Witness) -> None:
    with witness.watch():
        witness.returned = asyncio.get_event_loop()


@row("asyncio.get_event_loop()", "after set_event_loop", fresh=True)
def get_event_loop_set(witness: Witness) -> None:
    asyncio.set_event_loop(asyncio.new_event_loop())
    with witness.watch():
        witness.returned = asyncio.get_event_loop()


@row("asyncio.get_event_loop()", "after asyncio.run", fresh=True)
def get_event_loop_after_run(witness: Witness) -> None:
    asyncio.run(asyncio.sleep(0))
    with witness.watch():
        witness.returned = asyncio.get_event_loop()


@row("asyncio.get_event_loop()", "in another thread", fresh=True)
def get_event_loop_thread(witness: Witness) -> None:
    def ask() -> None:
        with witness.watch():
            witness.returned = asyncio.get_event_loop()

    thread = threading.Thread(target=ask, name="another")
    thread.start()
    thread.join()


@row("asyncio.get_event_loop()", "inside a coroutine")
def get_event_loop_inside(witness: Witness) -> None:
    async def ask() -> None:
        with witness.watch():
            witness.returned = asyncio.get_event_loop()

    asyncio.run(ask())


@row("asyncio.get_running_loop()", "outside")
def get_running_loop_outside(witness: Witness) -> None:
    with witness.watch():
        witness.returned = asyncio.get_running_loop()


@row("asyncio.get_running_loop()", "inside")
def get_running_loop_inside(witness: Witness) -> None:
    async def ask() -> None:
        with witness.watch():
            witness.returned = asyncio.get_running_loop()

    asyncio.run(ask())


@row("asyncio.set_event_loop()", given="factory")
def set_event_loop(witness: Witness) -> None:
    loop = _new_loop(witness)
    with witness.watch(loop):
        asyncio.set_event_loop(loop)


@row("asyncio.get_event_loop_policy()")
def get_event_loop_policy(witness: Witness) -> None:
    with witness.watch():
        witness.returned = asyncio.get_event_loop_policy()


@row(".get_event_loop()", fresh=True)
def policy_get_event_loop(witness: Witness) -> None:
    policy = asyncio.get_event_loop_policy()
    with witness.watch():
        witness.returned = policy.get_event_loop()


@row(".new_event_loop()")
def policy_new_event_loop(witness: Witness) -> None:
    policy = asyncio.get_event_loop_policy()
    with witness.watch():
        witness.returned = policy.new_event_loop()


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
    loop.call_soon(
        loop.call_soon, loop.call_later, GRACE_S, witness.force, loop.stop
    )  # after the looks, which take time
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
    except SystemExit:  # stop() did not stop the loop
        return
    witness.look_afterwards()


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


@row("", given="own")
def own_call(witness: Witness) -> None:
    with witness.watch():
        witness.returned = witness.given()
