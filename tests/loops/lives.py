"""Calls and loops that do, or do not do, one thing each: what a column must tell apart.

python -m bench lifecycle --loop lives:Deaf     (in this folder)
"""

import asyncio
import contextlib
import json
import os
import signal
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

KEPT, CLOSED = asyncio.SelectorEventLoop(), asyncio.SelectorEventLoop()
CLOSED.close()


def keeps():
    """Gives one that there was before."""
    return KEPT


def closed():
    """Gives one that was closed before, closed once more."""
    CLOSED.close()
    return CLOSED


def sets_current():
    """Gives the current one, a new one."""
    loop = asyncio.SelectorEventLoop()
    asyncio.set_event_loop(loop)
    return loop


def unsets():
    """Leaves none current."""
    asyncio.set_event_loop(None)


def warns():
    """Warns, twice the same, and of something in a file."""
    warnings.warn("this /home/somebody/loop.so is old", FutureWarning, stacklevel=1)
    warnings.warn("this /home/somebody/loop.so is old", FutureWarning, stacklevel=1)
    warnings.warn(f"so is {object()} fd={os.getpid()}", UserWarning, stacklevel=1)


def raises():
    """Raises something without a text, that is no Exception."""
    raise KeyboardInterrupt


def hangs():
    """Never comes back, with SIGTERM ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


def dies():
    """Dies of SIGSEGV."""
    os.kill(os.getpid(), signal.SIGSEGV)


def _answers(line):
    """Something that writes this where the answer is due."""

    def answer():
        for descriptor in range(3, 20):
            with contextlib.suppress(OSError):
                os.write(descriptor, line + b"\n")

    return answer


COLUMNS = (
    "creates", "makes_current", "starts", "stops", "cancels", "finalizes_asyncgens", "shuts_executor", "closes",
    "leaves_none_current", "sigint_handler", "warns", "raises", "loop_class",
)  # fmt: skip
scribbles = _answers(json.dumps(dict.fromkeys(COLUMNS, "perhaps")).encode())
denies = _answers(b"null")
shortens = _answers(b'{"creates": true}')
nests = _answers(b"[" * 3000)


def gives_none():
    """Gives no event loop."""


def bare(main):
    """Runs the coroutine, and does nothing else."""
    KEPT.run_until_complete(main)


def by_hand(main):
    """Creates a loop, and drives the coroutine without it."""
    by_hand.loop = asyncio.SelectorEventLoop()
    try:
        while True:
            main.send(None)
    except StopIteration:
        pass


def cancels(main):
    KEPT.run_until_complete(main)
    for task in asyncio.all_tasks(KEPT):
        task.cancel()
    KEPT.run_until_complete(asyncio.sleep(0))


def finalizes(main):
    KEPT.run_until_complete(main)
    KEPT.run_until_complete(KEPT.shutdown_asyncgens())


def shuts(main):
    KEPT.run_until_complete(main)
    KEPT.run_until_complete(KEPT.shutdown_default_executor())


def closes(main):
    KEPT.run_until_complete(main)
    KEPT.close()


def handles_sigint(main):
    earlier = signal.signal(signal.SIGINT, lambda *_: None)
    KEPT.run_until_complete(main)
    signal.signal(signal.SIGINT, earlier)


def keeps_sigint(main):
    signal.signal(signal.SIGINT, lambda *_: None)
    KEPT.run_until_complete(main)


class Deaf(asyncio.SelectorEventLoop):
    """Its stop() does nothing for the first time."""

    asked = 0

    def stop(self):
        self.asked += 1
        if self.asked > 1:
            super().stop()


class Brief(asyncio.SelectorEventLoop):
    """Its run_forever() stops by itself."""

    def run_forever(self):
        self.call_later(0.001, self.stop)
        super().run_forever()


class Plain(asyncio.SelectorEventLoop):
    """As asyncio's."""


class Endless(asyncio.SelectorEventLoop):
    """Its close() and its shutdowns do nothing."""

    def close(self):
        pass

    async def shutdown_asyncgens(self):
        pass

    async def shutdown_default_executor(self):
        pass


class Thorough(asyncio.SelectorEventLoop):
    """Its close() cleans up first."""

    def close(self):
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.run_until_complete(self.shutdown_asyncgens())
        super().close()


class Poor(asyncio.SelectorEventLoop):
    """Refuses tasks that wait, and has an executor of its own."""

    def create_task(self, coro, **words):
        if coro.__name__ == "_wait":
            coro.close()
            raise NotImplementedError
        return super().create_task(coro, **words)

    def run_in_executor(self, _executor, func, *args):
        return super().run_in_executor(ThreadPoolExecutor(1), func, *args)


class Unlike:
    """Has the looks of a loop and not its base class."""

    def __init__(self):
        self._loop = asyncio.SelectorEventLoop()

    def __getattr__(self, name):
        return getattr(self._loop, name)

    def call_soon(self, *words):
        return self._loop.call_soon(*words)

    def is_closed(self):
        return self._loop.is_closed()

    def run_forever(self):
        return self._loop.run_forever()
