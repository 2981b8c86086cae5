"""Arguments to calls: the only package that prints, and that ends the process.

Each command is a module with `add_options(parser)`, and with `call(options)`, which runs the command and returns its
exit code. Only the module of the given command is imported, and it imports heavy modules where it uses them: `--help`,
`list`, `doctor` and `lifecycle` do not load pandas.
"""

import argparse
import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, cast

from bench import __version__
from bench.cli.terminal import PLAIN, Lasting
from bench.errors import INSTALLED, PROGRAM, BenchError, Exit, unknown

if TYPE_CHECKING:
    import io

    from bench.cli.elsewhere import Setting

ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
ABOUT = "Compare asyncio event loops: what it costs to create, start, run and close one."
COMMANDS = {
    "run": "new measurements and their tables (the default command)",
    "advise": "the loop for your program, and from when on it has paid",
    "report": "tables of a finished or interrupted run",
    "compare": "changes between two runs, in what they share",
    "check": "promises of asyncio that each loop keeps",
    "publish": "chosen runs in results/, with an index of all that is there",
    "merge": "runs of several machines as one comparison",
    "fleet": "hosts of a Dask scheduler, their loops, and what disturbs there",
    "history": "loops through time, over all published runs",
    "lifecycle": "calls that create, start and close a loop, as observed",
    "resources": "costs besides time: memory, system calls, imports, cold start",
    "selfcheck": "error rate and resolution of the harness on this machine",
    "doctor": "disturbances on this machine, and their remedies",
    "env": "environments with loops for other interpreters",
    "list": "event loops, how to install them, and scenarios",
}
EXAMPLES = f"""\
examples:
  {PROGRAM}                              asyncio and every installed loop
  {PROGRAM} --loop uvloop --scenario runner --scenario warm
  {PROGRAM} --loop mypackage.loops:new_loop
  {PROGRAM} env 3.13 3.14                then compare loops across them:
  {PROGRAM} --python 3.13 --python 3.14 --baseline asyncio@3.13
  {PROGRAM} --resume results/runs/20261123-090000
  {PROGRAM} report results/runs/20261123-090000 --format github
  {PROGRAM} --save-baseline before       then upgrade a loop
  {PROGRAM} --save-baseline after        then see what changed
  {PROGRAM} compare before after --fail-if-slower 3%
  {PROGRAM} advise --loop uvloop --profile tests --tests 2000
  {PROGRAM} publish results/runs/20261123-090000
  {PROGRAM} merge lab1=results/runs/lab1 lab2=results/runs/lab2 -o merged
  {PROGRAM} fleet tcp://127.0.0.1:8786
  {PROGRAM} --fleet tcp://127.0.0.1:8786 --loop uvloop -o lab
  {PROGRAM} history --page history.html
  {PROGRAM} doctor                       before you trust a number
  {PROGRAM} selfcheck --against pyperf   how far off the harness is here
  {PROGRAM} check --loop uvloop          asyncio's promises that it keeps
  {PROGRAM} lifecycle --python python3.12 --python python3.14
  {PROGRAM} resources --loop uvloop --fail-on-leak

exit codes:
  0 done    1 a requested check failed    2 wrong usage
  3 something was not measured            130 interrupted
"""


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run the command that the command line names, and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # it may have been replaced by anything
            # A terminal that can't show µ still gets its table.
            cast("io.TextIOWrapper", stream).reconfigure(errors=PLAIN)
    if "_ARGCOMPLETE" in os.environ:
        from bench.cli import completing

        completing.answer()
    with contextlib.redirect_stderr(Lasting(sys.stderr)), _signals_as_ctrl_c():
        try:
            options = parse(sys.argv[1:] if words is None else words)
            _say_where_from(options)
            code: Exit = importlib.import_module(f"bench.cli.{options.command}").call(options)
        except BenchError as error:
            from bench import texts

            print(f"error: {texts.lines(str(error))}", file=sys.stderr)
            code = error.exit_code
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
    sys.exit(code)


def _say_where_from(options: argparse.Namespace) -> None:
    """Name what was set elsewhere, before anything of it is imported."""
    if options.settings and not getattr(options, "quiet", False):
        from bench.cli.elsewhere import said

        print(said(options.settings), file=sys.stderr)


@contextlib.contextmanager
def _signals_as_ctrl_c() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP like Ctrl-C: processes are ended, and what was measured is kept.

    Signals that are ignored stay ignored: nohup promises that a closing terminal does no harm.
    """
    numbers = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    earlier = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line; argparse itself exits for --help, typos and impossible values.

    Raises BenchError for a command that does not exist.
    """
    if words and words[0] not in COMMANDS and not words[0].startswith("-"):
        raise unknown("command", words[0], COMMANDS, f"see {PROGRAM} --help")
    command, *rest = words if words and words[0] in COMMANDS else ("run", *words)
    parser = parser_of(command)
    if {"-h", "--help", "--version"} & {*rest}:
        return parser.parse_args(rest)
    from bench.cli.elsewhere import parsed

    return parsed(parser, command, rest, set_elsewhere())


def set_elsewhere() -> "tuple[Setting, ...]":
    """The options that are set in the environment and in the current folder's pyproject.toml, the stronger first."""
    from bench.cli import elsewhere

    return elsewhere.settings(parser_of("run"))


def parser_of(command: str, first: Sequence[str] = ()) -> "Parser":
    """What reads the options of one command; with `first`, after one of these words."""
    parser = Parser(
        prog=f"{PROGRAM} {'[run]' if command == 'run' else command}",
        description=ABOUT if command == "run" else f"{COMMANDS[command].capitalize()}.",
        epilog=_epilog() if command == "run" else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=command, settings=())
    if first:
        parser.add_argument("command", choices=first)
    if command == "run":
        version = f"{INSTALLED} {__version__} on Python {sys.version.split()[0]}"
        parser.add_argument("--version", action="version", version=version, help="version of this program")
    importlib.import_module(f"bench.cli.{command}").add_options(parser)
    return parser


class Parser(argparse.ArgumentParser):
    """A parser whose errors come with one line of usage: --help has all options."""

    _source = ""

    @property
    def options(self) -> Mapping[str, argparse.Action]:
        """Its options, by the names of what they set."""
        return {action.dest: action for action in self._actions if action.option_strings}

    @property
    def switches(self) -> set[str]:
        """The options that take no value, as on the command line but without dashes."""
        return {name.replace("_", "-") for name, action in self.options.items() if action.nargs == 0}

    @property
    def lists(self) -> set[str]:
        """The options that can be repeated."""
        repeated = argparse._AppendAction  # noqa: SLF001  (argparse has no other name for it)
        return {name for name, action in self.options.items() if isinstance(action, repeated)}

    def given(self, words: Sequence[str]) -> set[str]:
        """The names of what these words set."""
        defaults = {action: action.default for action in self._actions}
        for action in defaults:
            action.default = argparse.SUPPRESS
        names = {*vars(self.parse_args(words))}
        for action, default in defaults.items():
            action.default = default
        return names

    def check(self, words: Sequence[str], source: str) -> None:
        """Raise BenchError for words that it refuses, and blame the place that they come from."""
        self._source = source
        self.parse_args(words)
        self._source = ""

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        if self._source:
            raise BenchError(f"{self._source}: {message}\nsee {PROGRAM} --help")
        names = [str(action.metavar) for action in self._actions if not action.option_strings]
        usage = " ".join([self.prog, "[options]", *names])
        self.exit(Exit.USAGE, f"usage: {usage}\nerror: {message}\nsee {self.prog.replace(' [run]', '')} --help\n")


def _epilog() -> str:
    commands = "".join(f"  {name:<13}{about}\n" for name, about in COMMANDS.items())
    from bench.cli.run_options import PACE

    return f"{PACE}\ncommands, each with its own --help:\n{commands}\n{EXAMPLES}"
