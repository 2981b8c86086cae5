"""Keeps a processor busy until it is killed, as another program on the machine would."""

import itertools
import sys
from collections.abc import Iterable

from bench.worker.pipe import Turns, die_with_parent


def main(forever: Iterable[object] = itertools.repeat(None)) -> None:
    """Say that it has started, and be busy."""
    die_with_parent(int(sys.argv[1]))
    Turns().write(b"\n")
    for _ in forever:
        pass


if __name__ == "__main__":
    main()
