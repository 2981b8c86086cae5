"""What a loop does otherwise than asyncio, in the same situation: which columns of its row, and in words."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from bench.lifecycle.observations import Observation

Key: TypeAlias = tuple[str, str | None]
ByKey: TypeAlias = Mapping[Key, Observation]

ASYNCIO = "asyncio"
RUN, INSTALL, FACTORY = "asyncio.run", "asyncio.set_event_loop_policy()", "asyncio.new_event_loop()"
# What a row says where the column is yes, and where it is no.
WORDS: Mapping[str, tuple[str, str]] = {
    "creates": ("creates a loop", "creates no loop"),
    "makes_current": ("makes its loop current", "does not make its loop current"),
    "starts": ("starts its loop", "does not start its loop"),
    "stops": ("stops its loop", "does not stop its loop"),
    "cancels": ("cancels the tasks that are left", "does not cancel the tasks that are left"),
    "finalizes_asyncgens": ("finalises async generators", "does not finalise async generators"),
    "shuts_executor": ("shuts the executor down", "does not shut the executor down"),
    "closes": ("closes its loop", "leaves its loop open"),
    "leaves_none_current": ("leaves no loop current", "leaves the earlier loop current"),
    "sigint_handler": ("handles SIGINT", "does not handle SIGINT"),
    "warns": ("warns", "does not warn"),
    "raises": ("raises", "does not raise"),
}


def model(key: Key, rows: ByKey) -> Observation | None:
    """The row of asyncio that this one is held against; None for asyncio's own, and where there is none.

    A row for each of several loops is held against that of asyncio; a loop's own call against the call of asyncio that
    it replaces.
    """
    call, situation = key
    if situation == ASYNCIO:
        return None
    if (call, ASYNCIO) in rows:
        return rows[call, ASYNCIO]
    if situation or call.startswith((ASYNCIO, ".", "with ", "loop.")):
        return None
    name = call.rpartition(".")[2]
    return rows.get(({"run": RUN, "install": INSTALL}.get(name, FACTORY), None))


def deviating(key: Key, rows: ByKey) -> tuple[str, ...]:
    """The columns in which a row and its model differ; what can't be seen of one of the two does not differ."""
    ours, theirs = rows.get(key), model(key, rows)
    if not ours or not theirs or not ours.observed or not theirs.observed:
        return ()
    return tuple(column for column in WORDS if _differ(getattr(ours, column), getattr(theirs, column), column))


def _differ(ours: bool | str | None, theirs: bool | str | None, column: str) -> bool:  # noqa: FBT001  (observed)
    """Whether two answers differ; of messages only whether there is one."""
    if column in {"warns", "raises"}:
        return bool(ours) != bool(theirs)
    return ours is not None and theirs is not None and ours != theirs


def sentences(rows: ByKey) -> Iterator[str]:
    """For each row that deviates, what it does, and what it was held against."""
    for (call, situation), row in rows.items():
        columns, held = deviating((call, situation), rows), model((call, situation), rows)
        if columns and held:
            deeds = [WORDS[column][not getattr(row, column)] for column in columns]
            name = f"{call} with {situation}" if situation else call
            against = f"{held.call} with {held.situation}" if held.situation else held.call
            yield f"{name}, unlike {against}, {' and '.join(filter(None, [', '.join(deeds[:-1]), deeds[-1]]))}"
