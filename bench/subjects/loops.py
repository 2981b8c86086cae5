"""`LOOPS`, one entry for each event loop implementation, and the look-up of a loop by its name.

Loops' packages are other people's native code: only `load_factory` and `libuv_version` import them.
"""

import re
import selectors
import sys
from dataclasses import dataclass
from importlib import metadata

from bench.errors import PROGRAM, BenchError, unknown
from bench.subjects import configured, places
from scenarios._workload import LoopFactory

ENTRY_POINTS = "evloop_bench.loops"
PLACE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
# A name becomes the name of a suite's file, and a label in tables, where `control` already means something else.
NAME = re.compile(rf"(?!control\Z)(?=.{{1,200}}\Z)(\w+([.-]\w+)*|{PLACE.pattern})")


@dataclass(frozen=True, slots=True)
class Loop:
    """One event loop implementation. `factory`, `own_run`, `libuv` are written `package.module:attribute`.

    `distribution` is its package on PyPI; None for the standard library and for a user's own factory. `platform` is the
    only `sys.platform` that has the loop; `since` and `until` are the first Python that has it and the first that no
    longer has it. `selector` is the class of `selectors` whose instance the factory gets. `libuv` is a function that
    returns the version of libuv. `home` is the package of the class of its loops, if that is not the factory's.
    `needs` are packages that it needs and does not bring. `refused` is why it is never measured. `quirk` is what else
    there is to know.
    """

    name: str
    factory: str
    distribution: str | None = None
    own_run: str | None = None
    platform: str | None = None
    selector: str | None = None
    libuv: str | None = None
    since: tuple[int, int] | None = None
    until: tuple[int, int] | None = None
    home: str | None = None
    needs: tuple[str, ...] = ()
    refused: str | None = None
    quirk: str | None = None

    @property
    def package(self) -> str:
        """Top-level package of its loops' class."""
        return self.home or _top(self.factory)

    @property
    def usurps(self) -> bool:
        """Whether its package installs the module of another one."""
        return self.refused == USURPS

    @property
    def imported(self) -> str:
        """Top-level package that must be installed."""
        return self.package if _top(self.factory) == "bench" else _top(self.factory)

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
        return self.unfit or self._not_installed

    @property
    def unfit(self) -> str | None:
        """Why it is not for this interpreter on this machine, whatever is installed; None if it is."""
        if self.refused:
            return f"refused: {self.refused}"
        if self.platform not in {None, sys.platform}:
            return f"only on {self.platform}"
        if self.selector and not hasattr(selectors, self.selector):
            return f"no {self.selector} on {sys.platform}"
        return self._other_python

    @property
    def _other_python(self) -> str | None:
        """Why this interpreter does not have it."""
        here = sys.version_info[:2]
        if (self.since and here < self.since) or (self.until and here >= self.until):
            first = f"from {_dotted(*self.since)} on" if self.since else ""
            last = f"before {_dotted(*self.until)}" if self.until else ""
            return f"not for Python {_dotted(*here)}: only {' and '.join(filter(None, [first, last]))}"
        return None

    @property
    def _not_installed(self) -> str | None:
        """How to install it, or which package is in its place."""
        packages = (self.distribution, *self.needs) if self.distribution else ()
        if not all(map(_installed, packages)):
            return f"not installed: python -m pip install {' '.join(packages)}"
        usurpers = (other for other in LOOPS if other.usurps and other.imported == self.imported)
        for other in usurpers:
            if _installed(other.name):
                again = f"uninstall {other.name}, and install {self.imported} again"
                return f"refused: {other.name} has put its own module in the place of {self.imported}: {again}"
        return None


def _top(place: str) -> str:
    return place.partition(":")[0].partition(".")[0]


def _dotted(major: int, minor: int) -> str:
    return f"{major}.{minor}"


def _installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


GUESTS = "bench.subjects.guests"
VIRTUAL = "its time is virtual, and a sleep takes none: it is for tests"
USURPS = "it installs a module of the name of another package"
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
    Loop("zuvloop", "zuvloop:new_event_loop", "zuvloop", "zuvloop:run", libuv="zuvloop:libuv_version", since=(3, 14)),
    Loop("talyn", "talyn:Loop", "talyn", "talyn:run", platform="linux", since=(3, 13),
         quirk="needs a Python that is built as a shared library"),
    Loop("veloxloop", "veloxloop:new_event_loop", "veloxloop"),
    Loop("loopmini", "loopmini:new_event_loop", "loopmini"),
    Loop("blazio", "blazio:new_event_loop", "blazio", since=(3, 12)),
    Loop("zloop", "zloop:new_event_loop", "zloop", since=(3, 12)),
    Loop("cadeloop", "cadeloop:new_event_loop", "cadeloop", "cadeloop:run", until=(3, 12)),
    Loop("bracio", "bracio:BracioLoop", "bracio", "bracio:run"),
    Loop("uringcore", "uringcore:UringEventLoop", "uringcore", platform="linux", quirk="needs io_uring"),
    Loop("lustr", "lustr:EventLoop", "lustr", "lustr:run", quirk="has a wheel for macOS and Python 3.13 only"),
    Loop("cfloop", "cfloop:new_event_loop", "cfloop", "cfloop:run", platform="darwin", since=(3, 12), home="asyncio"),
    Loop("qasync", f"{GUESTS}:qasync", "qasync", home="qasync", needs=("PySide6-Essentials",),
         quirk="a guest in Qt's loop, offscreen"),
    Loop("QtAsyncio", f"{GUESTS}:qt", "PySide6-Addons", home="PySide6", until=(3, 16), quirk="Qt's own, offscreen"),
    Loop("gbulb", f"{GUESTS}:gbulb", "gbulb", home="gbulb", needs=("PyGObject",), quirk="a guest in GLib's loop"),
    Loop("gi.events", f"{GUESTS}:glib", "PyGObject", home="gi", quirk="GLib's own, from PyGObject 3.52 on"),
    Loop("trio-asyncio", f"{GUESTS}:trio", "trio-asyncio", home="trio_asyncio", until=(3, 14),
         quirk="as a loop of its own only, not inside Trio"),
    Loop("looptime", "looptime:new_event_loop", "looptime", refused=VIRTUAL),
    Loop("async-solipsism", "async_solipsism:EventLoop", "async-solipsism", refused=VIRTUAL),
    Loop("gerokgak", "uvloop:new_event_loop", "gerokgak", refused=USURPS),
    Loop("uvloop-canary", "uvloop:new_event_loop", "uvloop-canary", refused=USURPS),
)  # fmt: skip


def default_selection() -> tuple[Loop, ...]:
    """`asyncio`, and every installed third-party loop of `LOOPS`."""
    return LOOPS[:1] + tuple(loop for loop in LOOPS if loop.distribution and not loop.unavailable)


def plugged_in() -> tuple[Loop, ...]:
    """Loops that installed packages announce as entry points of the group `evloop_bench.loops`."""
    points = [point for point in metadata.entry_points(group=ENTRY_POINTS) if NAME.fullmatch(point.name)]
    return tuple(Loop(point.name, point.value, point.dist.name if point.dist else None) for point in points)


def of_folder() -> tuple[Loop, ...]:
    """Loops that the current folder's pyproject.toml names by their place; raises BenchError for one that can't be."""
    where = f"{configured.FILE}, [tool.{configured.NAME}.{configured.LOOPS}]"
    found = configured.places()
    for name, place in found.items():
        if any(loop.name == name for loop in LOOPS):
            raise BenchError(f"{where} {name}: a loop is called that already\ngive yours another name")
        if PLACE.fullmatch(name) or not NAME.fullmatch(name):
            raise BenchError(f"{where} {name!r:.100}: use letters, digits, dots, _ and - in a name, other than control")
        if not PLACE.fullmatch(place):
            raise BenchError(f"{where} {name}: {place!r:.100}: write a place as package.module:factory")
    return tuple(Loop(name, place, quirk=f"of {configured.FILE}") for name, place in found.items())


def named(name: str) -> Loop:
    """Look up a loop of `LOOPS`, of the folder, an announced one, or `package.module:factory`; raises BenchError."""
    known = {loop.name: loop for loop in LOOPS}
    if name not in known:
        if PLACE.fullmatch(name) and NAME.fullmatch(name):
            return Loop(name, name)
        known |= {loop.name: loop for loop in (*plugged_in(), *of_folder())}
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
