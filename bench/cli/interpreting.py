"""The interpreters of a run, and the loops that they have: what --python, --loop and --baseline ask for."""

import sys
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.cli import selecting
from bench.cli.selecting import DEFAULT_BASELINE
from bench.errors import PROGRAM, BenchError
from bench.measurement import interpreters
from bench.plan.cells import label_of
from bench.subjects import loops
from bench.subjects.interpreters import Interpreter
from bench.subjects.loops import Loop


@dataclass(frozen=True, slots=True)
class Chosen:
    """The loops of a run, the label of the baseline, and the interpreters; none where it is the harness's own alone."""

    loops: tuple[Loop, ...]
    baseline: str
    interpreters: tuple[Interpreter, ...] = ()

    @property
    def labels(self) -> int:
        """How many labels are compared with each other."""
        return len(self.loops) * max(1, len(self.interpreters))


def chosen(options: Namespace) -> Chosen:
    """What the options ask for. Each interpreter was asked, and has imported each loop.

    Raises BenchError for what the user named and can't have. What else is left out, is said.
    """
    limited = options.fail_if_slower_than and options.fail_if_slower_than[0]
    baseline = options.baseline or limited
    if not options.python:
        _refuse_interpreter(baseline)
        found = selecting.selected(options.loop, baseline)
        return Chosen(found, found[0].name)
    loop, at, where = (baseline or DEFAULT_BASELINE).partition("@")
    candidates = _candidates(options.loop, loop)
    hosts = asked(options.python, candidates)
    home = _home(hosts, where) if at else hosts[0]
    named = candidates if options.loop else candidates[:1]
    _refuse_missing(hosts, named)
    found = tuple(one for one in candidates if any(one.name in host.loops for host in hosts))
    _refuse_lacking(hosts, named, (loop, home))
    for line in _left_out(hosts, found):
        print(line, file=sys.stderr)
    return Chosen(found, label_of(loop, home.name if len(hosts) > 1 else ""), hosts)


def asked(texts: Collection[str], loops: Sequence[Loop]) -> tuple[Interpreter, ...]:
    """Each interpreter that the texts name, asked; raises BenchError for two of one name."""
    from bench.environments import lookup

    hosts: dict[str, Interpreter] = {}
    for text in dict.fromkeys(texts):
        name, program = lookup.found(text)
        host = interpreters.asked(program, loops, name)
        if host.name in hosts:
            version = host.facts.get("python", host.name)
            raise BenchError(
                f"two interpreters are called {host.name}: {hosts[host.name].path} and {host.path}, Python {version}\n"
                f"give them names: --python old={hosts[host.name].path} --python new={host.path}"
            )
        hosts[host.name] = host
    return tuple(hosts.values())


def again(programs: Mapping[str, str], loops: Sequence[Loop]) -> tuple[Interpreter, ...]:
    """The interpreters of a run that was begun, by their names and programs."""
    return tuple(interpreters.asked(program, loops, name) for name, program in programs.items())


def _candidates(names: Sequence[str] | None, baseline: str) -> list[Loop]:
    """The baseline, and the loops of these names; without names all that an interpreter may have."""
    others = [loops.named(name) for name in names or ()]
    others = others if names else [one for one in loops.LOOPS if one.distribution and not one.refused]
    return [*dict.fromkeys([loops.named(baseline), *others])]


def _home(hosts: Sequence[Interpreter], name: str) -> Interpreter:
    """The interpreter that the baseline is to run on."""
    for host in hosts:
        if host.name == name:
            return host
    known = ", ".join(host.name for host in hosts)
    raise BenchError(
        f"the baseline is to run on {name!r}, which is none of the interpreters: {known}\nadd --python {name}"
    )


def _refuse_interpreter(baseline: str | None) -> None:
    if baseline and "@" in baseline:
        where = baseline.partition("@")[2]
        raise BenchError(f"--baseline {baseline} names an interpreter, and there is no --python\nadd --python {where}")


def _refuse_missing(hosts: Sequence[Interpreter], named: Sequence[Loop]) -> None:
    """Raise BenchError for a loop that the user named, and that an interpreter lacks though it could have it."""
    for host in hosts:
        for loop in named:
            if loop.name in host.missing:
                reason = host.lacks[loop.name].replace("python -m pip", f"{host.path} -m pip")
                raise BenchError(
                    f"{loop.name} can't be measured on {host.name}: {reason}\n"
                    f"or make an environment that has it: {PROGRAM} env {host.name} --loop {loop.name}"
                )


def _refuse_lacking(hosts: Sequence[Interpreter], named: Sequence[Loop], baseline: tuple[str, Interpreter]) -> None:
    """Raise BenchError for a loop that the user named and no interpreter can have, and for such a baseline."""
    loop, home = baseline
    if loop in home.lacks:
        raise BenchError(f"the baseline {loop} can't run on {home.name}: {home.lacks[loop]}\nname another: --baseline")
    for one in named:
        if all(one.name in host.lacks for host in hosts):
            raise BenchError(f"{one.name} can't be measured on {hosts[0].name}: {hosts[0].lacks[one.name]}")


def _left_out(hosts: Sequence[Interpreter], found: Sequence[Loop]) -> Iterator[str]:
    for host in hosts:
        for loop in found:
            if loop.name in host.lacks:
                yield f"left out: {loop.name} on {host.name}: {host.lacks[loop.name]}"
