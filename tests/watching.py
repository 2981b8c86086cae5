"""Watches over examples of fuzzing: what they open, import and start, how long they take, and what they say.

Nothing outside of an example's folder may be opened, nothing that a file names imported, no process started.
"""

import contextlib
import functools
import itertools
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from unittest import mock

import scenarios
from bench import texts

PLACE = "EVLOOP_FUZZ_PLACE"  # names a folder for rooms: who sets it, removes it
SECONDS = 20  # in which any target must end, on a busy machine too; they take milliseconds
MOST_SAID = 100_000  # names of files and loops, and settings of two plans
STEERING = re.compile(rf"[\t{texts.STEERING}]")
THIRD = (
    "bench",
    "scenarios",
    "numpy",
    "scipy",
    "pandas",
    "pyperf",
    "msgspec",
    "tabulate",
    "dateutil",
    "psutil",
    "pyarrow",
)
SCENARIOS = tuple(map(os.path.realpath, scenarios.__path__))  # which there are, is looked up
KNOWN = {name.lstrip("_") for name in (*THIRD, *sys.stdlib_module_names)}


class Guard:
    """Looks at what this process opens, imports and starts while a target runs."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.escaped: list[str] = []
        self.in_seconds = SECONDS
        sys.addaudithook(self._audit)
        sys.meta_path.insert(0, self)  # it is asked as one, and finds nothing

    @contextlib.contextmanager
    def watching(self, folder: Path) -> Iterator[None]:
        """Raise AssertionError at the end where anything reached out of the folder, TimeoutError where none comes."""
        earlier = signal.signal(signal.SIGALRM, _late) if self.in_seconds else None
        if self.in_seconds:
            signal.setitimer(signal.ITIMER_REAL, self.in_seconds)
        self.folder, self.escaped = folder, []
        try:
            yield
        finally:
            self.folder = None
            if self.in_seconds:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, earlier)
        assert not self.escaped, self.escaped

    def find_spec(self, name: str, *_where: object) -> None:
        """See what is imported: importlib asks this first, and tells no audit hook."""
        if self.folder is not None and name.lstrip("_").partition(".")[0] not in KNOWN:
            self.escaped.append(f"imports {name!r}")

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.folder is None:
            return
        if event in {
            "subprocess.Popen",
            "os.system",
            "os.exec",
            "os.posix_spawn",
            "socket.connect",
            "pickle.find_class",
        }:
            self.escaped.append(f"{event} {arguments!r}")
        elif event in {
            "open",
            "os.listdir",
            "os.scandir",
            "os.remove",
            "os.rename",
            "os.mkdir",
            "os.symlink",
            "os.link",
        }:
            for path in arguments[: 2 if event in {"os.rename", "os.link"} else 1]:
                if isinstance(path, str | bytes | os.PathLike) and not self._inside(os.fsdecode(path)):
                    self.escaped.append(f"{event} {path!r}")

    def _inside(self, path: str) -> bool:
        real = os.path.realpath(path)
        if any(real == place or real.startswith(f"{place}/") for place in (str(self.folder), *SCENARIOS)):
            return True
        return path.endswith((".py", ".pyc", ".so")) or real in {*map(os.path.realpath, sys.path)}


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"it does not end within {SECONDS} s")


GUARD = Guard()


@functools.cache
def room() -> Path:
    """A new folder, in memory where there is such a place; `leave` removes it, or who has named the place for it."""
    memory = "/dev/shm"  # noqa: S108  (mkdtemp makes a folder of its own there)
    place = os.environ.get(PLACE) or (memory if os.access(memory, os.W_OK) else None)
    return Path(tempfile.mkdtemp(prefix="evloop-bench-fuzz-", dir=place)).resolve()


def leave() -> None:
    """Remove the folder of this process, and no other: others may be at work beside it."""
    if room.cache_info().currsize:
        shutil.rmtree(room(), ignore_errors=True)
        room.cache_clear()
        _HELD.clear()


_HELD: dict[str, dict[str, bytes]] = {}  # what `filled` has written


def filled(files: Mapping[str, bytes], name: str = "run") -> Path:
    """A folder with these files and no others; what was there already, and is the same, is not written again."""
    folder, held = room() / name, _HELD.setdefault(name, {})
    folder.mkdir(exist_ok=True)
    for path in [path for path in held if path not in files]:
        del held[path]
        (folder / path).unlink()
    for path, content in files.items():
        if held.get(path) != content:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
            held[path] = content
    return folder


@contextlib.contextmanager
def surviving(folder: Path, *allowed: type[Exception]) -> Iterator[None]:
    """Watch over one example: only the errors that are allowed may leave it, and what they say can be shown."""
    said = ""
    with GUARD.watching(folder), mock.patch("os.fsync", int):
        try:
            yield
        except allowed as error:
            said = str(error)
    assert not STEERING.search(said.replace("\n", "")), "an error steers the terminal"
    assert len(said) < MOST_SAID, "an error is endless"


def shown(text: str, *, markdown: bool = False) -> None:
    """Refuse a report that steers a terminal, and Markdown of which a table is broken."""
    assert not STEERING.search(text.replace("\n", "")), "a report steers the terminal"
    text.encode()
    if markdown:
        tables = itertools.groupby(text.splitlines(), lambda line: line.startswith("|") and line.endswith("|"))
        for is_table, rows in tables:
            columns = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
            assert not is_table or len(columns) == 1, "a table has rows of different length"
