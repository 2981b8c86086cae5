"""What surrounded the rounds of a run, in words: how busy others kept the machine, and which rounds they disturbed."""

import statistics
from collections.abc import Callable, Iterator, Sequence

from bench.machine.place import OTHERS
from bench.machine.sharing import STOLEN
from bench.reports.document import Block, Caution, Note
from bench.reports.numbers import number, percent
from bench.statistics.loads import is_disturbed, mostly_disturbed
from bench.store.outcomes import Kept, Surroundings

MOST_NAMED = 12  # rounds; of more, only how many there were


def of_run(kept: Kept) -> Iterator[Block]:
    """A note, and a warning where most rounds were disturbed; nothing of a run of which nobody looked."""
    found = [outcome for outcome in kept.outcomes if isinstance(outcome, Surroundings)]
    if not found:
        return
    disturbed = [one for one in found if is_disturbed(one)]
    said = "; ".join([
        *_spread("load", [one.load for one in found], number),
        *_spread("other programs used", [one.others for one in found], percent, " of the processors"),
        *_spread("the host took", [one.stolen for one in found if one.stolen], percent),
        *_spread("interruptions of workers", [one.switches for one in found], "{:.0f}".format),
    ])  # fmt: skip
    yield Note(f"While it measured, a round (median, least to most): {said or 'unknown'}. {_named(disturbed, found)}")
    if mostly_disturbed(found):
        yield Caution(
            "BUSY MACHINE",
            f"{len(disturbed)} of {len(found)} rounds were disturbed, "
            "which widens intervals and can move ratios by some per cent",
            "end what else runs, and measure again",
        )


def _spread(name: str, seen: Sequence[float | None], shown: Callable[[float], str], behind: str = "") -> Iterator[str]:
    """Median, least and greatest of what is known."""
    values = [value for value in seen if value is not None]
    if values:
        middle, least, most = (shown(value) for value in (statistics.median(values), min(values), max(values)))
        yield f"{name} {middle} ({least} to {most}){behind}"


def _named(disturbed: Sequence[Surroundings], found: Sequence[Surroundings]) -> str:
    limits = f"others over {percent(OTHERS)}, or the host over {percent(STOLEN)}"
    if not disturbed:
        return f"No round was disturbed ({limits})."
    counted = f"{len(disturbed)} of {len(found)} rounds were disturbed ({limits})"
    if len(disturbed) > MOST_NAMED or disturbed == found:
        return f"{counted}."
    rounds: dict[str, list[str]] = {}
    for one in sorted(disturbed, key=lambda one: (one.group, one.round)):
        rounds.setdefault(one.group, []).append(str(one.round + 1))
    names = "; ".join(f"{name} {', '.join(numbers)}" for name, numbers in rounds.items())
    return f"{counted}: {names}."
