"""`LOOPS`, one entry for each event loop implementation, and the look-up of a loop by its name.

Loops' packages are other people's native code: only `load_factory` and `libuv_version` import them.
"""

import re
import selectors
import sys
from dataclasses import dataclass
from importlib import metadata

from bench.errors import PROGRAM, unknown
from bench.subjects import places
from scenarios._workload import LoopFactory

ENTRY_POINTS = "evloop_bench.loops"
PLACE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
# A name becomes the name of a suite's file, and a label in tables, where `control` already means something else.
NAME = re.compile(rf"(?!control\Z)(?=.{{1,200}}\Z)(\w+([.-]\w+)*|{PLACE.pattern})")


@dataclass(frozen=True, slots=True)
class Loop:
    """One event loop implementation. `factory`, `own_run` and `libuv` are written `package.module:attribute`.

    `distribution` is its package on PyPI; None for the standard library and for a user's own factory. `platform` is the
    only `sys.platform` that has the loop. `selector` is the class of `selectors` whose instance the factory gets.
    `libuv` is a function that returns the version of libuv.
    """

    name: str
    factory: str
    distribution: str | None = None
    own_run: str | None = None
    platform: str | None = None
    selector: str | None = None
    libuv: str | None = None

    @property
    def package(self) -> str:
        """Top-level package of the factory."""
        return self.factory.partition(":")[0].partition(".")[0]

    @property
    def version(self) -> str | None:
        """Installed version; None if it is not installed."""
        if self.unavailable:
            return None
        if self.distribution:
            return metadata.version(self.distribution)
        return sys.version.split()[0] if self.package == "asyncio" else "local"

    @property
    def unavailable(self) -> str | None:
        """Why this machine can't run the loop, and how to install it if that helps; None if it can."""
        if self.platform not in {None, sys.platform}:
            return f"only on {self.platform}"
        if self.selector and not hasattr(selectors, self.selector):
            return f"no {self.selector} on {sys.platform}"
        try:
            if self.distribution:
                metadata.version(self.distribution)
        except metadata.PackageNotFoundError:
            return f"not installed: python -m pip install {self.distribution}"
        return None


LOOPS = (
    Loop("asyncio", "asyncio:new_event_loop", own_run="asyncio:run"),
    Loop("asyncio-select", "asyncio:SelectorEventLoop", selector="SelectSelector"),
    Loop("asyncio-poll", "asyncio:SelectorEventLoop", selector="PollSelector"),
    Loop("asyncio-epoll", "asyncio:SelectorEventLoop", selector="EpollSelector"),
    Loop("asyncio-kqueue", "asyncio:SelectorEventLoop", selector="KqueueSelector"),
    Loop("asyncio-selector", "asyncio:SelectorEventLoop", platform="win32"),
    Loop("asyncio-proactor", "asyncio:ProactorEventLoop", platform="win32"),
    Loop("uvloop", "uvloop:new_event_loop", "uvloop", "uvloop:run", libuv="uvloop.loop:libuv_get_version"),
    Loop("winloop", "winloop:new_event_loop", "winloop", "winloop:run", platform="win32"),
    Loop("rloop", "rloop:new_event_loop", "rloop"),
    Loop("rsloop", "rsloop:new_event_loop", "rsloop", "rsloop:run"),
    Loop("zuvloop", "zuvloop:new_event_loop", "zuvloop", "zuvloop:run", libuv="zuvloop:libuv_version"),
    Loop("talyn", "talyn:Loop", "talyn", "talyn:run"),
    Loop("veloxloop", "veloxloop:new_event_loop", "veloxloop"),
    Loop("loopmini", "loopmini:new_event_loop", "loopmini"),
    Loop("blazio", "blazio:new_event_loop", "blazio"),
)


def default_selection() -> tuple[Loop, ...]:
    """`asyncio`, and every installed third-party loop of `LOOPS`."""
    return LOOPS[:1] + tuple(loop for loop in LOOPS if loop.distribution and not loop.unavailable)


def plugged_in() -> tuple[Loop, ...]:
    """Loops that installed packages announce as entry points of the group `evloop_bench.loops`."""
    points = [point for point in metadata.entry_points(group=ENTRY_POINTS) if NAME.fullmatch(point.name)]
    return tuple(Loop(point.name, point.value, point.dist.name if point.dist else None) for point in points)


def named(name: str) -> Loop:
    """Look up a loop of `LOOPS`, an announced loop, or `package.module:factory`; raises BenchError if there is none."""
    known = {loop.name: loop for loop in LOOPS}
    if name not in known:
        if PLACE.fullmatch(name) and NAME.fullmatch(name):
            return Loop(name, name)
        known |= {loop.name: loop for loop in plugged_in()}
    if name not in known:
        raise unknown("event loop", name, known, f"see {PROGRAM} list; or name package.module:factory")
    return known[name]


def load_factory(loop: Loop) -> LoopFactory:
    """Import the function or class that creates a loop."""
    factory: LoopFactory = places.load_factory(loop.factory, loop.selector)
    return factory


def libuv_version(loop: Loop) -> str | None:
    """Version of the libuv inside the loop, None if it has none; uvloop writes 0x013401 for 1.52.1."""
    if loop.libuv is None:
        return None
    version: int | str = places.load(loop.libuv)()
    if isinstance(version, int):
        return ".".join(str(version >> shift & 0xFF) for shift in (16, 8, 0))
    return version
