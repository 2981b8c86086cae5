"""What all commands that print tables share: their format, and how wide the terminal is."""

import argparse
import shutil
import sys


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add --format, any of tabulate's."""
    parser.add_argument(
        "--format", type=_format, default="simple", metavar="F", help="of the tables, any of tabulate's"
    )


def width() -> int | None:
    """Columns of the terminal; None where output goes elsewhere, and is as wide as it is."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _format(text: str) -> str:
    from tabulate import tabulate_formats

    if text not in tabulate_formats:
        raise argparse.ArgumentTypeError(f"{text}: tabulate knows {', '.join(tabulate_formats)}")
    return text
