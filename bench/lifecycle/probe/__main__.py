"""`python -P bench/lifecycle/probe ROW`: makes the call of one row, and writes what it observed as a line of JSON.

The original stdout carries that line only; the call's own stdout goes to stderr. The process ends right after the line,
so that what a loop does at Python's exit is not taken for an effect of the call.
"""

import argparse
import faulthandler
import gc
import importlib.util
import json
import os
import signal
import sys
import types
import warnings
from collections.abc import Sequence
from pathlib import Path

LIFE_S = 120  # ends a probe that hangs when its harness is gone


def main() -> None:
    """Write the answer, then end the process."""
    answers = os.dup(1)
    os.dup2(2, 1)
    faulthandler.dump_traceback_later(LIFE_S, exit=True)
    _find_bench()
    sys.path.append(str(Path.cwd()))  # finds a user's own factory; last, so that it hides nothing
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("row", help="a name of ROWS, or facts")
    parser.add_argument("--given", metavar="PLACE", help="the factory or the call, as package.module:attribute")
    parser.add_argument("--selector", help="class of selectors that the factory is given")
    parser.add_argument("--maybe", action="store_true", help="answer null if PLACE does not exist")
    parser.add_argument("--package", action="append", default=[], help="for facts: a package to look for")
    options = parser.parse_args()
    answer = facts(options.package) if options.row == "facts" else observe(options)
    os.write(answers, json.dumps(answer).encode() + b"\n")
    sys.stderr.flush()
    os._exit(0)


def facts(packages: Sequence[str]) -> dict[str, object]:
    """Which Python this is, and which of `packages` it can import; it imports none of them."""
    import platform

    importable = [name for name in packages if importlib.util.find_spec(name)]
    implementation, version = platform.python_implementation(), platform.python_version()
    return {"implementation": implementation, "python": version, "packages": importable}


def observe(options: argparse.Namespace) -> dict[str, object] | None:
    """Make the call of a row in the row's situation, and return what was observed."""
    from bench.lifecycle.probe import rows
    from bench.lifecycle.probe.calls import ROWS
    from bench.lifecycle.probe.witness import Witness, described

    warnings.simplefilter("ignore")
    gc.disable()  # a loop that the call drops must still be there afterwards
    # A background job inherits SIGINT as ignored, and asyncio.run then installs no handler of its own.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        given = rows.load(options.given, options.selector)
    except (ImportError, AttributeError) as error:
        return None if options.maybe else Witness.nothing_seen(described(error))
    except Exception as error:  # noqa: BLE001  (whatever the package raises is the reason)
        return Witness.nothing_seen(described(error))
    return rows.observe(ROWS[options.row], given)


def _find_bench() -> None:
    """Make `bench` importable from two folders above, without the packages that are installed beside it.

    Those may be built for another interpreter than this one.
    """
    package = types.ModuleType("bench")
    package.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["bench"] = package


main()
