"""The lock of a folder: only one process at a time writes into it."""

import os
import re
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from bench.errors import PROGRAM, InUseError
from bench.store import files

MOST_READ = 100  # bytes of the file that are looked at
HOLDER = re.compile(rb"(\d{1,10}) since (\d{4}-\d\d-\d\d \d\d:\d\d)\n")


class Lock:
    """A lock that this process holds. The kernel releases it when the process dies, whatever kills it.

    The file names its holder for other processes; by itself it locks nothing. It is deleted at the end, since folders
    are published. POSIX only.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock; raises InUseError if another process holds it, and OSError for what the disk refuses."""
        self._path = path
        self._descriptor = self._taken()
        try:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"{os.getpid()} since {time.strftime('%Y-%m-%d %H:%M')}\n".encode())
        except BaseException:
            self.release()
            raise

    def holds(self) -> bool:
        """Whether the lock still keeps others out: not if its file or the whole folder was deleted."""
        return self._is_in_place(self._descriptor)

    def release(self) -> None:
        """Let others in, and leave no file behind."""
        if self.holds():
            with suppress(OSError):  # the disk may have become read-only
                self._path.unlink()
        os.close(self._descriptor)

    def _taken(self) -> int:
        import fcntl

        while True:
            with ExitStack() as opened:
                descriptor = files.opened(self._path, os.O_RDWR | os.O_CREAT)
                opened.callback(os.close, descriptor)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise InUseError(self._in_use(os.read(descriptor, MOST_READ))) from None
                if self._is_in_place(descriptor):  # the holder may have deleted the file after it was opened here
                    opened.pop_all()
                    return descriptor

    def _is_in_place(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.lstat())
        except OSError:
            return False

    def _in_use(self, written: bytes) -> str:
        who, since = "another process", ""
        if found := HOLDER.fullmatch(written):
            who, since = f"process {found[1].decode()}", f" since {found[2].decode()}"
        folder = self._path.parent
        return (
            f"{folder} is in use: {who} has been measuring into it{since}\n"
            f"wait for its end, or name another folder; to see how far it is: {PROGRAM} report {folder}"
        )
