"""Imports the factory of one loop and says what went wrong; `bench.measurement.imports` starts it. Light."""

import argparse

from bench.subjects import places
from bench.worker.pipe import Turns, conclude, die_with_parent


def main() -> None:
    """Import what the command line names."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--selector")
    parser.add_argument("factory")
    options = parser.parse_args()
    die_with_parent(options.parent)

    def measure(_turns: Turns) -> dict[str, str]:
        if not callable(places.load_factory(options.factory, options.selector)):
            raise TypeError(f"{options.factory} can't be called")
        return {}

    conclude(measure)


if __name__ == "__main__":
    main()
