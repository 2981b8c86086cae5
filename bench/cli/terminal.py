"""What all commands share that talk to people: format and width of tables, streams that go away, Ctrl-C."""

import argparse
import contextlib
import errno
import io
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

from bench.errors import NotMeasuredError

NOBODY_READS = {errno.EPIPE, errno.EIO}  # `| head` has seen enough; the terminal is gone


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add --format, any of tabulate's."""
    parser.add_argument(
        "--format", type=_format, default="simple", metavar="F", help="of the tables, any of tabulate's"
    )


def width() -> int | None:
    """Columns of the terminal; None where output goes elsewhere, and is as wide as it is."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def show(text: str) -> None:
    """Print what the command is for, at once; raises NotMeasuredError if the disk that it goes to is full."""
    try:
        print(text, end="", flush=True)
    except OSError as error:
        let_go(sys.stdout)
        if error.errno not in NOBODY_READS:
            raise NotMeasuredError(
                f"the output can't be written: {error.strerror}\nmake room where it goes to, or print it elsewhere"
            ) from error


def let_go(stream: TextIO) -> None:
    """Send what is still written to a stream nowhere: Python must not fail when it flushes it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class Lasting(io.TextIOBase):
    """A stream to people, which goes on when they have left: no remark is worth a measurement."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write at once, while somebody reads."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            let_go(self._stream)
        return len(text)

    def isatty(self) -> bool:
        """As the stream."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """As the stream."""
        return self._stream.fileno()


@contextlib.contextmanager
def patience(promise: str) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C say what is promised and be asked for, and the second interrupt.

    Where Ctrl-C is ignored, as in a background job, it stays so.
    """
    asked = threading.Event()

    def ask(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asked.set()
        with contextlib.suppress(OSError):  # stderr itself may be just being written to
            os.write(2, f"\n{promise}\n".encode())

    earlier = signal.getsignal(signal.SIGINT)
    if earlier is signal.default_int_handler:
        signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, earlier)


def _format(text: str) -> str:
    from bench.reports.grids import STYLES

    if text not in STYLES:
        raise argparse.ArgumentTypeError(f"{text}: tabulate knows {', '.join(STYLES)}")
    return text
