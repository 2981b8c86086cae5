"""What a row is, and how it is observed; `calls` fills `ROWS`."""

import asyncio
import importlib
import selectors
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal, TypeAlias

from bench.lifecycle.probe.witness import MissingError, Witness, described

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


def factory(place: str | None, selector: str | None) -> Callable[..., object]:
    """Import the loop factory at `package.module:attribute`."""
    if place is None:
        return asyncio.new_event_loop
    module, _, path = place.partition(":")
    thing = _attribute(importlib.import_module(module), path)
    kind = getattr(selectors, selector) if selector else None
    return (lambda: thing(kind())) if kind else thing


def own_call(place: str) -> Callable[..., object]:
    """Import the module of a loop's own call; its name is looked up when it is called, as that may warn."""
    module, _, path = place.partition(":")
    package = importlib.import_module(module)

    def call(*words: object) -> object:
        try:
            thing = _attribute(package, path)
        except AttributeError as error:
            raise MissingError(described(error)) from None
        return thing(*words)

    return call


def _attribute(module: ModuleType, path: str) -> Callable[..., object]:
    """What is at a path in a module: the call shows what it is."""
    thing: object = module
    for attribute in path.split("."):
        thing = getattr(thing, attribute)
    return thing  # type: ignore[return-value]  # whatever it is


def observe(row: Row, given: Callable[..., object]) -> dict[str, object]:
    """Set up the situation of a row, make its call, and return what was observed; raises MissingError."""
    witness = Witness(given)
    try:
        if not row.fresh:
            asyncio.set_event_loop(asyncio.SelectorEventLoop())
        row.make(witness)
    except MissingError:
        raise
    except Exception as error:  # noqa: BLE001  (the situation can't be set up: that is the reason)
        return Witness.nothing_seen(described(error))
    return witness.answer()
