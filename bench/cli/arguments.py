"""Types of arguments that several commands share, and what is wrong with an argument."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from typing import TypeVar

DIGITS = r"(\d{1,9}(?:\.\d{1,9})?)"
SECONDS = {None: 1, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
PER_SECOND = {None: 1, "s": 1, "m": 1 / 60, "h": 1 / 3600}

Number = TypeVar("Number", int, float)


def at_least(least: float, kind: Callable[[str], Number], most: float = 2**31 - 1) -> Callable[[str], Number]:
    """A function that reads a number from `least` to `most`."""

    def number(text: str) -> Number:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not least <= value <= most:
            allowed = f"from {least} to {most:g}" if value > most else f"of at least {least}"
            raise argparse.ArgumentTypeError(f"{text}: give a number {allowed}")
        return value

    return number


def percentage(text: str, most: float = 100) -> float:
    """Read `3%` as 0.03: with its sign, above 0, and up to `most` per cent."""
    match = re.fullmatch(rf"{DIGITS}\s?%", text.strip(), re.ASCII)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r}: write a percentage as 3% or 0.5%")
    if not 0 < float(match[1]) <= most:
        raise argparse.ArgumentTypeError(f"{text}: give more than 0% and at most {most:g}%")
    return float(match[1]) / 100


def duration(text: str) -> float:
    """Read `90`, `90s`, `1.5m`, `1h` or `2ms` as seconds, more than 0."""
    match = re.fullmatch(rf"{DIGITS}\s?(ms|[smh])?", text.strip(), re.ASCII)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r}: write a time as 90s, 1.5m or 1h; a plain number is seconds")
    if not float(match[1]):
        raise argparse.ArgumentTypeError(f"{text}: give a time longer than 0")
    return float(match[1]) * SECONDS[match[2]]


def rate(text: str) -> float:
    """Read `100/s`, `6000/m` or `100` as how often in a second, more than 0."""
    match = re.fullmatch(rf"{DIGITS}\s?(?:/\s?([smh]))?", text.strip(), re.ASCII)
    if not match or not float(match[1]):
        raise argparse.ArgumentTypeError(f"{text!r}: write how often as 100/s, 6000/m or 100, more than 0")
    return float(match[1]) * PER_SECOND[match[2]]


def baseline_name(text: str) -> str:
    """Read the name of a baseline, which is also the name of its folder."""
    from bench.store.baselines import NAME

    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: use letters, digits, dots, _ and - in a name, and begin with a letter, a digit or _"
        )
    return text


def affinity(text: str) -> str:
    """Read which processors the workers run on: `auto`, `none`, or a list of them."""
    return text if text in {"auto", "none"} else processors(text)


def processors(text: str) -> str:
    """Read a list of processors that this process may use."""
    if not re.fullmatch(r"\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text}: write processors as 1 or 2-3,5")
    from bench.machine.place import cpu_list

    wanted = cpu_list(text) or frozenset()
    allowed = os.sched_getaffinity(0) if sys.platform == "linux" else wanted
    if not wanted or not wanted <= allowed:
        names = ", ".join(map(str, sorted(allowed)))
        raise argparse.ArgumentTypeError(f"{text}: this process may only use processors {names}")
    return text
