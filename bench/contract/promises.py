"""What a check is made of: the decorator that registers it, and words for what it expects. Light."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from bench.subjects import loops

AREAS = ("running", "calls", "threads", "close", "system", "network", "manners")  # modules of bench.contract.checks

Result = TypeVar("Result")
Main: TypeAlias = Callable[[], Coroutine[Any, Any, Result]]


class BrokenError(Exception):
    """The loop does not keep the promise; the text says what it did instead."""


class NotApplicableError(Exception):
    """The promise does not exist here; the text says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The loop that is tried. Its package is imported by the first `new_loop`."""

    loop: loops.Loop

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Create a loop with the factory."""
        return loops.load_factory(self.loop)()


@dataclass(frozen=True, slots=True)
class Check:
    """One promise of asyncio's: `run` tries it, and raises if the loop does not keep it.

    `promise` is the sentence of asyncio's documentation, `since` the first Python that has it. With `exits`, the end of
    the interpreter is part of what is tried.
    """

    name: str
    area: str
    promise: str
    run: Callable[[Subject], None]
    since: tuple[int, int] = (3, 11)
    posix: bool = False
    exits: bool = False

    @property
    def not_here(self) -> str | None:
        """Why this interpreter or platform has no such promise; None if it has."""
        if sys.version_info < self.since:
            return f"asyncio has it from Python {self.since[0]}.{self.since[1]} on"
        return (
            f"asyncio has it on Unix only, this is {sys.platform}" if self.posix and sys.platform == "win32" else None
        )


CHECKS: dict[str, Check] = {}  # filled by the decorator


def check(
    *, since: tuple[int, int] = (3, 11), posix: bool = False, exits: bool = False
) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Register a check, whose name is the function's. Its area is how its module's name begins."""

    def register(run: Callable[[Subject], None]) -> Callable[[Subject], None]:
        area = run.__module__.rpartition(".")[2].partition("_")[0]
        promise = (run.__doc__ or "").partition("\n")[0]
        CHECKS[run.__name__] = Check(run.__name__, area, promise, run, since, posix, exits)
        return run

    return register


def expect(condition: object, otherwise: str) -> None:
    """Raise BrokenError, with what the loop did instead, unless the condition is true."""
    if not condition:
        raise BrokenError(otherwise)


@contextlib.contextmanager
def refused(error: type[BaseException] | tuple[type[BaseException], ...], otherwise: str) -> Iterator[None]:
    """Raise BrokenError unless the block raises this error, or one of these."""
    try:
        yield
    except error:
        return
    raise BrokenError(otherwise)


@contextlib.contextmanager
def opened(subject: Subject) -> Iterator[asyncio.AbstractEventLoop]:
    """A new loop, closed at the end of the block."""
    loop = subject.new_loop()
    try:
        yield loop
    finally:
        loop.close()


def completed(subject: Subject, main: Main[Result]) -> Result:
    """Run a coroutine function in a new loop, close the loop, and return the result."""
    with opened(subject) as loop:
        return loop.run_until_complete(main())
