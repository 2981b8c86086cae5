"""What a worker inherits from the harness, for bad loops to misuse."""

import fcntl
import os
import stat

FIRST = 3  # after stdin, stdout and stderr


def descriptors():
    """All open descriptors but stdin, stdout and stderr."""
    return [number for number in map(int, os.listdir("/dev/fd")) if number >= FIRST and _access(number) is not None]


def answers():
    """The pipe for the worker's answers."""
    return _last_pipe(os.O_WRONLY)


def turns():
    """The pipe on which the worker gets its turns."""
    return _last_pipe(os.O_RDONLY)


def _last_pipe(access):
    """The last pipe that is open in this mode, without copies of stderr."""
    there = [number for number in descriptors() if _access(number) == access]
    mine = os.fstat(2).st_ino
    return max(
        number for number in there if stat.S_ISFIFO((found := os.fstat(number)).st_mode) and found.st_ino != mine
    )


def _access(number):
    try:
        return fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE
    except OSError:
        return None
