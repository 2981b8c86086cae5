"""What stands behind workloads with a server: a request without a loop and the server's share; rate and latency."""

from collections.abc import Iterator, Sequence

from bench.plan.cells import Cell, Group
from bench.reports.document import LOOP, Block, Column, Heading, Note, Percent, Row, Table
from bench.reports.numbers import percent, rough, unit_for
from bench.reports.ratios import estimated
from bench.statistics.comparisons import Comparison
from bench.statistics.figures import Figures, figures, together
from bench.store.outcomes import Kept
from bench.subjects import workloads

MOST_SHARE = 0.4  # of a request: a server that takes more hides differences between loops
MOST_OF_CLIENT = 0.8  # of the time: a client that works for longer is what limits the rate
RATES = (
    "requests/s, p50, p99: by the clock of the client; half of the requests took at most p50, 99 in 100 at most p99. "
    "client: the part of this time in which the client itself worked, which no loop can make shorter."
)


def served(kept: Kept) -> Iterator[Block]:
    """For each group whose loops serve, how many requests in a second and how fast."""
    tables = {group.name: figures(kept, group.name) for group in kept.about.groups}
    tables = {name: found for name, found in tables.items() if any("rate" in one for one in found.values())}
    for name, found in tables.items():
        unit = unit_for(min(one["p50"].value for one in found.values() if "p50" in one))
        columns = (Column("requests/s"), Column("p50", unit), Column("p99", unit), Column("client"))
        yield Heading(f"{name}: requests", 3)
        yield Table((LOOP,), (columns,), tuple(_service(cell, one) for cell, one in found.items()))
    limited = [name for name, found in tables.items() if any(_is_limit(one) for one in found.values())]
    if tables:
        limit = (
            f" In {', '.join(limited)} it was the limit for a loop or more: loops look more alike than they are."
            if limited
            else ""
        )
        yield Note(f"{RATES}{limit}")


def _is_limit(one: Figures) -> bool:
    return "client" in one and one["client"].value > MOST_OF_CLIENT


def _service(cell: Cell, one: Figures) -> Row:
    times = (estimated(one.get(name)) for name in ("rate", "p50", "p99"))
    return (cell.label, *times, Percent(one["client"].value) if "client" in one else None)


def fetched(kept: Kept, group: Group, rows: Sequence[Comparison]) -> Iterator[Block]:
    """For a group whose loops fetch, what a request takes with each loop and without one; nothing for others."""
    floor, server = together(kept, group.name, "floor"), together(kept, group.name, "server")
    if not floor or not server:
        return
    number, unit = workloads.named(group.workload).operations, unit_for(floor.value)
    works = [(row.cell.label, row.seconds.each(number)) for row in rows if row.stage == "work" and row.seconds]
    columns = (Column("a request", unit), Column("server's share"))
    yield Table((LOOP,), (columns,), tuple(
        (label, estimated(request), Percent(server.value / request.value))
        for label, request in (*works, ("no loop", floor))
    ))  # fmt: skip
    limit = (
        f" That is more than {percent(MOST_SHARE)} of a request: differences between loops look smaller than they are."
        if any(server.value > MOST_SHARE * request.value for _, request in works)
        else ""
    )
    yield Note(
        "no loop: the same request by a client with blocking calls, the floor for every loop. server's share: its own "
        f"CPU time, {rough(server.value)} for each request, which is part of what every loop waits for.{limit}"
    )
