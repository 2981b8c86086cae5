"""Keeps a processor busy until it is killed, as another program on the machine would."""

import sys

from bench.worker.pipe import Turns, die_with_parent


def main() -> None:
    """Say that it has started, and go on for ever."""
    die_with_parent(int(sys.argv[1]))
    turns = Turns()
    turns.write(b"\n")
    while True:
        pass


if __name__ == "__main__":
    main()
