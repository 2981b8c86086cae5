"""How a loop looks in every picture: a loop of the registry always has the same colour and shape, in every run."""

import zlib
from dataclasses import dataclass

from bench.reports.markup import SHAPES
from bench.subjects.loops import LOOPS

COLOURS = 8
KNOWN = {loop.name: place for place, loop in enumerate(LOOPS)}


@dataclass(frozen=True, slots=True)
class Look:
    """The class of a colour, and the number of a shape."""

    paint: str
    shape: int


PLAIN = Look("plain", 0)  # the baseline and the control


def look_of(loop: str) -> Look:
    """The look of a loop; one that is not in the registry gets it by its name."""
    others = COLOURS * len(SHAPES) - len(KNOWN)
    place = KNOWN.get(loop, len(KNOWN) + zlib.crc32(loop.encode(errors="replace")) % others)
    return Look(f"c{place % COLOURS}", place // COLOURS)
