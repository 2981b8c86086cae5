"""Factories of loops that are guests in another framework's loop, which must be there first. Light: workers import it.

Each is what the framework's own documentation shows before it runs a coroutine. Looking one up imports its framework:
one that can't be imported is noticed before anything is measured.
"""

import asyncio
import functools
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import TypeAlias

Guest: TypeAlias = tuple[Callable[..., asyncio.AbstractEventLoop], tuple[str, ...]]


def _qasync(qt: ModuleType, qasync: ModuleType) -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(_application(qt))
    return loop


def _qt(qt: ModuleType, own: ModuleType) -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = own.QAsyncioEventLoop(_application(qt))
    return loop


def _application(qt: ModuleType) -> object:
    """The one that there is: Qt has no second."""
    return qt.QApplication.instance() or qt.QApplication([])


def _gbulb(gbulb: ModuleType) -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = gbulb.GLibEventLoop()
    return loop


def _glib(events: ModuleType) -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = events.GLibEventLoopPolicy().new_event_loop()
    return loop


def _trio(sync: ModuleType) -> asyncio.AbstractEventLoop:
    """For programs that do not run Trio themselves: it runs Trio in a greenlet."""
    loop: asyncio.AbstractEventLoop = sync.SyncTrioEventLoop()
    return loop


QT = "PySide6.QtWidgets"  # first: qasync takes the Qt that was imported
GUESTS: Mapping[str, Guest] = {
    "qasync": (_qasync, (QT, "qasync")),
    "qt": (_qt, (QT, "PySide6.QtAsyncio")),
    "gbulb": (_gbulb, ("gbulb",)),
    "glib": (_glib, ("gi.events",)),
    "trio": (_trio, ("trio_asyncio._sync",)),
}


def __getattr__(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """The factory of this name, as an attribute of the module; raises whatever importing its framework raises."""
    if name not in GUESTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # no screen is needed
    create, modules = GUESTS[name]
    return functools.partial(create, *map(import_module, modules))
