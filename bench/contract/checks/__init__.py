"""Checks, a module for each area: short functions, each with the sentence of asyncio's documentation that it tries."""

import importlib
import pkgutil
from collections.abc import Mapping

from bench.contract.promises import AREAS, CHECKS, Check


def every() -> Mapping[str, Check]:
    """All checks by name, area after area."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(CHECKS.items(), key=lambda item: AREAS.index(item[1].area)))
