"""Files in a folder that anybody may have made, on a disk that may refuse. `store` reads and writes through this.

Only regular files are opened: no link leads elsewhere, no pipe blocks. A file is written completely or not at all.
Every function raises OSError for what the disk refuses.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

MAXIMUM_FILE = 1 << 24  # bytes
# Windows has only the last of these; its links are left to it.
SAFELY = sum(getattr(os, f"O_{name}", 0) for name in ("CLOEXEC", "NOFOLLOW", "NONBLOCK", "BINARY"))


def user_cache() -> Path:
    """Our part of the user's cache folder; it may not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "evloop-bench")


def opened(path: Path, flags: int = os.O_RDONLY) -> int:
    """The descriptor of a regular file."""
    try:
        descriptor = os.open(path, flags | SAFELY, 0o666)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK}:  # the second on BSD
            raise OSError(errno.ELOOP, "it is a link, which is not followed") from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file")
    return descriptor


def read(path: Path, most: int = MAXIMUM_FILE) -> bytes:
    """The content of a file; raises ValueError if it has more than `most` bytes."""
    with os.fdopen(opened(path), "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is longer than {most >> 20} MiB")
    return content


def make_folder(path: Path) -> None:
    """Make a folder unless it is there; raises OSError for a link, which may lead elsewhere, and for a file."""
    with suppress(FileExistsError):
        path.mkdir()
    if not stat.S_ISDIR(path.lstat().st_mode):
        raise OSError(errno.ENOTDIR, "it is not a folder")


def append(path: Path, line: bytes) -> None:
    """Append a line to a file, on disk: the whole line or nothing. End the line before it if that was cut short."""
    with os.fdopen(opened(path, os.O_RDWR), "r+b", 0) as file:
        left, end = line, file.seek(0, os.SEEK_END)
        if end:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                left = b"\n" + left
        try:
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        finally:
            if left:
                file.truncate(end)


def put(path: Path, begin: int, lines: bytes) -> None:
    """Let a file, made if it is not there, end with these lines; raises OSError where they would leave a gap."""
    with os.fdopen(opened(path, os.O_RDWR | os.O_CREAT), "r+b", 0) as file:
        if begin > file.seek(0, os.SEEK_END):
            raise OSError(errno.EINVAL, "a part before this is missing")
        file.seek(begin)
        while lines:
            lines = lines[file.write(lines) :]
        file.truncate()
        os.fsync(file.fileno())


def write(path: Path, content: str | bytes) -> None:
    """Replace a file through another beside it: at any moment there is the old file or the new one."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    try:
        with new.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name must be on disk too
        finally:
            os.close(folder)
