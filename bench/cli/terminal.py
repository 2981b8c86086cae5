"""What all commands share: format and width of tables, streams that nobody reads any more, Ctrl-C."""

import argparse
import codecs
import contextlib
import errno
import io
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

from bench.errors import AS_MODULE, PROGRAM, NotMeasuredError

if TYPE_CHECKING:
    from bench.reports.document import Document

PLAIN = "evloop-bench.plain"  # how texts are encoded that a terminal can't show
IN_ASCII = {"µ": "u", "–": "-", "…": "...", "±": "+-", "÷": "/", "″": '"', "→": "->", "∞": "inf", "†": "#",
            "─": "-", "█": "#", "│": "|"}  # fmt: skip
SIMPLE, COLOURED = "simple", "terminal"  # of `reports.grids`, which is imported where something is drawn
NOBODY_READS = {errno.EPIPE, errno.EIO}  # `| head` has ended; the terminal is closed


def _in_ascii(error: UnicodeError) -> tuple[str | bytes, int]:
    """Other characters for those that can't be encoded: us for µs."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(IN_ASCII.get(character, "?") for character in error.object[error.start : error.end]), error.end


codecs.register_error(PLAIN, _in_ascii)


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add --format: CSV, or any that tabulate has."""
    style = "csv, or any table format of tabulate (default: simple)"
    parser.add_argument("--format", type=_format, default=SIMPLE, metavar="F", help=style)


def add_verbose(parser: argparse.ArgumentParser) -> None:
    """Add --verbose: without it, the default format shows the answer alone."""
    parser.add_argument("-v", "--verbose", action="store_true", help="tables of every scenario too, stage by stage")


def width() -> int | None:
    """Columns of the terminal; None where stdout is not a terminal, and lines may have any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def drawn(document: "Document", style: str = SIMPLE, *, bars: bool = False) -> str:
    """The document in this format: as wide as the terminal, in colour where it has colours and nobody minds.

    With `bars`, a terminal that can show them has bars of ratios beside the tables that have room for them.
    """
    from bench.reports.rendering import render

    if style == SIMPLE and _is_capable():
        if bars:
            from bench.reports.bars import barred

            document = barred(document)
        style = style if os.environ.get("NO_COLOR") else COLOURED  # https://no-color.org
    return render(document, style, width()).replace(AS_MODULE, PROGRAM)


def _is_capable() -> bool:
    """Whether stdout is a terminal that can do more than print lines."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def show(text: str) -> None:
    """Print the result of a command; raises NotMeasuredError if stdout is a file on a full disk."""
    try:
        print(text, end="", flush=True)
    except OSError as error:
        discard(sys.stdout)
        if error.errno not in NOBODY_READS:
            raise NotMeasuredError(
                f"the output can't be written: {error.strerror}\nmake room on that disk, or print to another place"
            ) from error


def discard(stream: TextIO) -> None:
    """Throw away what is written to this stream from now on, so that Python's flush at its end can't fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class Lasting(io.TextIOBase):
    """A stream for messages that never fails: losing a message must not lose a measurement."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write at once, as long as somebody reads."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            discard(self._stream)
        return len(text)

    def isatty(self) -> bool:
        """As the stream."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """As the stream."""
        return self._stream.fileno()


@contextlib.contextmanager
def patience(promise: str) -> Iterator[Callable[[], bool]]:
    """Make the first Ctrl-C print this promise only, and the second one interrupt.

    The block gets a function that says whether the first has come. Where Ctrl-C is ignored, as in a background job, it
    stays ignored.
    """
    pressed = threading.Event()

    def first(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        pressed.set()
        with contextlib.suppress(OSError):  # stderr may be in the middle of a write
            os.write(2, f"\n{promise}\n".encode())

    earlier = signal.getsignal(signal.SIGINT)
    if earlier is signal.default_int_handler:
        signal.signal(signal.SIGINT, first)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, earlier)


def _format(text: str) -> str:
    from bench.reports.rendering import RENDERERS

    if text not in RENDERERS:
        raise argparse.ArgumentTypeError(f"{text}: use one of {', '.join(RENDERERS)}")
    return text
