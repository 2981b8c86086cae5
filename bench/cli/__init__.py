"""Arguments to calls: the only package that prints, and that ends the process.

A module for each command, with `add_options(parser)` and `call(options)`, which does it and returns the exit code. Only
the module of the command that was given is imported, and it imports what is heavy where it uses it: `--help` and `list`
cost no pandas.
"""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from bench.arguments import PROGRAM
from bench.errors import BenchError

ABOUT = "Compare asyncio event loops: what it costs to create, start, run and close one."
COMMANDS = {
    "run": "measure, and print the tables: what is done where no command is named",
    "report": "print the tables of a run again, and write its reports anew",
    "compare": "what changed from an old run to a new one of the same plan, and how sure that is",
    "lifecycle": "which call creates the loop, which one starts it: seen, not read",
    "resources": "what one loop costs besides time: descriptors, memory, system calls, imports, cold start",
    "selfcheck": "measure the harness itself: how often it errs here, and the smallest difference it can show",
    "doctor": "what on this machine disturbs measurements, and what to do about it",
    "list": "the event loops, installed or how to install them, and the scenarios",
}
EXAMPLES = """\
examples:
  python -m bench                              asyncio and every loop that is installed
  python -m bench --loop uvloop --scenario runner --scenario warm
  python -m bench --loop mypackage.loops:new_loop
  python -m bench --resume results/runs/20261123-090000
  python -m bench report results/runs/20261123-090000 --format github
  python -m bench --save-baseline before       then upgrade, measure anew, and:
  python -m bench compare before results/runs/20261124-090000 --fail-if-slower 3%
  python -m bench doctor                       before you believe a number: what disturbs,
  python -m bench selfcheck --against pyperf   and how far off the harness is, here and now
  python -m bench lifecycle --python python3.12 --python python3.14
  python -m bench resources --loop uvloop --fail-on-leak

exit codes: 0 done; 1 a check that was asked for failed; 2 usage; 3 something was not measured;
130 interrupted, and how to go on
"""


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Do what the command line says, and exit with the code that DESIGN promises."""
    earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was started is ended
    try:
        options = parse(sys.argv[1:] if words is None else words)
        code: int = importlib.import_module(f"bench.cli.{options.command}").call(options)
        sys.stdout.flush()
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # | head: what was to be kept is kept, and Python must not try to flush once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    finally:
        signal.signal(signal.SIGTERM, earlier)
    sys.exit(code)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line; raises BenchError for impossible values. argparse itself exits for --help and typos."""
    command, *rest = words if words and words[0] in COMMANDS else ("run", *words)
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} {'[run]' if command == 'run' else command}",
        description=ABOUT if command == "run" else f"{COMMANDS[command].capitalize()}.",
        epilog=_epilog() if command == "run" else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=command)
    importlib.import_module(f"bench.cli.{command}").add_options(parser)
    return parser.parse_args(rest)


def _epilog() -> str:
    commands = "".join(f"  {name:<13}{about}\n" for name, about in COMMANDS.items())
    return f"commands, each with a --help of its own:\n{commands}\n{EXAMPLES}"
