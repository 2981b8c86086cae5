"""`python -P bench/lifecycle/probe ROW`: makes the call of one row, and writes what was seen of it as a line of JSON.

What was stdout is for that line only; stdout itself leads where stderr leads. The process ends right after it: what a
loop does when Python exits is not the call's doing.
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

LIFE_S = 120  # where nobody is left to kill a probe that hangs


def main() -> None:
    """Answer, then end."""
    answers = os.dup(1)
    os.dup2(2, 1)
    faulthandler.dump_traceback_later(LIFE_S, exit=True)
    _find_bench()
    sys.path.append(str(Path.cwd()))  # for a factory of the user's own; last, so that it hides nothing
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("row", help="a name of ROWS, or facts")
    parser.add_argument("--given", metavar="PLACE", help="the factory or the call, as package.module:attribute")
    parser.add_argument("--selector", help="class of selectors that the factory is given")
    parser.add_argument("--maybe", action="store_true", help="answer null where PLACE is not there")
    parser.add_argument("--package", action="append", default=[], help="for facts: is it there?")
    options = parser.parse_args()
    answer = facts(options.package) if options.row == "facts" else observe(options)
    os.write(answers, json.dumps(answer).encode() + b"\n")
    sys.stderr.flush()
    os._exit(0)


def facts(packages: Sequence[str]) -> dict[str, object]:
    """Which Python this is, and which of these packages are there; none of them is imported."""
    import platform

    found = [name for name in packages if importlib.util.find_spec(name)]
    implementation, version = platform.python_implementation(), platform.python_version()
    return {"implementation": implementation, "python": version, "packages": found}


def observe(options: argparse.Namespace) -> dict[str, object] | None:
    """Make the call of a row, in the situation that the row sets up, and say what was seen."""
    from bench.lifecycle.probe import rows
    from bench.lifecycle.probe.calls import ROWS
    from bench.lifecycle.probe.witness import Witness, said

    warnings.simplefilter("ignore")
    gc.disable()  # a loop that the call drops must be found afterwards
    # A background job inherits SIGINT ignored, and asyncio.run then installs no handler of its own.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        given = rows.load(options.given, options.selector)
    except (ImportError, AttributeError) as error:
        return None if options.maybe else Witness.nothing_seen(said(error))
    except Exception as error:  # noqa: BLE001  (whatever the package raises is the reason)
        return Witness.nothing_seen(said(error))
    return rows.observe(ROWS[options.row], given)


def _find_bench() -> None:
    """Make `bench` importable from the folder two above this one, without all that is installed beside it.

    That may be built for another interpreter than this.
    """
    found = types.ModuleType("bench")
    found.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["bench"] = found


main()
