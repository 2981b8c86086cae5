"""Observes what a call does to event loops: looks before the call, during it and after it, and compares.

True: it happened. False: it did not happen. None: it does not apply, or can't be seen, which is

- all columns, if the call could not be made because something that the row needs does not exist;
- starts and closes: no loop was returned, given, or ran; closes also if the loop was closed before;
- stops: no loop ran, neither before the call nor during it;
- cancels, finalizes_asyncgens, shuts_executor: nothing was left on a loop for the call to clean up;
- leaves_none_current: no loop was current before the call, during it or after it;
- creates: no loop was returned, given, or ran, and there are loops that the garbage collector does not track. One that
  nothing in Python refers to could not be seen.

The current loop is the one that `asyncio.get_event_loop()` returns outside coroutines, in the thread of the call.
A call that finds a loop running and leaves it running neither starts nor stops it. sigint_handler is true if the call
installs another handler and restores the earlier one. If the other handler stays, it is false, and warns says so.
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

PROCESS_SPECIFIC = re.compile(r"(?<= at 0x)[0-9a-fA-F]+|(?<=\bfd=)\d+")  # addresses and descriptors
COLUMNS = (
    "creates", "makes_current", "starts", "stops", "cancels", "finalizes_asyncgens", "shuts_executor", "closes",
    "leaves_none_current", "sigint_handler", "warns", "raises", "loop_class",
)  # fmt: skip
LIKE_A_LOOP = ("run_forever", "call_soon", "is_closed")
LEFT_HANDLER = "NotRestored: the SIGINT handler that the call installed is still in force"
MAXIMUM_TEXT = 1000
TRACKED = 1 << 14  # Py_TPFLAGS_HAVE_GC: set for kinds of objects that the garbage collector tracks; stable since 2.3


class Look:
    """The state of all event loops at one moment; taking it changes nothing."""

    def __init__(self, *known: object) -> None:
        """`known`: what may be a loop, and may be out of the garbage collector's reach."""
        running = _get_running_loop()
        self.current = _current()
        tracked = gc.get_objects()
        things = [*tracked, *gc.get_referents(*tracked), *known, running, self.current]
        kinds = {kind for kind in set(map(type, things)) if _makes_loops(kind)}
        self.alive = [*{id(thing): thing for thing in things if type(thing) in kinds}.values()]
        self.running = [loop for loop in self.alive if loop is running or loop.is_running()]
        self.closed = [loop for loop in self.alive if loop.is_closed()]
        self.sigint = signal.getsignal(signal.SIGINT)


class Witness:
    """Observes one call, made inside `with witness.watch():`."""

    def __init__(self, given: Callable[..., object]) -> None:
        """`given`: a loop factory, or a call of the loop's own package, as the row needs it."""
        self.given = given
        self.returned: object = None
        self.forced = False
        self._remains: Remains | None = None
        self._subject: Loop | None = None
        self._inside: list[Look] = []
        self._warned: list[str] = []
        self._raised: str | None = None
        self._fate: Fate = (None, None, None)

    @contextlib.contextmanager
    def watch(self, loop: Loop | None = None) -> Iterator[None]:
        """Observe what the block does, for example to `loop`; note what it raises, and raise nothing."""
        self._subject, self._inside = loop, []
        if loop and not loop.is_running():
            loop.call_soon(self.look_inside)  # if the block runs the loop
        self._before = self._after = Look(loop)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield
            except BaseException as error:  # noqa: BLE001  (a loop may raise anything)
                self._raised = described(error)
        self._warned = [described(warning.message) for warning in caught]
        self.look_afterwards()

    def look_afterwards(self) -> None:
        """Look at the result; call it again where the effect comes later than the call's end."""
        self._after = Look(self.returned)
        if self._remains:
            self._fate = self._remains.fate

    def look_inside(self) -> None:
        """Look while the call is in progress; the running loop calls this."""
        self._inside.append(Look())
        if self._remains:
            self._remains.consume_half()

    def leave_on(self, loop: Loop) -> None:
        """Leave something behind on a loop that does not run yet, and have the loop call back once it runs."""
        self._remains = Remains(loop)
        loop.call_soon(self.look_inside)

    def leave_on_new(self) -> None:
        """Do the same on each loop that the block has created so far."""
        self.look_inside()
        for loop in self._created():
            self.leave_on(loop)

    async def main(self) -> None:
        """Look from inside a coroutine, and leave something behind."""
        if self._remains is None and (loop := _get_running_loop()):
            self._remains = Remains(loop)
        self.look_inside()
        await asyncio.sleep(0)  # lets the task begin

    def force(self, act: Callable[[], object]) -> None:
        """Stop what does not stop by itself."""
        self.forced = True
        act()

    @staticmethod
    def nothing_seen(raised: str) -> dict[str, object]:
        """The answer if the call could not be made."""
        return {**dict.fromkeys(COLUMNS), "raises": raised}

    def answer(self) -> dict[str, object]:
        """All observations, by column."""
        looks = [*self._inside, self._after]
        was_current = any(look.current for look in (self._before, *self._inside))
        cancelled, finalized, shut = self._fate
        handled = any(look.sigint != self._before.sigint for look in looks)
        restored = self._after.sigint == self._before.sigint
        warned = [*self._warned, *([] if restored else [LEFT_HANDLER])]
        return {
            "creates": bool(self._created()) or (False if self._all_seen() else None),
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
        alive = [loop for look in (*self._inside, self._after) for loop in look.alive]
        return [loop for loop in alive if not _among(loop, self._before.alive)]

    def _all_seen(self) -> bool:
        """Whether a loop that the call had created would have been seen."""
        return self._find_subject() is not None or all(kind.__flags__ & TRACKED for kind in _kinds_of_loops())

    def _find_subject(self) -> Loop | None:
        """The loop that the columns describe: one that was created, returned, given, or ran."""
        created, ran = self._created(), [loop for look in self._inside for loop in look.running]
        returned = [self.returned] if is_loop(self.returned) else []
        given = [self._subject] if self._subject else []
        return next(iter([*(loop for loop in created if _among(loop, ran)), *created, *returned, *given, *ran]), None)


def is_loop(thing: object) -> TypeGuard[Loop]:
    """Whether it is an event loop: by its base class, or by its methods."""
    return _makes_loops(type(thing))


def described(error: Warning | BaseException | str) -> str:
    """Category and message, without addresses and descriptors, which differ in each process."""
    text = PROCESS_SPECIFIC.sub("…", " ".join(str(error).split()))[:MAXIMUM_TEXT]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _makes_loops(kind: type) -> bool:
    return issubclass(kind, Loop) or all(hasattr(kind, name) for name in LIKE_A_LOOP)


def _kinds_of_loops() -> Iterator[type]:
    """All classes that make loops, also those of native code."""
    kinds, unseen = set[type](), [object]
    while unseen:
        kind = unseen.pop()
        if kind not in kinds:
            kinds.add(kind)
            unseen += type.__subclasses__(kind)
    return filter(_makes_loops, kinds)


def _among(loop: Loop, loops: Iterable[Loop]) -> bool:
    return any(other is loop for other in loops)


def _current() -> Loop | None:
    """The current loop of this thread; a policy that would create one when asked is prevented from it."""
    running = _get_running_loop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        policy = getattr(asyncio, "get_event_loop_policy", SimpleNamespace)()  # Python 3.16 has no policies
    policy.new_event_loop = asyncio.get_running_loop  # raises, since none runs
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
