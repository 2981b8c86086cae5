"""Sees what a call does to event loops, by its effects: from before it, from inside, and from after it.

True: seen to happen. False: seen not to happen. None where it does not apply, which is

- all, where the call could not be made: what the row needs is not there;
- starts and closes: no loop came out, was given, or ran; or, for closes, it was closed before;
- stops: no loop ran, neither before the call nor in it;
- cancels, finalizes_asyncgens, shuts_executor: nothing was left on a loop that the call could have cleaned up;
- leaves_none_current: no loop was current, neither before the call, nor in it, nor after it.

Current is the loop that `asyncio.get_event_loop()` gives outside of coroutines, in the thread of the call. A call that
finds a loop running, and leaves it running, neither starts nor stops it. sigint_handler is true where another handler
was in force in the call, and the earlier one afterwards; where the other one is left, it is false, and warns says so.
"""

import asyncio
import contextlib
import gc
import re
import signal
import warnings
from asyncio import _get_running_loop, _set_running_loop
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import TypeAlias, TypeGuard

from bench.lifecycle.probe.remains import Fate, Remains

Loop: TypeAlias = asyncio.AbstractEventLoop

PECULIAR = re.compile(r"(?<= at 0x)[0-9a-fA-F]+|(?<=\bfd=)\d+")  # to one process: addresses, descriptors
COLUMNS = (
    "creates", "makes_current", "starts", "stops", "cancels", "finalizes_asyncgens", "shuts_executor", "closes",
    "leaves_none_current", "sigint_handler", "warns", "raises", "loop_class",
)  # fmt: skip
LIKE_A_LOOP = ("run_forever", "call_soon", "is_closed")
LEFT_HANDLER = "NotRestored: the SIGINT handler that the call installed is still in force"
MAXIMUM_TEXT = 1000


class Look:
    """What there is to see at one moment; looking leaves no trace."""

    def __init__(self) -> None:
        running = _get_running_loop()
        things = gc.get_objects()
        kinds = {kind for kind in set(map(type, things)) if _makes_loops(kind)}
        alive = [thing for thing in things if type(thing) in kinds]
        self.alive = alive if running is None or _among(running, alive) else [*alive, running]
        self.running = [loop for loop in self.alive if loop is running or loop.is_running()]
        self.closed = [loop for loop in self.alive if loop.is_closed()]
        self.current = _current()
        self.sigint = signal.getsignal(signal.SIGINT)


class Witness:
    """Sees one call, made inside of `with witness.watch():`."""

    def __init__(self, given: Callable[..., object]) -> None:
        """`given`: what creates a loop, or the loop's own call, as the row needs it."""
        self.given = given
        self.out: object = None
        self.forced = False
        self._remains: Remains | None = None
        self._subject: Loop | None = None
        self._inside: list[Look] = []
        self._warned: list[str] = []
        self._raised: str | None = None
        self._fate: Fate = (None, None, None)

    @contextlib.contextmanager
    def watch(self, loop: Loop | None = None) -> Iterator[None]:
        """See what the block does, perhaps to this loop; what it raises is seen, and goes no further."""
        self._subject, self._inside = loop, []
        if loop and not loop.is_running():
            loop.call_soon(self.look_inside)  # should the block run it
        self._before = self._after = Look()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield
            except BaseException as error:  # noqa: BLE001  (a loop may raise anything)
                self._raised = said(error)
        self._warned = [said(warning.message) for warning in caught]
        self.look_after()

    def look_after(self) -> None:
        """See what has come of it; again, where that takes longer than the call."""
        self._after = Look()
        if self._remains:
            self._fate = self._remains.fate

    def look_inside(self) -> None:
        """See how things are while the call is under way; a loop that runs calls this."""
        self._inside.append(Look())
        if self._remains:
            self._remains.consume_half()

    def leave_on(self, loop: Loop) -> None:
        """Leave something behind on a loop that does not run, and have it call back when it does."""
        self._remains = Remains(loop)
        loop.call_soon(self.look_inside)

    def leave_on_new(self) -> None:
        """The same on what the block has created so far."""
        self.look_inside()
        for loop in self._created():
            self.leave_on(loop)

    async def main(self) -> None:
        """Look from inside of a coroutine, and leave something behind."""
        if self._remains is None and (loop := _get_running_loop()):
            self._remains = Remains(loop)
        self.look_inside()
        await asyncio.sleep(0)  # the task begins

    def force(self, act: Callable[[], object]) -> None:
        """End what would not end by itself."""
        self.forced = True
        act()

    @staticmethod
    def nothing_seen(raised: str) -> dict[str, object]:
        """The answer where the call could not be made."""
        return {**dict.fromkeys(COLUMNS), "raises": raised}

    def answer(self) -> dict[str, object]:
        """All that was seen, by column."""
        looks = [*self._inside, self._after]
        was_current = any(look.current for look in (self._before, *self._inside))
        cancelled, finalized, shut = self._fate
        handled = any(look.sigint != self._before.sigint for look in looks)
        restored = self._after.sigint == self._before.sigint
        warned = [*self._warned, *([] if restored else [LEFT_HANDLER])]
        return {
            "creates": bool(self._created()),
            "makes_current": any(look.current and look.current is not self._before.current for look in looks),
            **self._loop_columns(),
            "cancels": cancelled,
            "finalizes_asyncgens": finalized,
            "shuts_executor": shut,
            "leaves_none_current": False if self._after.current else was_current or None,
            "sigint_handler": handled and restored,
            "warns": "; ".join(dict.fromkeys(warned))[:MAXIMUM_TEXT] or None,
            "raises": self._raised,
        }

    def _loop_columns(self) -> dict[str, object]:
        loop = self._find_subject()
        if loop is None:
            return dict.fromkeys(("starts", "stops", "closes", "loop_class"))
        ran_before = _among(loop, self._before.running)
        ran_inside = any(_among(loop, look.running) for look in self._inside)
        runs = _among(loop, self._after.running)
        return {
            "starts": not ran_before and (ran_inside or runs),
            "stops": not runs and not self.forced if ran_before or ran_inside or runs else None,
            "closes": None if _among(loop, self._before.closed) else _among(loop, self._after.closed),
            "loop_class": f"{type(loop).__module__}.{type(loop).__qualname__}",
        }

    def _created(self) -> list[Loop]:
        seen = [loop for look in (*self._inside, self._after) for loop in look.alive]
        return [loop for loop in seen if not _among(loop, self._before.alive)]

    def _find_subject(self) -> Loop | None:
        """The loop that the columns speak of: one that was created, came out, was given, or ran."""
        created, ran = self._created(), [loop for look in self._inside for loop in look.running]
        out = [self.out] if is_loop(self.out) else []
        given = [self._subject] if self._subject else []
        return next(iter([*(loop for loop in created if _among(loop, ran)), *created, *out, *given, *ran]), None)


def is_loop(thing: object) -> TypeGuard[Loop]:
    """Whether it is one, by its base class or by its looks."""
    return _makes_loops(type(thing))


def said(error: Warning | BaseException | str) -> str:
    """Category and message, the same in each process: without what is peculiar to one."""
    text = PECULIAR.sub("…", " ".join(str(error).split()))[:MAXIMUM_TEXT]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _makes_loops(kind: type) -> bool:
    return issubclass(kind, Loop) or all(hasattr(kind, name) for name in LIKE_A_LOOP)


def _among(loop: Loop, loops: Iterable[Loop]) -> bool:
    return any(one is loop for one in loops)


def _current() -> Loop | None:
    """The current loop of this thread. A policy that would create one for the question is kept from it."""
    running = _get_running_loop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        policy = getattr(asyncio, "get_event_loop_policy", SimpleNamespace)()  # there are none from Python 3.16 on
    policy.new_event_loop = asyncio.get_running_loop  # which raises, as none runs
    _set_running_loop(None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return asyncio.get_event_loop()
    except RuntimeError:
        return None
    finally:
        del policy.new_event_loop
        _set_running_loop(running)
