"""What may stand on a command line, and what is wrong with it: the words that several commands share."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from typing import TypeVar

PROGRAM = "python -m bench"

DIGITS = r"(\d{1,9}(?:\.\d{1,9})?)"
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}

Number = TypeVar("Number", int, float)


def at_least(least: float, kind: Callable[[str], Number], most: float = 2**31 - 1) -> Callable[[str], Number]:
    """Make what reads a number from `least` up, to `most`."""

    def number(text: str) -> Number:
        try:
            found = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
        if not least <= found <= most:
            to = f"up, to {most:g}" if found > most else "up"
            raise argparse.ArgumentTypeError(f"{text}: give a number from {least} {to}")
        return found

    return number


def percentage(text: str) -> float:
    """Read `3%` as 0.03; it must be written with its sign, above 0 and at most 100 %."""
    found = re.fullmatch(rf"{DIGITS}\s?%", text.strip(), re.ASCII)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r}: write a percentage as 3% or 0.5%")
    if not 0 < float(found[1]) <= 100:  # noqa: PLR2004  (per cent)
        raise argparse.ArgumentTypeError(f"{text}: give more than 0%, and at most 100%")
    return float(found[1]) / 100


def duration(text: str) -> float:
    """Read `90`, `90s`, `1.5m` or `1h` as seconds, more than none."""
    found = re.fullmatch(rf"{DIGITS}\s?([smh]?)", text.strip(), re.ASCII)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r}: write a time as 90s, 1.5m or 1h; without a unit it is seconds")
    if not float(found[1]):
        raise argparse.ArgumentTypeError(f"{text}: give a time longer than 0")
    return float(found[1]) * SECONDS[found[2]]


def baseline_name(text: str) -> str:
    """Read the name of a baseline, which also is a folder's."""
    from bench.store.baselines import NAME

    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: a name is made of letters, digits, . _ -, and begins with no . or -"
        )
    return text


def affinity(text: str) -> str:
    """Read which processors the workers run on: `auto`, `none`, or a list of them."""
    return text if text in {"auto", "none"} else processors(text)


def processors(text: str) -> str:
    """Read a list of processors, which this process must be allowed to use."""
    if not re.fullmatch(r"\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text}: write processors as 1 or 2-3,5")
    ends = [[int(end) for end in part.split("-")] for part in text.split(",")]
    asked = {cpu for first, *last in ends for cpu in range(first, last[0] + 1 if last else first + 1)}
    allowed = os.sched_getaffinity(0) if sys.platform == "linux" else asked
    if not asked or not asked <= allowed:
        known = ", ".join(map(str, sorted(allowed)))
        raise argparse.ArgumentTypeError(f"{text}: this process may use processors {known}")
    return text
