"""A run without what names people and machines: hosts, users, folders, addresses, and what programs have printed.

A run folder that this version measured has none of the first already; anybody may have written another.
"""

import functools
import os
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from bench import texts
from bench.contract.findings import Finding
from bench.measurement.delivery import KEPT_METADATA
from bench.plan.cells import Skip
from bench.reports.besides import Besides
from bench.resources.readings import Resources
from bench.store.outcomes import About, Dropped, Failure, Kept, Outcome, Resumed, Run

KEPT_FACTS = re.compile(
    "(python|implementation|build)(@.*)?|kernel|architecture|cpus?|io_uring|UV_USE_IO_URING|pyperf|loop .*", re.DOTALL
)
GONE = "…"
MAIL = re.compile(r"[\w.+-]+@[\w.-]+")  # also user@host
ADDRESSES = re.compile(
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d+)?"  # IPv4
    r"|\b(?:[0-9a-fA-F]{0,4}:){4,7}[0-9a-fA-F]{1,4}\b"  # IPv6, and of hardware
)
VERSIONS = re.compile("version|platform|compiler|kernel|build|python|pyperf|loop ")  # may look like an address
NOBODY = {"root", "localhost", "user"}  # names that everybody has
SHORTEST = 3  # letters of a name: shorter ones are words of every text
NAMES = {"loop", "scenario", "role", "label", "version"}  # keys whose texts the user chose, and publishes by that

KEPT = (
    "plan, seed, day, method; versions, build, kernel release, processor model and number; every value of every round",
    "of pyperf's metadata: load, memory, timer, compiler, processor, time of day, and the class of the loop",
)
DROPPED = (
    "what programs printed; all other metadata and facts; lines of the journal that can't be read",
    f"host, user and home folder of this machine, folders of any file, addresses: {GONE} stands in their place",
)


def this_machine() -> tuple[str, ...]:
    """The names of this machine and of its user, which nothing that is published has."""
    variables = (os.environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME", "HOSTNAME"))
    host = platform.node()
    names = {host, host.partition(".")[0], Path.home().name, *variables}
    return tuple(sorted(name for name in names - NOBODY if len(name) >= SHORTEST))


class Cleaner:
    """Removes from texts what names people and machines."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b", re.IGNORECASE) if names else None
        self.text = functools.lru_cache(maxsize=4096)(self._text)
        self._named = functools.lru_cache(maxsize=4096)(self._without_names)

    def run(self, kept: Kept) -> Kept:
        """All of a run that may be published."""
        return Kept(self._about(kept.about), tuple(map(self._outcome, kept.outcomes)))

    def besides(self, besides: Besides) -> Besides:
        """All that may be published of what the folder holds besides the times."""
        resources = self.resources(besides.resources) if besides.resources else None
        return Besides(resources, self._findings(besides.checks), self._findings(besides.conformance))

    def resources(self, resources: Resources) -> Resources:
        """All that may be published of what loops cost besides time."""
        tree = self._tree(msgspec.to_builtins(replace(resources, facts={})))
        return replace(msgspec.convert(tree, Resources), facts=self._facts(resources.facts))

    def _findings(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(msgspec.structs.replace(finding, reason=self.text(finding.reason)) for finding in findings)

    def _text(self, text: str) -> str:
        return ADDRESSES.sub(GONE, self._without_names(text))

    def _about(self, about: About) -> About:
        skips = tuple(Skip(skip.cell, self.text(skip.reason)) for skip in about.skips)
        seen = about.disturbances
        disturbances = None if seen is None else tuple(map(self.text, seen))
        return replace(about, facts=self._facts(about.facts), skips=skips, disturbances=disturbances)

    def _outcome(self, outcome: Outcome) -> Outcome:
        change = msgspec.structs.replace
        match outcome:
            case Run():
                ending = None if outcome.ending is None else self.text(outcome.ending)
                return change(outcome, metadata=dict(self._metadata(outcome.metadata)), ending=ending)
            case Failure():
                return change(outcome, reason=self.text(outcome.reason), output="")
            case Dropped():
                return change(outcome, reason=self.text(outcome.reason))
            case Resumed():
                changes = tuple(map(self.text, outcome.changes))
                return change(outcome, changes=changes, facts=self._facts(outcome.facts))
            case _:
                return outcome

    def _facts(self, facts: Mapping[str, str]) -> dict[str, str]:
        return {name: self._value(name, value) for name, value in facts.items() if KEPT_FACTS.fullmatch(name)}

    def _metadata(self, metadata: Mapping[str, str | int | float]) -> Iterator[tuple[str, str | int | float]]:
        for name, value in metadata.items():
            if KEPT_METADATA.fullmatch(name):
                yield name, self._value(name, value) if isinstance(value, str) else value

    def _value(self, name: str, value: str) -> str:
        return self._named(value) if VERSIONS.search(name) else self.text(value)

    def _without_names(self, value: str) -> str:
        value = MAIL.sub(GONE, texts.without_folders(value))
        return self._names.sub(GONE, value) if self._names else value

    def _tree(self, tree: object, key: str = "") -> object:
        """A record of JSON with all its texts cleaned, but for names."""
        match tree:
            case dict():
                return {name: self._tree(value, str(name)) for name, value in tree.items()}
            case list() | tuple():
                return [self._tree(value, key) for value in tree]
            case str() if key not in NAMES:
                return self.text(tree)
            case _:
                return tree
