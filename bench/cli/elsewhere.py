"""Options that the user set elsewhere: in the environment, as EVLOOP_BENCH_MAX_TIME=60s, or in pyproject.toml.

The command line goes first, then the environment, then the current folder's file. They are options of `run`; the other
commands take from them only which loops and scenarios, and how a result looks.
"""

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.errors import BenchError, unknown
from bench.measurement.guard import BADGE
from bench.subjects import configured, loops

if TYPE_CHECKING:
    from bench.cli import Parser

PREFIX = "EVLOOP_BENCH_"
OF_LOOPS = {"loop", "scenario"}
OF_ALL = {*OF_LOOPS, "format", "quiet"}
WITH_RESUME = {"format", "json", "no_bars", "png", "quiet", "verbose"}
INSTALL = {"env"}  # commands whose loops are not those that are measured
# Not these: they are for one occasion, give a permission, or send a plan to other machines.
ONCE = {
    "help", "version", "output", "resume", "force_resume", "save_baseline", "force", "dry_run", "without_intervals",
    "fleet", "fleet_security", "insecure", "wait_for_lost",
}  # fmt: skip
PACES = {"fast", "rigorous"}
SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """One option, as words of a command line: none if a switch is off. `source` names the variable, or file and key."""

    option: str
    words: tuple[str, ...]
    source: str

    @property
    def name(self) -> str:
        """What argparse calls it."""
        return self.option.replace("-", "_")


def settings(run: "Parser") -> tuple[Setting, ...]:
    """All settings, the stronger first; raises BenchError for one that `run` does not have."""
    known = sorted(name.replace("_", "-") for name in run.options if name not in ONCE)
    found = []
    for option, value, source in (*_of_environment(run), *_of_file()):
        if option not in known:
            from bench import texts

            where = texts.line(source)[:200]
            raise unknown("option", option[:100], known, f"it is set in {where}; others can't be set there")
        found.append(Setting(option, tuple(_words(run, option, value, source)), source))
    _check_paces(found)
    return tuple(found)


def _check_paces(found: Sequence[Setting]) -> None:
    """Raise BenchError where the environment asks for both paces, or the file does."""
    asked = [one.source for one in found if one.name in PACES and one.words]
    for sources in ([one for one in asked if one.startswith(PREFIX) == is_variable] for is_variable in (True, False)):
        if len(sources) > 1:
            raise BenchError(f"{' and '.join(sources)} can't both be set: leave out one")


def _of_environment(run: "Parser") -> Iterator[tuple[str, object, str]]:
    for variable, text in sorted(os.environ.items()):
        if variable.startswith(PREFIX) and variable != BADGE and text:
            option = variable.removeprefix(PREFIX).lower().replace("_", "-")
            value = text.split(",") if option in run.lists else text
            yield option, (SWITCHES.get(text.lower(), text) if option in run.switches else value), variable


def _of_file() -> Iterator[tuple[str, object, str]]:
    loops.of_folder()  # what is wrong with them is said by every command
    for key, value in configured.table().items():
        if key != configured.LOOPS:
            yield key, value, f"{configured.TABLE} {key}"


def _words(run: "Parser", option: str, value: object, source: str) -> Iterator[str]:
    is_list, is_switch = option in run.lists, option in run.switches
    values = value if isinstance(value, list) and is_list else [value]
    if is_switch != isinstance(value, bool) or not all(isinstance(one, bool | str | int | float) for one in values):
        kind = "true or false" if is_switch else "a list of texts" if is_list else "a text or a number"
        raise BenchError(f"{source}: {value!r:.100} is not {kind}")
    if is_switch:
        yield from [f"--{option}"] if value else []
    else:
        yield from (f"--{option}={one}" for one in values)


def parsed(parser: "Parser", command: str, words: Sequence[str], all_: Sequence[Setting]) -> Namespace:
    """The options of a command line, and those set elsewhere that it does not have: these are listed in `settings`.

    Raises BenchError for a setting that the command refuses.
    """
    given = parser.given(words)
    allowed = {*parser.options} if command == "run" else OF_ALL.intersection(parser.options)
    allowed -= OF_LOOPS if command in INSTALL else set()
    if "resume" in given:
        allowed &= WITH_RESUME
    taken = []
    for setting in all_:
        rivals = PACES if setting.name in PACES else {setting.name}
        if setting.name in allowed and not rivals & given:
            given.add(setting.name)
            words = [*setting.words, *words]
            parser.check(words, setting.source)
            taken.append(setting)
    options = parser.parse_args(words)
    options.settings = tuple(taken)
    return options


def said(taken: Sequence[Setting]) -> str:
    """What was set elsewhere, in a line for each source."""
    return "\n".join(f"from {one.source}: {' '.join(one.words) or f'no --{one.option}'}" for one in taken)
