"""What may stand on a command line, and what is wrong with it: the words that several commands share."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from typing import TypeVar

PROGRAM = "python -m bench"

Number = TypeVar("Number", int, float)


def at_least(least: float, kind: Callable[[str], Number]) -> Callable[[str], Number]:
    """Make what reads a number from `least` up."""

    def number(text: str) -> Number:
        try:
            found = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
        if not least <= found < 2**31:
            raise argparse.ArgumentTypeError(f"{text}: give a number from {least} up")
        return found

    return number


def processors(text: str) -> str:
    """Read a list of processors, which this process must be allowed to use."""
    if not re.fullmatch(r"\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*", text):
        raise argparse.ArgumentTypeError(f"{text}: write processors as 1 or 2-3,5")
    ends = [[int(end) for end in part.split("-")] for part in text.split(",")]
    asked = {cpu for first, *last in ends for cpu in range(first, last[0] + 1 if last else first + 1)}
    allowed = os.sched_getaffinity(0) if sys.platform == "linux" else asked
    if not asked or not asked <= allowed:
        known = ", ".join(map(str, sorted(allowed)))
        raise argparse.ArgumentTypeError(f"{text}: this process may use processors {known}")
    return text
