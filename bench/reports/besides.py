"""What a run folder holds besides the times: what loops cost, and what they keep of asyncio's promises."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.contract.findings import CHECKS, CONFORMANCE, Finding
from bench.reports import contract, resources
from bench.reports.document import Block
from bench.resources.readings import RESOURCES, Resources
from bench.store.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Besides:
    """The records; of those that the folder does not have, nothing."""

    resources: Resources | None = None
    checks: tuple[Finding, ...] = ()
    conformance: tuple[Finding, ...] = ()

    def sections(self) -> Iterator[Block]:
        """The section of each record."""
        if self.resources:
            yield from resources.document(self.resources).page()
        for findings, kind in ((self.checks, contract.OWN), (self.conformance, contract.CPYTHON)):
            yield from contract.section(findings, kind)

    def records(self) -> Iterator[tuple[str, object]]:
        """Each record with the name of its file."""
        every = ((RESOURCES, self.resources), (CHECKS, self.checks), (CONFORMANCE, self.conformance))
        return ((name, record) for name, record in every if record)


NOTHING = Besides()


def read(folder: RunFolder) -> Besides:
    """The records of a run folder; raises BenchError for files that are something else."""
    findings = (folder.read_record(name, tuple[Finding, ...]) for name in (CHECKS, CONFORMANCE))
    return Besides(folder.read_record(RESOURCES, Resources), *(found or () for found in findings))
