"""Runs by name: what lines through time and comparisons of machines know of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.errors import BenchError
from bench.statistics.comparisons import Comparison, compare
from bench.statistics.digests import Digest, digest
from bench.store.outcomes import About, Kept

MACHINE = ("cpu", "cpus", "architecture")  # facts that make a machine another one, where nobody has named it


@dataclass(frozen=True, slots=True)
class Named:
    """A run, what its folder is called, and what its machine is called, if the user has named it.

    `known` is its digest, where its values were not read: `kept` has no outcomes then.
    """

    name: str
    kept: Kept
    machine_name: str | None = None
    known: Digest | None = None

    @property
    def about(self) -> About:
        """What it is."""
        return self.kept.about

    @property
    def facts(self) -> Mapping[str, str]:
        """What it was measured with."""
        return self.known.facts if self.known else self.kept.facts

    @property
    def machine(self) -> str:
        """The machine's name, or its processor: unnamed machines of one kind count as one."""
        cpu, cpus, architecture = (self.facts.get(name, "unknown") for name in MACHINE)
        return self.machine_name or f"{cpu}, {cpus} × {architecture}"

    def digested(self) -> "Named":
        """The same run without its values, but with its digest."""
        return self if self.known else replace(self, kept=Kept(self.about, ()), known=digest(self.kept))

    def without_rounds(self) -> "Named":
        """The same run without the numbers of its rounds: what is left where thousands of runs are told of."""
        return replace(self, kept=Kept(self.about, ()), known=replace(self.digest(), seconds={}, logs={}))

    def digest(self) -> Digest:
        """Its digest, made now if it has none."""
        return self.known or digest(self.kept)

    def totals(self) -> tuple[Comparison, ...]:
        """The comparisons of whole lifecycles."""
        found = self.digest()
        return compare(self.kept, medians=(found.seconds, found.logs))


def check_machines(runs: Sequence[Named]) -> None:
    """Raise BenchError where two kinds of machines have one name."""
    kinds: dict[str, tuple[Named, str]] = {}
    for run in runs:
        kind = ", ".join(run.facts.get(name, "unknown") for name in MACHINE)
        first, known = kinds.setdefault(run.machine, (run, kind))
        if kind != known:
            raise BenchError(
                f"{run.machine} is two machines: {known} in {first.name}, {kind} in {run.name}\n"
                "give each its own name: NAME=RUN"
            )
