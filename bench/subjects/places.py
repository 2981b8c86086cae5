"""From `package.module:attribute` to what is there. Imports nothing beforehand: cold starts are timed through it."""

from importlib import import_module
from typing import Any


def load(place: str) -> Any:  # noqa: ANN401  (whatever the package has there; callers say what it must be)
    """Import what is at `package.module:attribute`; raises whatever that raises."""
    module, _, path = place.partition(":")
    found = import_module(module)
    for attribute in path.split("."):
        found = getattr(found, attribute)
    return found


def load_factory(place: str, selector: str | None) -> Any:  # noqa: ANN401  (a LoopFactory, if the package keeps its promise)
    """Import what creates a loop; given a class of `selectors`, it is called with one of that class."""
    factory = load(place)
    if not selector:
        return factory
    kind = load(f"selectors:{selector}")
    return lambda: factory(kind())
