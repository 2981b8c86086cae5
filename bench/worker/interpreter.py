"""Says what the interpreter that runs it is, and which loops it has; `bench.measurement.interpreters` asks. Light."""

import argparse
import platform
import struct

from bench.subjects import interpreters
from bench.worker.pipe import Turns, conclude, die_with_parent


def machine() -> str:
    """The processor that this interpreter was built for."""
    return f"{platform.machine()}, {8 * struct.calcsize('P')} bit"


def main() -> None:
    """Answer for the loops that the command line names."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("loops", nargs="*")
    options = parser.parse_args()
    die_with_parent(options.parent)

    def said(_turns: Turns) -> dict[str, object]:
        this = interpreters.here(map(interpreters.named, options.loops))
        return {
            "name": this.name, "path": this.path, "version": this.version, "facts": this.facts,
            "loops": this.loops, "lacks": this.lacks, "missing": [*this.missing], "machine": machine(),
        }  # fmt: skip

    conclude(said)


if __name__ == "__main__":
    main()
