"""What a row is, and how it is observed; `calls` fills `ROWS`."""

import asyncio
import importlib
import selectors
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.lifecycle.probe.witness import Witness, described

Given: TypeAlias = Literal["factory", "own"] | None
Make: TypeAlias = Callable[[Witness], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A call in a situation, which is None if the call has only one; `given` is what it needs to be given.

    That is a loop factory, or a call of the loop's own package. Unless `fresh`, another loop is made current first, to
    see whether the call touches it.
    """

    call: str
    situation: str | None
    given: Given
    fresh: bool
    make: Make


ROWS: dict[str, Row] = {}


def row(call: str, situation: str | None = None, *, given: Given = None, fresh: bool = False) -> Callable[[Make], None]:
    """Enter a function into ROWS under its name."""

    def enter(make: Make) -> None:
        ROWS[make.__name__] = Row(call, situation, given, fresh, make)

    return enter


def load(place: str | None, selector: str | None) -> Callable[..., object]:
    """Import what is at `package.module:attribute`: a loop factory, or a call of the loop's own package."""
    if place is None:
        return asyncio.new_event_loop
    module, _, path = place.partition(":")
    thing = importlib.import_module(module)
    for attribute in path.split("."):
        thing = getattr(thing, attribute)
    kind = getattr(selectors, selector) if selector else None
    return (lambda: thing(kind())) if kind else thing  # type: ignore[operator,return-value]  # the call shows what it is


def observe(row: Row, given: Callable[..., object]) -> dict[str, object]:
    """Set up the situation of a row, make its call, and return what was observed."""
    witness = Witness(given)
    try:
        if not row.fresh:
            asyncio.set_event_loop(asyncio.SelectorEventLoop())
        row.make(witness)
    except Exception as error:  # noqa: BLE001  (the situation can't be set up: that is the reason)
        return Witness.nothing_seen(described(error))
    return witness.answer()
