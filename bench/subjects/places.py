"""Loads what `package.module:attribute` names. Imports nothing else: cold starts are timed through it."""

from importlib import import_module
from typing import Any


def load(place: str) -> Any:  # noqa: ANN401  (whatever the package has there; the caller knows its type)
    """Import what `package.module:attribute` names; raises whatever the import raises."""
    module, _, path = place.partition(":")
    loaded = import_module(module)
    for attribute in path.split("."):
        loaded = getattr(loaded, attribute)
    return loaded


def load_factory(place: str, selector: str | None) -> Any:  # noqa: ANN401  (a LoopFactory, if the package keeps its promise)
    """Import a loop factory; with a class of `selectors`, one that passes a new instance of it."""
    factory = load(place)
    if not selector:
        return factory
    selector_class = load(f"selectors:{selector}")
    return lambda: factory(selector_class())
