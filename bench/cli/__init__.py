"""Arguments to calls: the only package that prints, and that ends the process.

A module for each command, with `add_options(parser)` and `call(options)`, which does it and returns the exit code. Only
the module of the command that was given is imported, and it imports what is heavy where it uses it: `--help`, `list`,
`doctor` and `lifecycle` cost no pandas.
"""

import argparse
import contextlib
import importlib
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn, cast

from bench.cli.arguments import PROGRAM
from bench.cli.terminal import Lasting
from bench.errors import BenchError

if TYPE_CHECKING:
    import io

ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
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
    with contextlib.suppress(AttributeError):  # whatever else somebody has put there
        # A terminal without µ gets a table all the same.
        cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="replace")
    with contextlib.redirect_stderr(Lasting(sys.stderr)), _ends_as_with_ctrl_c():
        try:
            options = parse(sys.argv[1:] if words is None else words)
            code: int = importlib.import_module(f"bench.cli.{options.command}").call(options)
        except BenchError as error:
            from bench import texts

            print(f"error: {texts.lines(str(error))}", file=sys.stderr)
            code = error.exit_code
        except KeyboardInterrupt:
            code = 130
    sys.exit(code)


@contextlib.contextmanager
def _ends_as_with_ctrl_c() -> Iterator[None]:
    """End what was started, and keep what there is, also when the system or a terminal that closes says so.

    What is ignored stays so: nohup is there to outlive a terminal.
    """
    numbers = [number for number in ENDS if signal.getsignal(number) is not signal.SIG_IGN]
    earlier = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


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
