"""What a row is, and how it is observed; `calls` fills `ROWS`."""

import asyncio
import importlib
import selectors
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.lifecycle.probe.witness import Witness, said

Given: TypeAlias = Literal["factory", "own"] | None
Make: TypeAlias = Callable[[Witness], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A call in a situation, None where it is the only one; `given`: what it needs, a factory or a loop's own call.

    Unless it is `fresh`, another loop is made current before: so it can be seen whether the call touches that.
    """

    call: str
    situation: str | None
    given: Given
    fresh: bool
    make: Make


ROWS: dict[str, Row] = {}


def row(call: str, situation: str | None = None, *, given: Given = None, fresh: bool = False) -> Callable[[Make], None]:
    """Enter a function into ROWS, by its name."""

    def enter(make: Make) -> None:
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


def observe(row: Row, given: Callable[..., object]) -> dict[str, object]:
    """Set up the situation of a row, make its call, and say what was seen."""
    witness = Witness(given)
    try:
        if not row.fresh:
            asyncio.set_event_loop(asyncio.SelectorEventLoop())
        row.make(witness)
    except Exception as error:  # noqa: BLE001  (what the situation needs is not there: that is the reason)
        return Witness.nothing_seen(said(error))
    return witness.answer()
