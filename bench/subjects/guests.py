"""Factories of loops that are guests in another framework's loop, which must be there first. Light: workers import it.

Each is what the framework's own documentation shows before it runs a coroutine.
"""

import asyncio
import os
from importlib import import_module


def qasync() -> asyncio.AbstractEventLoop:
    """The loop of qasync on Qt's, without a screen."""
    return _on_qt("qasync", "QEventLoop")


def qt() -> asyncio.AbstractEventLoop:
    """Qt's own for Python, without a screen."""
    return _on_qt("PySide6.QtAsyncio", "QAsyncioEventLoop")


def _on_qt(module: str, name: str) -> asyncio.AbstractEventLoop:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = import_module("PySide6.QtWidgets").QApplication  # first: qasync takes the Qt that is imported
    there = application.instance() or application([])
    loop: asyncio.AbstractEventLoop = getattr(import_module(module), name)(there)
    return loop


def gbulb() -> asyncio.AbstractEventLoop:
    """The loop of gbulb on GLib's."""
    loop: asyncio.AbstractEventLoop = import_module("gbulb").GLibEventLoop()
    return loop


def glib() -> asyncio.AbstractEventLoop:
    """PyGObject's own loop on GLib's."""
    loop: asyncio.AbstractEventLoop = import_module("gi.events").GLibEventLoopPolicy().new_event_loop()
    return loop


def trio() -> asyncio.AbstractEventLoop:
    """trio-asyncio's loop for programs that do not run Trio themselves: it runs Trio in a greenlet."""
    loop: asyncio.AbstractEventLoop = import_module("trio_asyncio._sync").SyncTrioEventLoop()
    return loop
