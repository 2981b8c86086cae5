"""What can be measured and what would be measured, as documents: `list` and the dry run."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from bench.errors import PROGRAM
from bench.reports.document import LOOP, SCENARIO, Column, Document, Paragraph, Row, Table, Words
from bench.reports.numbers import percent
from bench.subjects.loops import Loop
from bench.subjects.scenarios import Scenario
from bench.subjects.workloads import Workload

if TYPE_CHECKING:  # `list` stays light
    from bench.environments.place import Environment
    from bench.plan.cells import Group, Plan

OF = Column("set in", side="left", if_narrow="wrap")
EMPTY: Mapping[str, str] = MappingProxyType({})


def listed(
    loops: Sequence[Loop],
    scenarios: Sequence[Scenario],
    workloads: Sequence[Workload] = (),
    broken: Mapping[str, str] = EMPTY,
    elsewhere: Sequence[tuple[str, str]] = (),
) -> Document:
    """The loops, installed or how to install them, the scenarios, the workloads, and what is set elsewhere.

    `broken`: why loops can't be imported. `elsewhere`: options, and where each is set.
    """
    columns = (Column("version", side="left"), Column("here", side="left", if_narrow="wrap"))
    factory = Column("factory", side="left")
    rows = tuple((loop.name, loop.version, _here(loop, broken), loop.factory) for loop in loops)
    by_default = Column("by default", side="left")
    titles = Column("title", side="left", if_narrow="wrap")
    return Document(body=(
        Table((LOOP,), (columns, (factory,)), rows),
        Table((SCENARIO,), ((by_default, titles),),
              tuple((one.name, "yes" if one.by_default else "no", one.title) for one in scenarios)),
        Table((Column("workload", side="left"),), ((titles,),), tuple((str(one), one.title) for one in workloads)),
        *((Table((Column("option", side="left"),), ((OF,),), tuple(elsewhere)),) if elsewhere else ()),
    ))  # fmt: skip


def environments(found: Sequence["Environment"]) -> Document:
    """The environments: which Python each has, and which loops."""
    if not found:
        return Document(conclusion=Paragraph(f"There are no environments yet; make one: {PROGRAM} env 3.13"))
    columns = (Column("python", side="left"), Column("loops", side="left", if_narrow="wrap"))
    return Document(body=(Table((Column("name", side="left"),), (columns,), tuple(map(_environment, found))),))


def _environment(one: "Environment") -> Row:
    if not one.made or not one.is_ready:
        return (one.name, None, f"half made: make it again, {PROGRAM} env {one.name}")
    loops = ", ".join(f"{name} {version}" for name, version in one.made.loops.items())
    return (one.name, one.made.python, loops or "asyncio alone")


def _here(loop: Loop, broken: Mapping[str, str]) -> str:
    if loop.name in broken:
        return f"broken: {broken[loop.name]}"
    here = "" if loop.version == "local" else "installed"
    return loop.unavailable or "; ".join(filter(None, [here, loop.quirk]))


def planned(plan: "Plan", groups: "Sequence[Group]", seconds: float) -> Document:
    """What a run would measure, and how many seconds that is estimated to take."""
    columns = (Column("cells", side="left", if_narrow="wrap"), Column("left out", side="left", if_narrow="below"))
    rows = tuple((group.name, Words(tuple(cell.label for cell in group.cells)), _left_out(group))
                 for group in groups)  # fmt: skip
    table = Table((SCENARIO,), (columns[:1], columns[1:]), rows)
    return Document(conclusion=Paragraph(_amount(plan, seconds)), body=(table,))


def _left_out(group: "Group") -> str:
    return "; ".join(dict.fromkeys(f"{cell.label}: {reason}" for cell, reason in group.skips))


def _amount(plan: "Plan", seconds: float) -> str:
    sampling = plan.sampling
    sweeps = "1 sweep" if sampling.sweeps == 1 else f"{sampling.sweeps} sweeps"
    number = "1 round" if sampling.rounds == 1 else f"{sampling.rounds} rounds"
    rounds = f"{number} of up to {sweeps}, seed {plan.seed}: about {seconds:.0f} s"
    if not sampling.precision or not sampling.max_time_s or sampling.max_time_s <= seconds:
        return rounds
    wider = f"then more where an interval is wider than ±{percent(sampling.precision)}"
    return f"{rounds}; {wider}, until {sampling.max_time_s:.0f} s"
